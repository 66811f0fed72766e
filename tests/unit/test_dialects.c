/* test_dialects.c - which dialect it is, and what is put behind a connection string. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "source/dialect.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char ini[] = "[plain]\n"
			  "Driver = SQLite3\n"
			  "Database = x\n"
			  "[path]\n"
			  "Driver=/usr/lib/libsqlite3odbc.so\n"
			  "[patient]\n"
			  "Driver = SQLite3\n"
			  "Timeout = 60000\n"
			  "[other]\n"
			  "Driver = Nothing\n";

static char path[] = "/tmp/tablesync-odbc-XXXXXX";

static int write_ini(void **state)
{
	int fd = mkstemp(path);
	bool is_ok = fd >= 0 && write(fd, ini, sizeof(ini) - 1) == sizeof(ini) - 1;

	(void)state;
	close(fd);
	return is_ok && setenv("ODBCINI", path, 1) == 0 ? 0 : -1;
}

static int remove_ini(void **state)
{
	(void)state;
	return unlink(path);
}

#define NO_CREAT ";NoCreat=1"
#define TIMEOUT ";Timeout=1000"

static void options_are_those_of_the_driver_that_the_operator_has_not_set(void **state)
{
	static const struct {
		const char *connection, *options;
	} cases[] = {
	    {"Driver=SQLite3;Database=x", NO_CREAT TIMEOUT},
	    {"driver={SQLite3};Database=x", NO_CREAT TIMEOUT},
	    {"Database=x; DRIVER=/a/libsqlite3odbc.so", NO_CREAT TIMEOUT},
	    {"Driver=Nothing", ""},
	    {"Database=x", ""},
	    {"", ""},
	    /* by the ini file */
	    {"DSN=plain", NO_CREAT TIMEOUT},
	    {"dsn=plain;UID=x", NO_CREAT TIMEOUT},
	    {"DSN=path", NO_CREAT TIMEOUT},
	    {"DSN=other", ""},
	    {"DSN=missing", ""},
	    /* the first counts, as for unixODBC */
	    {"Driver=Nothing;DSN=plain", ""},
	    {"DSN=plain;Driver=Nothing", NO_CREAT TIMEOUT},
	    /* the operator's own */
	    {"Driver=SQLite3;Timeout=5", NO_CREAT},
	    {"Driver=SQLite3;timeout=5;nocreat=0", ""},
	    {"Driver=SQLite3;Timeouts=5", NO_CREAT TIMEOUT},
	    {"DSN=patient", NO_CREAT},
	    /* what stands in a password is none */
	    {"PWD={;Driver=SQLite3};UID=x", ""},
	    {"PWD={;Timeout=5};Driver=SQLite3", NO_CREAT TIMEOUT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) buf = {0};

		ts_dialect_add_options(&buf, cases[i].connection, 30000);
		if (strcmp(ts_buf_text(&buf), cases[i].options) != 0)
			fail_msg("%s: '%s' instead of '%s'", cases[i].connection,
				 ts_buf_text(&buf), cases[i].options);
	}
}

static void a_time_out_is_put_in_and_never_becomes_none(void **state)
{
	static const struct {
		const char *text;
		int64_t timeout_ms;
		const char *timed;
	} cases[] = {
	    {"a={timeout_ms};b={timeout_s}", 30000, "a=30000;b=30"},
	    {"{timeout_s}", 1, "1"},
	    {"{timeout_s}", 1001, "2"},
	    {"nothing", 5, "nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) buf = {0};

		ts_dialect_add_timed(&buf, cases[i].text, cases[i].timeout_ms);
		assert_string_equal(ts_buf_text(&buf), cases[i].timed);
	}
}

static void a_dialect_is_known_by_what_the_driver_says(void **state)
{
	static const struct {
		const char *dbms, *name;
	} cases[] = {
	    {"PostgreSQL", "postgresql"},
	    {"SQLite", "sqlite"},
	    {"OpenLink Virtuoso", "virtuoso"},
	    {"Anything", "generic"},
	    {"", "generic"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ts_dialect_of(cases[i].dbms)->name, cases[i].name);
	assert_string_equal(ts_dialect_find("sqlite")->name, "sqlite");
	assert_null(ts_dialect_find("nothing"));
}

static void who_names_no_dialect_is_told_which_there_are(void **state)
{
	char name[] = "nosuch", connection[] = "DSN=x", dialect[] = "nosuch";
	struct ts_datasource datasource = {.id = 8,
					   .name = name,
					   .connection = connection,
					   .dialect = dialect,
					   .concurrency = 1,
					   .timeout_ms = 1000};
	const struct ts_config config = {.datasources = &datasource,
					 .datasource_count = 1};
	struct ts_sources *sources = NULL;
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_sources_new(&config, &sources, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_non_null(
	    strstr(err.text, "data source 8: dialect: 'nosuch' is none of "));
	for (size_t i = 0; ts_dialects[i]; i++)
		assert_non_null(strstr(err.text, ts_dialects[i]->name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		options_are_those_of_the_driver_that_the_operator_has_not_set),
	    cmocka_unit_test(a_time_out_is_put_in_and_never_becomes_none),
	    cmocka_unit_test(a_dialect_is_known_by_what_the_driver_says),
	    cmocka_unit_test(who_names_no_dialect_is_told_which_there_are),
	};

	return cmocka_run_group_tests(tests, write_ini, remove_ini);
}
