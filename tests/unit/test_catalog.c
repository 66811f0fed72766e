/* test_catalog.c - catalog/: lists of documents, with a real HTTP server that plays a
 * script. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "catalog/catalog.h"
#include "http_double.h"

enum { WAIT_MS = 10000 };

#define CHANGE                                                                         \
	"\"change\":{\"kind\":\"created\",\"version\":1,\"columns_added\":[],"         \
	"\"columns_removed\":[],\"columns_changed\":[]}"
#define TABLE(name)                                                                    \
	"\"table\":{\"id\":7,\"ds_id\":8,\"schema_name\":\"s\",\"name\":\"" name "\"}"
#define OK_RESULT(name) "{\"status\":\"ok\"," CHANGE "," TABLE(name) "}"

/* The answer as the script sends it; free() it. */
static char *answer_with(const char *results)
{
	TS_AUTO(ts_buf) text = {0};

	ts_buf_printf(&text, HEAD "%zu\r\n\r\n{\"results\":%s}", strlen(results) + 12,
		      results);
	return ts_buf_detach(&text);
}

static struct ts_catalog *open_catalog(struct script *script)
{
	char driver[] = "tablesync";
	struct ts_config config = {
	    .catalog = {.driver = driver, .url = script->url, .timeout_ms = WAIT_MS}};
	struct ts_catalog *catalog;
	struct ts_error err = {0};

	assert_true(ts_catalog_new(&config, &catalog, &err));
	return catalog;
}

static struct ts_write write_of(const char *name)
{
	return (struct ts_write){.document =
				     json_pack("{s:i, s:s, s:s}", "ds_id", 8,
					       "schema_name", "s", "name", name)};
}

static void release_write(struct ts_write *write)
{
	json_decref(write->document);
	free(write->change);
	free(write->table);
}

/* Two documents, a and b, and what the catalog says of them. */
static void write_two(const char *results, struct ts_write writes[2])
{
	char *answer = answer_with(results);
	struct script script = {.answers = {answer}};
	struct ts_catalog *catalog;

	writes[0] = write_of("a");
	writes[1] = write_of("b");
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, writes, 2, TS_FOREVER);
	ts_catalog_free(catalog);
	assert_non_null(strstr(ts_buf_text(&script.requests[0]),
			       "PUT /api/v1/catalog/tables HTTP/1.1\r\n"));
	script_end(&script);
	free(answer);
}

static void each_document_gets_the_result_of_its_own(void **state)
{
	struct ts_write writes[2];
	(void)state;

	write_two("[" OK_RESULT("a") ",{\"status\":\"error\",\"error\":{\"code\":"
				     "\"bad_value\",\"message\":\"no: 'kind'\"}}]",
		  writes);
	assert_int_equal(writes[0].err.code, TS_OK);
	assert_non_null(strstr(writes[0].change, "\"kind\":\"created\""));
	assert_non_null(strstr(writes[0].table, "\"name\":\"a\""));
	assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
	assert_string_equal(writes[1].err.text, "no: 'kind'");
	assert_null(writes[1].table);
	release_write(&writes[0]);
	release_write(&writes[1]);
}

static void an_answer_is_believed_only_as_far_as_it_is_one(void **state)
{
	static const struct {
		const char *results;
		bool is_first_ok;
	} cases[] = {
	    {"{}", false},
	    {"[" OK_RESULT("a") "]", false},
	    {"[" OK_RESULT("a") "," OK_RESULT("a") "]", true},
	    {"[" OK_RESULT("a") ",7]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"maybe\"}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," TABLE("b") "}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE "}]", true},
	    {"[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE ",\"table\":null}]",
	     true},
	    {"[" OK_RESULT("a") ",{\"status\":\"error\",\"error\":\"x\"}]", true},
	    {"[", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_write writes[2];

		write_two(cases[i].results, writes);
		assert_int_equal(writes[0].err.code,
				 cases[i].is_first_ok ? TS_OK : TS_E_CATALOG_REJECTED);
		assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
		assert_null(writes[1].table);
		assert_null(writes[1].change);
		release_write(&writes[0]);
		release_write(&writes[1]);
	}
}

/* Each member that a reply keeps however short it has to be. */
static void a_table_that_no_reply_can_hold_is_refused(void **state)
{
	static const char *const members[] = {"url", "is_view", "schema_id",
					      "observed_at", "kind"};
	enum { LONG = 100000 };
	(void)state;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		TS_AUTO(ts_buf) results = {0};
		struct ts_write writes[2];

		ts_buf_puts(&results, "[" OK_RESULT("a") ",{\"status\":\"ok\"," CHANGE);
		ts_buf_printf(&results,
			      ",\"table\":{\"id\":1,\"ds_id\":8,\"schema_name\":\"s\","
			      "\"name\":\"b\",\"%s\":\"%0*d\"}}]",
			      members[i], LONG, 0);
		write_two(ts_buf_text(&results), writes);
		assert_int_equal(writes[0].err.code, TS_OK);
		assert_int_equal(writes[1].err.code, TS_E_CATALOG_REJECTED);
		assert_non_null(strstr(writes[1].err.text, members[i]));
		assert_null(writes[1].table);
		assert_null(writes[1].change);
		release_write(&writes[0]);
		release_write(&writes[1]);
	}
}

/* Of one exchange, and not of the next one on the same connection. */
static void each_document_of_a_list_hears_when_to_come_again(void **state)
{
	struct script script = {
	    .answers = {ASKS("429 Slow", "Retry-After: 7\r\n"), ASKS("429 Slow", "")}};
	struct ts_write writes[2] = {write_of("a"), write_of("b")};
	struct ts_catalog *catalog;
	(void)state;

	script_start(&script);
	catalog = open_catalog(&script);
	for (size_t turn = 0; turn < 2; turn++) {
		ts_catalog_write(catalog, writes, 2, TS_FOREVER);
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(writes[i].err.code, TS_E_CATALOG_UNREACHABLE);
			assert_int_equal(writes[i].err.retry_after_ms, turn ? 0 : 7000);
		}
	}
	ts_catalog_free(catalog);
	script_end(&script);
	assert_int_equal(script.connections, 1);
	release_write(&writes[0]);
	release_write(&writes[1]);
}

static void removing_what_the_catalog_never_had_gives_no_table(void **state)
{
	char *answer =
	    answer_with("[{\"status\":\"ok\",\"change\":{\"kind\":\"unchanged\","
			"\"version\":null,\"columns_added\":[],\"columns_removed\":[],"
			"\"columns_changed\":[]},\"table\":null}]");
	struct script script = {.answers = {answer}};
	struct ts_write write = write_of("a");
	struct ts_catalog *catalog;
	(void)state;

	json_object_set_new(write.document, "removed", json_true());
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, &write, 1, TS_FOREVER);
	assert_int_equal(write.err.code, TS_OK);
	assert_string_equal(write.table, "null");
	ts_catalog_free(catalog);
	script_end(&script);
	release_write(&write);
	free(answer);
}

static void a_long_list_is_cut_into_several(void **state)
{
	enum { COUNT = 300 };
	static struct ts_write writes[COUNT];
	TS_AUTO(ts_buf) first = {0}, second = {0};
	char *answers[2], name[16];
	struct script script = {0};
	struct ts_catalog *catalog;
	(void)state;

	for (int i = 0; i < COUNT; i++) {
		struct ts_buf *part = i < 256 ? &first : &second;

		snprintf(name, sizeof(name), "t%d", i);
		writes[i] = write_of(name);
		ts_buf_puts(part, part->len ? "," : "[");
		ts_buf_printf(part,
			      "{\"status\":\"ok\"," CHANGE ",\"table\":{\"id\":%d,"
			      "\"ds_id\":8,\"schema_name\":\"s\",\"name\":\"%s\"}}",
			      i + 1, name);
	}
	ts_buf_puts(&first, "]");
	ts_buf_puts(&second, "]");
	script.answers[0] = answers[0] = answer_with(ts_buf_text(&first));
	script.answers[1] = answers[1] = answer_with(ts_buf_text(&second));
	script_start(&script);
	catalog = open_catalog(&script);
	ts_catalog_write(catalog, writes, COUNT, TS_FOREVER);
	ts_catalog_free(catalog);
	script_end(&script);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "{\"id\":%d,", i + 1);
		assert_int_equal(writes[i].err.code, TS_OK);
		assert_memory_equal(writes[i].table, name, strlen(name));
		release_write(&writes[i]);
	}
	free(answers[0]);
	free(answers[1]);
}

static void a_catalog_of_an_unknown_kind_or_place_is_refused(void **state)
{
	char driver[] = "tablesync", other[] = "atlas", url[] = "ftp://host/";
	struct ts_config config = {.catalog = {.driver = other, .url = url}};
	struct ts_catalog *catalog;
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_catalog_new(&config, &catalog, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_non_null(strstr(err.text, "atlas"));
	config.catalog.driver = driver;
	assert_false(ts_catalog_new(&config, &catalog, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_document_gets_the_result_of_its_own),
	    cmocka_unit_test(an_answer_is_believed_only_as_far_as_it_is_one),
	    cmocka_unit_test(a_table_that_no_reply_can_hold_is_refused),
	    cmocka_unit_test(each_document_of_a_list_hears_when_to_come_again),
	    cmocka_unit_test(removing_what_the_catalog_never_had_gives_no_table),
	    cmocka_unit_test(a_long_list_is_cut_into_several),
	    cmocka_unit_test(a_catalog_of_an_unknown_kind_or_place_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
