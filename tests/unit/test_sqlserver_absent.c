/* test_sqlserver_absent.c - what SQL Server's dialect says where it tells of no table.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buf.h"
#include "source/dialect.h"
#include "sqlserver_double.h"
#include <string.h>

static void a_table_that_may_not_be_read_is_denied(void **state)
{
	/* What the server's function says; what SELECT says, where it is asked. */
	static const struct {
		const char *told;
		enum ts_code select;
		enum ts_code expected;
	} cases[] = {
	    {"1", TS_OK, TS_OK},
	    {"0", TS_OK, TS_E_SOURCE_DENIED},
	    {"-", TS_OK, TS_OK},
	    {"-", TS_E_SOURCE_DENIED, TS_E_SOURCE_DENIED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) rows = {0};
		struct ts_read read;

		ts_buf_printf(&rows,
			      CATALOG "\n1|1|0|%s|0|0|0|-|-|-|-|~t]|~dbo|~U |-|-|~" OLD
				      "%s",
			      cases[i].told, INT_COLUMN("1", "1", "a"));
		sqlserver_answer(rows.data);
		sqlserver_answer_unchanged();
		if (cases[i].told[0] == '-') {
			if (cases[i].select == TS_OK)
				conn_double_answer("sqlserver_probe", "");
			else
				conn_double_fail("sqlserver_probe", cases[i].select);
		}
		read = sqlserver_read("dbo", "t]");
		assert_int_equal(read.err.code, cases[i].expected);
		assert_int_equal(!read.document, cases[i].expected != TS_OK);
		if (cases[i].told[0] == '-')
			assert_non_null(
			    strstr(conn_double_sql(2), "from [main].[dbo].[t]]] t"));
		sqlserver_release(&read);
		conn_double_reset();
	}
}

static void only_who_sees_all_knows_that_a_table_is_absent(void **state)
{
	static const struct {
		const char *sees_all, *alike, *schemas;
		enum ts_code code;
		const char *message;
		bool is_removed;
	} cases[] = {
	    {"1", "1", "~sys|0\n~dbo|1", TS_E_TABLE_NOT_FOUND,
	     "no table 'order' in schema 'main.dbo': did you mean 'Orders'?", true},
	    {"0", "1", "~sys|0\n~dbo|1", TS_E_TABLE_NOT_FOUND,
	     "no table 'order' in schema 'main.dbo', or not for this account: did you "
	     "mean 'Orders'?",
	     false},
	    {"1", "0", "~sys|0\n~dbo|1", TS_E_TABLE_NOT_FOUND,
	     "no table 'order' in schema 'main.dbo': did you mean 'Orders'?", false},
	    {"1", "1", "~sys|0\n~dbo2|0", TS_E_SCHEMA_NOT_FOUND,
	     "no schema 'dbo' in catalog 'main': did you mean 'dbo2'?", true},
	    {"0", "1", "~sys|0\n~dbo2|0", TS_E_SCHEMA_NOT_FOUND,
	     "no schema 'dbo' in catalog 'main': did you mean 'dbo2'?", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) row = {0};
		struct ts_read read;

		ts_buf_printf(
		    &row,
		    "0|0|0|%s|%s|-|-|-|-|-|-|~main|~2026-11-23T05:00:00|~now|-|"
		    "-|-",
		    cases[i].sees_all, cases[i].alike);
		sqlserver_answer(row.data);
		conn_double_answer("sqlserver_changed", "");
		conn_double_answer("sqlserver_schemas", cases[i].schemas);
		if (cases[i].code == TS_E_TABLE_NOT_FOUND)
			conn_double_answer("sqlserver_near", "~Orders\n~products");
		read = sqlserver_read("dbo", "order");
		assert_int_equal(read.err.code, cases[i].code);
		assert_string_equal(read.err.text, cases[i].message);
		assert_int_equal(read.document != NULL, cases[i].is_removed);
		if (read.document) {
			sqlserver_assert_member(read.document, "removed", "true");
			sqlserver_assert_member(read.document, "observed_at",
						"\"2026-11-23T05:00:00.000000Z\"");
		}
		sqlserver_release(&read);
		conn_double_reset();
	}
}

static void a_synonym_is_no_removal_where_names_compare_differently(void **state)
{
	struct ts_read read;

	(void)state;
	sqlserver_answer(CATALOG_OF("1", "0")
			     TABLE_OF("1", "1", "-", "-", "0", "t", "SN", OLD));
	sqlserver_answer_unchanged();
	read = sqlserver_read("dbo", "T");
	assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
	assert_null(read.document);
	sqlserver_release(&read);
	conn_double_reset();
}

#define LATER "2026-11-23 06:00:00.103 77"
#define LATEST "2026-11-23 06:00:00.107 77"

static void a_table_that_is_altered_meanwhile_is_read_again(void **state)
{
	struct ts_read read;

	(void)state;
	/* The second column came while the rows were read. */
	sqlserver_answer(CATALOG TABLE("1", "t") INT_COLUMN("1", "1", "a"));
	conn_double_answer("sqlserver_changed", "1|" LATER);
	/* Now it is the same before and after, though later than this statement. */
	sqlserver_answer(CATALOG TABLE_OF("1", "1", "0", "0", "0", "t", "U ", LATER)
			     INT_COLUMN("1", "1", "a") INT_COLUMN("1", "2", "b"));
	conn_double_answer("sqlserver_changed", "1|" LATER);
	read = sqlserver_read("dbo", "t");
	assert_int_equal(read.err.code, TS_OK);
	assert_int_equal(json_array_size(json_object_get(read.document, "columns")), 2);
	sqlserver_release(&read);
	conn_double_reset();
}

static void a_table_that_is_altered_all_the_time_is_busy(void **state)
{
	struct ts_read read;

	(void)state;
	for (int i = 0; i < 5; i++) {
		sqlserver_answer(
		    CATALOG TABLE_OF("1", "1", "0", "0", "0", "t", "U ", LATER));
		conn_double_answer("sqlserver_changed",
				   i % 2 ? "1|" LATER : "1|" LATEST);
	}
	read = sqlserver_read("dbo", "t");
	assert_int_equal(read.err.code, TS_E_SOURCE_BUSY);
	assert_null(read.document);
	sqlserver_release(&read);
	conn_double_reset();
}

static void a_table_that_is_dropped_while_it_is_read_is_looked_for_again(void **state)
{
	struct ts_read read;

	(void)state;
	sqlserver_answer(CATALOG TABLE("1", "t"));
	conn_double_answer("sqlserver_changed", "");
	sqlserver_answer(CATALOG);
	conn_double_answer("sqlserver_changed", "");
	conn_double_answer("sqlserver_schemas", "~dbo|1");
	conn_double_answer("sqlserver_near", "");
	read = sqlserver_read("dbo", "t");
	assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
	sqlserver_assert_member(read.document, "removed", "true");
	sqlserver_release(&read);
	conn_double_reset();
}

static void a_table_that_takes_the_place_of_another_is_not_absent(void **state)
{
	/* what is seen of the new one: nothing, or what was looked for last */
	static const char *const seen[] = {CATALOG, CATALOG INT_COLUMN("1", "1", "a")};
	struct ts_read read;

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		sqlserver_answer(seen[i]);
		sqlserver_answer_unchanged();
		sqlserver_answer(CATALOG TABLE("1", "t") INT_COLUMN("1", "1", "a"));
		sqlserver_answer_unchanged();
		read = sqlserver_read("dbo", "t");
		assert_int_equal(read.err.code, TS_OK);
		sqlserver_assert_member(read.document, "name", "\"t\"");
		sqlserver_release(&read);
		conn_double_reset();
	}
}

static void rows_that_are_lost_are_no_table(void **state)
{
	struct ts_read read = {0};
	struct ts_lookup lookup = {"main", "dbo", "t", &read};
	struct ts_error err = {0};

	(void)state;
	conn_double_answer("sqlserver_read", "3|" CATALOG);
	assert_false(ts_dialect_sqlserver.read(conn_double(), &lookup, 1, &err));
	assert_int_equal(err.code, TS_E_SOURCE_ERROR);
	assert_null(read.document);
	conn_double_reset();
}

static void a_failure_of_the_server_is_handed_on(void **state)
{
	struct ts_read read = {0};
	struct ts_lookup lookup = {"main", "dbo", "t", &read};
	struct ts_error err = {0};

	(void)state;
	conn_double_fail("sqlserver_read", TS_E_SOURCE_BUSY);
	assert_false(ts_dialect_sqlserver.read(conn_double(), &lookup, 1, &err));
	assert_int_equal(err.code, TS_E_SOURCE_BUSY);
	assert_null(read.document);
	conn_double_reset();
}

static void a_catalog_that_is_not_there_is_named_with_what_is_like_it(void **state)
{
	/* 911, and 208, "invalid object name 'main.sys.all_objects'" */
	static const enum ts_code codes[] = {TS_E_SCHEMA_NOT_FOUND,
					     TS_E_TABLE_NOT_FOUND};
	static const char expected[] = "no catalog 'main': did you mean 'maine'?";

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct ts_error err = {0};
		struct ts_read read;
		json_t *tables = json_array();

		conn_double_fail("sqlserver_read", codes[i]);
		conn_double_answer("sqlserver_databases", "~master\n~maine");
		read = sqlserver_read("dbo", "t");
		assert_int_equal(read.err.code, TS_E_SCHEMA_NOT_FOUND);
		assert_string_equal(read.err.text, expected);
		assert_null(read.document);
		sqlserver_release(&read);

		conn_double_fail("sqlserver_schemas", codes[i]);
		conn_double_answer("sqlserver_databases", "~master\n~maine");
		assert_false(ts_dialect_sqlserver.list(conn_double(), "main", "dbo",
						       tables, &err));
		assert_int_equal(err.code, TS_E_SCHEMA_NOT_FOUND);
		assert_string_equal(err.text, expected);
		json_decref(tables);
		conn_double_reset();
	}
}

static void no_name_leaves_its_quotes(void **state)
{
	struct ts_read read = {0};
	struct ts_lookup lookup = {"a]b'c{names}", "d]e", "f.g", &read};
	struct ts_error err = {0};

	(void)state;
	sqlserver_answer(CATALOG);
	conn_double_answer("sqlserver_changed", "");
	conn_double_answer("sqlserver_schemas", "~x|0");
	assert_true(ts_dialect_sqlserver.read(conn_double(), &lookup, 1, &err));
	assert_non_null(
	    strstr(conn_double_sql(0), " [a]]b'c{names}].sys.all_objects o on"));
	assert_null(strstr(conn_double_sql(0), "{catalog}"));
	assert_null(strstr(conn_double_sql(0), "d]e"));
	sqlserver_assert_param(0, 0,
			       "61005D006200270063007B006E0061006D00650073007D00");
	/* [a]]b'c{names}].[d]]e].[f.g] */
	sqlserver_assert_param(
	    0, 1,
	    "5B0061005D005D006200270063007B006E0061006D00650073007D005D002E00"
	    "5B0064005D005D0065005D002E005B0066002E0067005D00");
	sqlserver_release(&read);
	conn_double_reset();
}

static void characters_of_every_size_go_there_and_back(void **state)
{
	struct ts_read read;

	(void)state;
	/* ü, 表, an emoji, half of one, NUL */
	sqlserver_answer(
	    CATALOG TABLE("1", "t") "\n1|2|1|4|10|0|0|0|0|0|0|"
				    "FC0068883DD800DE3DD800000000|~int|~sys|~int|-|-");
	sqlserver_answer_unchanged();
	read = sqlserver_read("dbo", "\xc3\xbc\xe8\xa1\xa8\xf0\x9f\x98\x80");
	assert_non_null(strstr(conn_double_param(0, 1), "5B00FC0068883DD800DE5D00"));
	assert_string_equal(
	    ts_json_text(json_array_get(json_object_get(read.document, "columns"), 0),
			 "name"),
	    "\xc3\xbc\xe8\xa1\xa8\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	sqlserver_release(&read);
	conn_double_reset();
}

static void what_is_too_long_for_a_name_is_not_cut_to_one(void **state)
{
	char longest[128 + 1], longer[129 + 1], emoji[65 * 4 + 1] = "";
	const struct {
		const char *table;
		bool is_asked;
	} cases[] = {
	    {longest, true}, {longer, false}, {emoji, false}, {emoji + 4, true}};

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	memset(longer, 'x', sizeof(longer) - 1);
	longest[sizeof(longest) - 1] = longer[sizeof(longer) - 1] = '\0';
	for (size_t i = 0; i < 65; i++)
		memcpy(emoji + i * 4, "\xf0\x9f\x98\x80", 5);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_read read;

		sqlserver_answer(CATALOG);
		conn_double_answer("sqlserver_changed", "");
		conn_double_answer("sqlserver_schemas", "~dbo|1");
		conn_double_answer("sqlserver_near", "");
		read = sqlserver_read("dbo", cases[i].table);
		assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
		assert_int_equal(conn_double_param(0, 1)[0] != ' ', cases[i].is_asked);
		assert_int_equal(conn_double_param(3, 1)[0] != ' ', cases[i].is_asked);
		sqlserver_release(&read);
		conn_double_reset();
	}
}

static void parameters_have_one_of_two_lengths(void **state)
{
	char longest[128 + 1];
	const struct {
		const char *tables[2];
		size_t len;
	} cases[] = {{{"a", "bb"}, 512}, {{"a", longest}, 3104}};

	(void)state;
	memset(longest, ']', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_read reads[2] = {{0}};
		struct ts_lookup lookups[] = {
		    {"main", "dbo", cases[i].tables[0], &reads[0]},
		    {"main", "dbo", cases[i].tables[1], &reads[1]}};
		struct ts_error err = {0};

		sqlserver_answer(CATALOG TABLE("1", "a") TABLE("2", "b"));
		conn_double_answer("sqlserver_changed", "1|" OLD "\n2|" OLD);
		assert_true(ts_dialect_sqlserver.read(conn_double(), lookups, 2, &err));
		assert_int_equal(strlen(conn_double_param(0, 0)), 512);
		for (size_t j = 0; j < 2; j++) {
			assert_int_equal(strlen(conn_double_param(0, 1 + j)),
					 cases[i].len);
			assert_int_equal(strlen(conn_double_param(1, j)), cases[i].len);
			json_decref(reads[j].document);
		}
		conn_double_reset();
	}
}

static void a_batch_takes_two_statements_for_each_catalog(void **state)
{
	struct ts_read reads[4] = {{0}};
	struct ts_lookup lookups[] = {{"main", "dbo", "a", &reads[0]},
				      {NULL, "dbo", "x", &reads[1]},
				      {"main", "dbo", "b", &reads[2]},
				      {"main", "dbo", "c", &reads[3]}};
	static const char *const names[] = {"a", "x", "b", "c"};
	struct ts_error err = {0};

	(void)state;
	sqlserver_answer(CATALOG TABLE("3", "c") INT_COLUMN("3", "1", "k")
			     TABLE("1", "a") INT_COLUMN("1", "1", "i")
				 INT_COLUMN("2", "1", "j") TABLE("2", "b"));
	conn_double_answer("sqlserver_changed", "3|" OLD "\n1|" OLD "\n2|" OLD);
	sqlserver_answer(CATALOG TABLE("1", "x"));
	sqlserver_answer_unchanged();
	assert_true(ts_dialect_sqlserver.read(conn_double(), lookups, 4, &err));
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(ts_json_text(reads[i].document, "name"), names[i]);
	assert_string_equal(
	    ts_json_text(
		json_array_get(json_object_get(reads[2].document, "columns"), 0),
		"name"),
	    "j");
	/* Three tables take the statement for four; the catalog is a parameter too. */
	assert_non_null(strstr(conn_double_sql(0), "(3, ?), (4, ?)) v"));
	assert_int_equal(conn_double_param_count(0), 5);
	sqlserver_assert_param(0, 4, "");
	assert_int_equal(conn_double_param_count(1), 4);
	assert_non_null(strstr(conn_double_sql(2), "[own].sys."));
	for (size_t i = 0; i < 4; i++)
		sqlserver_release(&reads[i]);
	conn_double_reset();
}

static void a_schema_is_listed_by_name(void **state)
{
	json_t *tables = json_array();
	TS_AUTO(ts_buf) text = {0};
	struct ts_error err = {0};

	(void)state;
	conn_double_answer("sqlserver_schemas", "~dbo|1");
	conn_double_answer("sqlserver_list", "~b|1\n~a|0\n~B|0");
	assert_true(
	    ts_dialect_sqlserver.list(conn_double(), "main", "DBO", tables, &err));
	ts_json_print(tables, &text);
	assert_string_equal(text.data, "[{\"table\":\"B\",\"is_view\":false},"
				       "{\"table\":\"a\",\"is_view\":false},"
				       "{\"table\":\"b\",\"is_view\":true}]");
	sqlserver_assert_param(1, 0, "440042004F00");
	json_decref(tables);
	conn_double_reset();
}

static void a_schema_that_is_not_there_is_not_an_empty_list(void **state)
{
	json_t *tables = json_array();
	struct ts_error err = {0};

	(void)state;
	conn_double_answer("sqlserver_schemas", "~dbo|0\n~guest|0");
	assert_false(
	    ts_dialect_sqlserver.list(conn_double(), NULL, "dbu", tables, &err));
	assert_int_equal(err.code, TS_E_SCHEMA_NOT_FOUND);
	assert_string_equal(err.text, "no schema 'dbu': did you mean 'dbo'?");
	assert_non_null(strstr(conn_double_sql(0), "[own].sys.schemas"));
	json_decref(tables);
	conn_double_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_table_that_may_not_be_read_is_denied),
	    cmocka_unit_test(only_who_sees_all_knows_that_a_table_is_absent),
	    cmocka_unit_test(a_synonym_is_no_removal_where_names_compare_differently),
	    cmocka_unit_test(a_table_that_is_altered_meanwhile_is_read_again),
	    cmocka_unit_test(a_table_that_is_altered_all_the_time_is_busy),
	    cmocka_unit_test(
		a_table_that_is_dropped_while_it_is_read_is_looked_for_again),
	    cmocka_unit_test(a_table_that_takes_the_place_of_another_is_not_absent),
	    cmocka_unit_test(rows_that_are_lost_are_no_table),
	    cmocka_unit_test(a_failure_of_the_server_is_handed_on),
	    cmocka_unit_test(a_catalog_that_is_not_there_is_named_with_what_is_like_it),
	    cmocka_unit_test(no_name_leaves_its_quotes),
	    cmocka_unit_test(characters_of_every_size_go_there_and_back),
	    cmocka_unit_test(what_is_too_long_for_a_name_is_not_cut_to_one),
	    cmocka_unit_test(parameters_have_one_of_two_lengths),
	    cmocka_unit_test(a_batch_takes_two_statements_for_each_catalog),
	    cmocka_unit_test(a_schema_is_listed_by_name),
	    cmocka_unit_test(a_schema_that_is_not_there_is_not_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
