/* test_source_document.c - documents built from rows, and names that are near. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/document.h"
#include "source/lookup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_json(json_t *value, const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(value, &text);
	assert_string_equal(ts_buf_text(&text), expected);
}

static const struct ts_table_head head = {.schema_name = "main.dbo",
					  .name = "foobar",
					  .kind = "TABLE",
					  .observed_at = "2026-11-23T05:00:00.000001Z"};

static void an_empty_document_has_all_members_in_their_order(void **state)
{
	json_t *document = ts_document_new(&head);

	(void)state;
	assert_json(
	    document,
	    "{\"schema_name\":\"main.dbo\",\"name\":\"foobar\","
	    "\"is_view\":false,\"synonyms\":null,\"db_comment\":null,"
	    "\"observed_at\":\"2026-11-23T05:00:00.000001Z\",\"kind\":\"TABLE\","
	    "\"columns\":[],\"primary_key\":null,\"unique_constraints\":[],"
	    "\"check_constraints\":[],\"foreign_keys\":[],\"indexes\":[],"
	    "\"view_definition\":null}");
	json_decref(document);
}

static void views_of_both_kinds_are_views(void **state)
{
	static const struct {
		const char *kind;
		bool is_view;
	} cases[] = {{"VIEW", true},
		     {"MATERIALIZED VIEW", true},
		     {"FOREIGN TABLE", false},
		     {"VIRTUAL TABLE", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_table_head view = head;
		json_t *document;

		view.kind = cases[i].kind;
		document = ts_document_new(&view);
		assert_int_equal(json_is_true(json_object_get(document, "is_view")),
				 cases[i].is_view);
		json_decref(document);
	}
}

static void a_key_has_its_own_order_and_marks_its_columns(void **state)
{
	json_t *document = ts_document_new(&head), *columns;

	(void)state;
	for (int i = 0; i < 3; i++)
		ts_document_add_column(
		    document,
		    &(struct ts_column){.name = (const char *[]){"a", "b", "c"}[i],
					.type = "int"});
	ts_document_add_primary(document, &(struct ts_key_part){true, "pk", "c"});
	ts_document_add_primary(document, &(struct ts_key_part){false, "pk", "a"});

	assert_json(json_object_get(document, "primary_key"),
		    "{\"name\":\"pk\",\"columns\":[\"c\",\"a\"]}");
	columns = json_object_get(document, "columns");
	assert_json(json_array_get(columns, 0),
		    "{\"name\":\"a\",\"position\":1,\"type\":\"int\","
		    "\"nullable\":false,\"default\":null,\"comment\":null,"
		    "\"primary_key_position\":2,\"generated\":null,\"identity\":null}");
	assert_json(json_object_get(json_array_get(columns, 1), "primary_key_position"),
		    "null");
	assert_json(json_object_get(json_array_get(columns, 2), "primary_key_position"),
		    "1");
	json_decref(document);
}

static void a_key_whose_column_is_not_told_marks_none(void **state)
{
	json_t *document = ts_document_new(&(struct ts_table_head){.kind = "TABLE"});

	(void)state;
	ts_document_add_column(document, &(struct ts_column){.name = "a"});
	ts_document_add_primary(document, &(struct ts_key_part){true, "pk", NULL});
	assert_json(json_object_get(document, "primary_key"),
		    "{\"name\":\"pk\",\"columns\":[null]}");
	json_decref(document);
}

static void keys_without_a_name_are_kept_apart(void **state)
{
	json_t *document = ts_document_new(&head);
	struct ts_foreign_part foreign = {.part = {true, NULL, "a"},
					  .schema_name = "main.app",
					  .table = "t",
					  .column = "x",
					  .on_update = "NO ACTION",
					  .on_delete = "CASCADE"};

	(void)state;
	ts_document_add_unique(document, &(struct ts_key_part){true, NULL, "a"});
	ts_document_add_unique(document, &(struct ts_key_part){false, NULL, "b"});
	ts_document_add_unique(document, &(struct ts_key_part){true, NULL, "c"});
	assert_json(json_object_get(document, "unique_constraints"),
		    "[{\"name\":null,\"columns\":[\"a\",\"b\"]},"
		    "{\"name\":null,\"columns\":[\"c\"]}]");

	ts_document_add_foreign(document, &foreign);
	foreign.part = (struct ts_key_part){false, NULL, "b"};
	foreign.column = "y";
	ts_document_add_foreign(document, &foreign);
	foreign.part = (struct ts_key_part){true, "fk", "c"};
	foreign.column = NULL;
	ts_document_add_foreign(document, &foreign);
	assert_json(json_object_get(document, "foreign_keys"),
		    "[{\"name\":null,\"columns\":[\"a\",\"b\"],"
		    "\"referenced_schema\":\"main.app\",\"referenced_table\":\"t\","
		    "\"referenced_columns\":[\"x\",\"y\"],\"on_update\":\"NO ACTION\","
		    "\"on_delete\":\"CASCADE\"},{\"name\":\"fk\",\"columns\":[\"c\"],"
		    "\"referenced_schema\":\"main.app\",\"referenced_table\":\"t\","
		    "\"referenced_columns\":[],\"on_update\":\"NO ACTION\","
		    "\"on_delete\":\"CASCADE\"}]");
	json_decref(document);
}

static void checks_and_indexes_say_what_is_known(void **state)
{
	json_t *document = ts_document_new(&head);

	(void)state;
	ts_document_add_check(document, NULL, "(a > 0)");
	assert_json(json_object_get(document, "check_constraints"),
		    "[{\"name\":null,\"expression\":\"(a > 0)\"}]");
	ts_document_add_index(
	    document,
	    &(struct ts_index_part){.part = {true, "i", "a"}, .is_unique = true});
	ts_document_add_index(
	    document, &(struct ts_index_part){.part = {false, "i", "lower(b)"}});
	ts_document_add_index(
	    document,
	    &(struct ts_index_part){.part = {true, "j", NULL}, .definition = "CREATE"});
	assert_json(json_object_get(document, "indexes"),
		    "[{\"name\":\"i\",\"unique\":true,\"primary\":false,"
		    "\"columns\":[\"a\",\"lower(b)\"],\"definition\":null},"
		    "{\"name\":\"j\",\"unique\":false,\"primary\":false,"
		    "\"columns\":[],\"definition\":\"CREATE\"}]");
	json_decref(document);
}

static void text_that_is_not_utf8_is_shown_all_the_same(void **state)
{
	struct ts_table_head broken = head;
	json_t *document;

	(void)state;
	broken.comment = "caf\xe9 au lait";
	document = ts_document_new(&broken);
	assert_string_equal(ts_json_text(document, "db_comment"), "caf? au lait");
	json_decref(document);
}

static void the_nearest_name_is_offered(void **state)
{
	static const struct {
		const char *wanted, *best;
		const char *names[4];
	} cases[] = {
	    {"dbo", "DBO", {"dbs", "DBO", "db", NULL}},
	    {"foobar", "foobaz", {"fooooo", "foobaz", NULL}},
	    {"customers", "customer", {"custom", "customer", NULL}},
	    {"ap", "app", {"app", NULL}},
	    {"sq", NULL, {"v", "zz", NULL}},
	    {"foobar", NULL, {"something", "else", NULL}},
	    {"foobar", NULL, {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_near) near = {.wanted = cases[i].wanted};

		for (const char *const *name = cases[i].names; *name; name++)
			ts_near_offer(&near, *name);
		if (cases[i].best)
			assert_string_equal(near.best, cases[i].best);
		else
			assert_null(near.best);
	}
}

static void what_is_absent_is_told_with_what_was_meant(void **state)
{
	struct ts_read read = {0};
	struct ts_lookup lookup = {.schema = "dbo", .table = "foobar", .read = &read};
	struct ts_place place = {"main", "main.dbo", "2026-11-23T05:00:00.000001Z"};

	(void)state;
	ts_lookup_no_schema(&lookup, &place, "DBO");
	assert_int_equal(read.err.code, TS_E_SCHEMA_NOT_FOUND);
	assert_string_equal(read.err.text,
			    "no schema 'dbo' in catalog 'main': did you mean 'DBO'?");
	assert_json(
	    read.document,
	    "{\"schema_name\":\"main.dbo\",\"name\":\"foobar\","
	    "\"observed_at\":\"2026-11-23T05:00:00.000001Z\",\"removed\":true}");
	json_decref(read.document);

	ts_lookup_no_table(&lookup, &place, NULL);
	assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
	assert_string_equal(read.err.text, "no table 'foobar' in schema 'main.dbo'");
	json_decref(read.document);

	read.document = NULL;
	ts_lookup_denied(&lookup, "main.dbo");
	assert_int_equal(read.err.code, TS_E_SOURCE_DENIED);
	assert_null(read.document);
}

static void lists_are_sorted_by_the_bytes_of_their_names(void **state)
{
	json_t *tables = json_array();

	(void)state;
	ts_list_sort(tables);
	ts_list_add(tables, "b", false);
	ts_list_add(tables, "a", true);
	ts_list_add(tables, "B", false);
	ts_list_sort(tables);
	assert_json(tables, "[{\"table\":\"B\",\"is_view\":false},"
			    "{\"table\":\"a\",\"is_view\":true},"
			    "{\"table\":\"b\",\"is_view\":false}]");
	json_decref(tables);
}

static void a_list_takes_names_that_are_not_utf8(void **state)
{
	json_t *tables = json_array();

	(void)state;
	ts_list_add(tables, "b\x80-", true);
	ts_list_add(tables, "c\n", true);
	ts_list_add(tables, "a", false);
	ts_list_sort(tables);
	assert_json(tables, "[{\"table\":\"a\",\"is_view\":false},"
			    "{\"table\":\"b?-\",\"is_view\":true},"
			    "{\"table\":\"c\\n\",\"is_view\":true}]");
	json_decref(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_document_has_all_members_in_their_order),
	    cmocka_unit_test(views_of_both_kinds_are_views),
	    cmocka_unit_test(a_key_has_its_own_order_and_marks_its_columns),
	    cmocka_unit_test(a_key_whose_column_is_not_told_marks_none),
	    cmocka_unit_test(keys_without_a_name_are_kept_apart),
	    cmocka_unit_test(checks_and_indexes_say_what_is_known),
	    cmocka_unit_test(text_that_is_not_utf8_is_shown_all_the_same),
	    cmocka_unit_test(the_nearest_name_is_offered),
	    cmocka_unit_test(what_is_absent_is_told_with_what_was_meant),
	    cmocka_unit_test(lists_are_sorted_by_the_bytes_of_their_names),
	    cmocka_unit_test(a_list_takes_names_that_are_not_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
