/* test_simulated.c - the data source and the catalog that only pretend. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "catalog/catalog.h"
#include "source/source.h"

static struct ts_datasource datasource = {
    .id = 8, .dialect = "simulated", .timeout_ms = 5000, .concurrency = 1};
static struct ts_config config = {
    .datasources = &datasource,
    .datasource_count = 1,
    .catalog = {.driver = "simulated", .timeout_ms = 1000},
};

static struct ts_sources *open_sources(const char *connection)
{
	struct ts_sources *sources;
	struct ts_error err;

	datasource.connection = (char *)(uintptr_t)connection;
	assert_true(ts_sources_new(&config, &sources, &err));
	return sources;
}

/* Reads `count` tables; how many milliseconds that took. */
static int64_t read_tables(const char *connection, int64_t within_ms,
			   struct ts_read *reads, size_t count)
{
	struct ts_sources *sources = open_sources(connection);
	int64_t start = ts_now_ms(), end;

	for (size_t i = 0; i < count; i++)
		reads[i] = (struct ts_read){.schema = "main", .table = "orders"};
	ts_source_read(ts_sources_find(sources, 8), reads, count, start + within_ms);
	end = ts_now_ms();
	ts_sources_free(sources);
	return end - start;
}

static void a_connection_string_says_length_and_failure(void **state)
{
	static const struct {
		const char *connection, *complaint; /* NULL: none */
	} cases[] = {
	    {"", NULL},
	    {"Length=0", NULL},
	    {"Length=0.25;", NULL},
	    {"Fail=source_busy;Length=10", NULL},
	    {"Length=", "Length='' is not a number"},
	    {"Length=-1", "Length='-1' is not a number"},
	    {"Length=nan", "Length='nan' is not a number"},
	    {"Length=1s", "Length='1s' is not a number"},
	    {"Fail=bad_luck", "Fail='bad_luck' is not the name of an error"},
	    {"Driver=SQLite3", "'Driver=SQLite3' is neither"},
	};
	struct ts_sources *sources;
	struct ts_error err;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		datasource.connection = (char *)(uintptr_t)cases[i].connection;
		if (ts_sources_new(&config, &sources, &err)) {
			assert_null(cases[i].complaint);
			ts_sources_free(sources);
			continue;
		}
		assert_non_null(cases[i].complaint);
		assert_int_equal(err.code, TS_E_CONFIG);
		assert_non_null(strstr(err.text, "data source 8: connection: "));
		assert_non_null(strstr(err.text, cases[i].complaint));
	}
}

static void every_table_exists(void **state)
{
	struct ts_read reads[2];
	(void)state;

	read_tables("", 1000, reads, 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *document = reads[i].document;

		assert_int_equal(reads[i].err.code, TS_OK);
		assert_string_equal(ts_json_text(document, "schema_name"), "main");
		assert_string_equal(ts_json_text(document, "name"), "orders");
		assert_string_equal(ts_json_text(document, "kind"), "TABLE");
		assert_int_equal(json_array_size(json_object_get(document, "columns")),
				 1);
		json_decref(reads[i].document);
	}
}

static void what_is_changed_in_one_document_is_not_changed_in_the_next(void **state)
{
	struct ts_sources *sources = open_sources("");
	struct ts_read read = {.schema = "main", .table = "orders"};
	(void)state;

	for (int i = 0; i < 2; i++) {
		ts_source_read(ts_sources_find(sources, 8), &read, 1, TS_FOREVER);
		assert_null(json_object_get(read.document, "ds_id"));
		json_object_set_new(read.document, "ds_id", json_integer(8));
		json_decref(read.document);
		read.document = NULL;
	}
	ts_sources_free(sources);
}

static void a_batch_takes_as_long_as_its_tables_one_by_one(void **state)
{
	struct ts_read reads[3];
	(void)state;

	assert_in_range(read_tables("Length=20.5", 5000, reads, 3), 61, 1000);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(reads[i].err.code, TS_OK);
		json_decref(reads[i].document);
	}
}

static void a_read_that_is_too_long_ends_with_its_deadline(void **state)
{
	struct ts_read read;
	(void)state;

	assert_in_range(read_tables("Length=3600000", 30, &read, 1), 29, 1000);
	assert_int_equal(read.err.code, TS_E_SOURCE_TIMEOUT);
	assert_null(read.document);
	assert_in_range(read_tables("Length=3600000", -5, &read, 1), 0, 1000);
	assert_int_equal(read.err.code, TS_E_SOURCE_TIMEOUT);
}

static void a_read_fails_as_it_is_told(void **state)
{
	struct ts_read reads[2];
	(void)state;

	read_tables("Fail=source_unreachable;Length=1", 1000, reads, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(reads[i].err.code, TS_E_SOURCE_UNREACHABLE);
		assert_null(reads[i].document);
	}
}

static void nobody_knows_all_tables(void **state)
{
	struct ts_sources *sources = open_sources("");
	struct ts_error err;
	json_t *tables = NULL;
	(void)state;

	assert_false(ts_source_list(ts_sources_find(sources, 8), "main", TS_FOREVER,
				    &tables, &err));
	assert_int_equal(err.code, TS_E_SOURCE_ERROR);
	assert_non_null(strstr(err.text, "'simulated'"));
	ts_sources_free(sources);
}

static void the_catalog_answers_with_what_it_was_given(void **state)
{
	struct ts_catalog *catalog;
	struct ts_error err;
	struct ts_write writes[2] = {0};
	json_t *table;
	(void)state;

	assert_true(ts_catalog_new(&config, &catalog, &err));
	for (size_t i = 0; i < 2; i++)
		writes[i].document =
		    json_pack("{s:i,s:s,s:s,s:[s]}", "ds_id", 8, "schema_name", "main",
			      "name", "orders", "columns", "id");
	ts_catalog_write(catalog, writes, 2, TS_FOREVER);
	assert_string_equal(writes[0].table, writes[1].table); /* the id, too */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(writes[i].err.code, TS_OK);
		assert_true(ts_json_parse(writes[i].table, strlen(writes[i].table),
					  SIZE_MAX, &table, &err));
		assert_string_equal(ts_json_text(table, "name"), "orders");
		assert_int_equal(json_array_size(json_object_get(table, "columns")), 1);
		assert_true(json_is_null(json_object_get(table, "kind")));
		assert_non_null(strstr(writes[i].change, "\"unchanged\""));
		json_decref(table);
		json_decref(writes[i].document);
		free(writes[i].table);
		free(writes[i].change);
	}
	ts_catalog_free(catalog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_connection_string_says_length_and_failure),
	    cmocka_unit_test(every_table_exists),
	    cmocka_unit_test(
		what_is_changed_in_one_document_is_not_changed_in_the_next),
	    cmocka_unit_test(a_batch_takes_as_long_as_its_tables_one_by_one),
	    cmocka_unit_test(a_read_that_is_too_long_ends_with_its_deadline),
	    cmocka_unit_test(a_read_fails_as_it_is_told),
	    cmocka_unit_test(nobody_knows_all_tables),
	    cmocka_unit_test(the_catalog_answers_with_what_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
