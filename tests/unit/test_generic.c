/* test_generic.c - what is made of ODBC's catalog functions, on a double of a driver.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buf.h"
#include "source/dialect.h"
#include "conn_double.h"
#include <string.h>

extern const struct ts_dialect ts_dialect_generic;

/* Rows of SQLColumns up to COLUMN_DEF: who it is about, then the column. */
#define COLUMN_OF(table, name, type, size, nullable, initial)                          \
	"c|s|" table "|" name "|12|" type "|" size "|-|0|-|" nullable "||" initial
#define COLUMN(name) COLUMN_OF("t", name, "integer", "10", "1", "-")
#define TABLE "c|s|t|TABLE|"

static void answer_keys(const char *primary, const char *foreign, const char *indexes)
{
	conn_double_answer("primary_keys", primary);
	conn_double_answer("foreign_keys", foreign);
	conn_double_answer("statistics", indexes);
}

static struct ts_read read_of(const char *catalog, bool expected, struct ts_error *err)
{
	struct ts_read read = {.schema = "s", .table = "t"};
	struct ts_lookup lookup = {catalog, "s", "t", &read};

	assert_int_equal(ts_dialect_generic.read(conn_double(), &lookup, 1, err),
			 expected);
	return read;
}

static struct ts_read read_one(void)
{
	struct ts_error err = {0};

	return read_of("c", true, &err);
}

static void release(struct ts_read *read)
{
	json_decref(read->document);
	json_decref(read->warnings);
	conn_double_reset();
}

static void assert_member(const json_t *document, const char *member,
			  const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	assert_non_null(document);
	ts_json_print(json_object_get(document, member), &text);
	assert_string_equal(ts_buf_text(&text), expected);
}

static void rows_of_other_tables_are_left_out(void **state)
{
	struct ts_read read;

	(void)state;
	conn_double_answer("tables", "c|s|T|VIEW|\nc|S|t|VIEW|\nC|s|t|VIEW|\n" TABLE);
	conn_double_answer("columns", COLUMN_OF("T", "z", "integer", "10", "1",
						"-") "\n" COLUMN("a") "\n" COLUMN("b"));
	answer_keys("c|s|T|z|1|pk\nc|s|t|b|2|pk\nc|s|t|a|1|pk",
		    "c|s|u|x|c|s|tt|a|1|3|3|fk2\nc|other|u|x|c|s|t|a|1|0|2|fk",
		    "c|s|tt|0||i2|3|1|a\nc|s|t|-|-|-|0|-|-\nc|s|t|0||pk|3|1|a\n"
		    "c|s|t|0||pk|3|2|b\nc|s|t|1||i|3|1|b");
	read = read_one();
	assert_int_equal(read.err.code, TS_OK);
	assert_null(read.warnings);
	assert_member(read.document, "kind", "\"TABLE\"");
	assert_int_equal(json_array_size(json_object_get(read.document, "columns")), 2);
	assert_member(read.document, "primary_key",
		      "{\"name\":\"pk\",\"columns\":[\"a\",\"b\"]}");
	assert_member(read.document, "foreign_keys",
		      "[{\"name\":\"fk\",\"columns\":[\"a\"],"
		      "\"referenced_schema\":\"c.other\",\"referenced_table\":\"u\","
		      "\"referenced_columns\":[\"x\"],\"on_update\":\"CASCADE\","
		      "\"on_delete\":\"SET NULL\"}]");
	assert_member(read.document, "indexes",
		      "[{\"name\":\"i\",\"unique\":false,\"primary\":false,"
		      "\"columns\":[\"b\"],\"definition\":null},{\"name\":\"pk\","
		      "\"unique\":true,\"primary\":true,\"columns\":[\"a\",\"b\"],"
		      "\"definition\":null}]");
	release(&read);
}

static void types_have_the_lengths_that_somebody_wrote(void **state)
{
	static const struct {
		const char *type, *size, *expected;
	} cases[] = {
	    {"varchar", "20", "varchar(20)"},
	    {"varchar", "0", "varchar"},
	    {"LONG VARCHAR", "2147483647", "LONG VARCHAR"},
	    {"nvarchar", "1073741823", "nvarchar"},
	    {"varbinary", "-4", "varbinary"},
	    {"decimal", "10", "decimal(10,0)"},
	    {"character varying(7)", "7", "character varying(7)"},
	    {"integer", "10", "integer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) row = {0};
		struct ts_read read;

		ts_buf_printf(&row, COLUMN_OF("t", "a", "%s", "%s", "1", "-"),
			      cases[i].type, cases[i].size);
		conn_double_answer("tables", TABLE);
		conn_double_answer("columns", row.data);
		answer_keys("", "", "");
		read = read_one();
		assert_string_equal(
		    ts_json_text(
			json_array_get(json_object_get(read.document, "columns"), 0),
			"type"),
		    cases[i].expected);
		release(&read);
	}
}

static void a_default_that_was_cut_is_not_told(void **state)
{
	static const struct {
		const char *told, *expected;
	} cases[] = {
	    {"TRUNCATED", NULL}, {"'TRUNCATED'", "'TRUNCATED'"}, {"NULL", "NULL"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) row = {0};
		struct ts_read read;
		const char *found;

		ts_buf_printf(&row, COLUMN_OF("t", "a", "text", "-", "0", "%s"),
			      cases[i].told);
		conn_double_answer("tables", TABLE);
		conn_double_answer("columns", row.data);
		answer_keys("", "", "");
		read = read_one();
		found = ts_json_text(
		    json_array_get(json_object_get(read.document, "columns"), 0),
		    "default");
		assert_int_equal(!found, !cases[i].expected);
		if (found)
			assert_string_equal(found, cases[i].expected);
		release(&read);
	}
}

static void a_table_without_columns_is_warned_of(void **state)
{
	struct ts_read read;

	(void)state;
	conn_double_answer("tables", "c|s|t|VIEW|VIEW");
	conn_double_answer("columns", "");
	answer_keys("", "", "");
	read = read_one();
	assert_member(read.document, "columns", "[]");
	assert_member(read.document, "db_comment", "null");
	assert_int_equal(json_array_size(read.warnings), 1);
	release(&read);
}

static void nothing_is_absent_for_sure(void **state)
{
	static const struct {
		const char *schemas;
		enum ts_code code;
		const char *hint;
	} cases[] = {
	    {"-|s|-|-|-\n-|other|-|-|-", TS_E_TABLE_NOT_FOUND, "did you mean 'T'"},
	    {"-|S|-|-|-\n-|other|-|-|-", TS_E_SCHEMA_NOT_FOUND, "did you mean 'S'"},
	    /* A driver that lists no schemas does not say that this one is missing. */
	    {"", TS_E_TABLE_NOT_FOUND, "did you mean 'T'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_read read;

		conn_double_answer("tables", "");
		conn_double_answer("schemas", cases[i].schemas);
		if (cases[i].code == TS_E_TABLE_NOT_FOUND)
			conn_double_answer("tables", "c|s|T|TABLE|\nc|s|uuu|TABLE|");
		read = read_one();
		assert_int_equal(read.err.code, cases[i].code);
		assert_non_null(strstr(read.err.text, "or not for this account"));
		assert_non_null(strstr(read.err.text, cases[i].hint));
		assert_null(read.document);
		release(&read);
	}
}

static void what_is_no_table_is_not_removed_either(void **state)
{
	struct ts_read read;

	(void)state;
	conn_double_answer("tables", "c|s|t|SYNONYM|");
	read = read_one();
	assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
	assert_non_null(strstr(read.err.text, "'SYNONYM', not a table"));
	assert_null(read.document);
	release(&read);
}

static void a_connection_that_breaks_is_no_answer(void **state)
{
	static const struct {
		enum ts_code code;
		bool is_answer;
	} cases[] = {{TS_E_SOURCE_TIMEOUT, false},
		     {TS_E_SOURCE_UNREACHABLE, false},
		     {TS_E_SOURCE_DENIED, true},
		     {TS_E_SOURCE_ERROR, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_error err = {0};
		struct ts_read read;

		conn_double_answer("tables", "");
		conn_double_fail("schemas", cases[i].code);
		if (cases[i].is_answer)
			conn_double_answer("tables", "");
		read = read_of("c", cases[i].is_answer, &err);
		assert_int_equal(err.code, cases[i].is_answer ? TS_OK : cases[i].code);
		assert_int_equal(read.err.code,
				 cases[i].is_answer ? TS_E_TABLE_NOT_FOUND : TS_OK);
		release(&read);
	}
}

static void a_catalog_with_a_dot_leads_to_no_other_server(void **state)
{
	const struct ts_naming one_level = {true, false, "\\"};
	struct ts_error err = {0};
	struct ts_read read = read_of("server.c", false, &err);

	(void)state;
	assert_int_equal(err.code, TS_E_SCHEMA_NOT_FOUND);
	assert_int_equal(conn_double_count(), 0);
	release(&read);

	/* Where there is one level only, the dot is a part of its name. */
	err = (struct ts_error){0};
	conn_double_set_naming(&one_level);
	conn_double_answer("tables", "s|-|t|TABLE|");
	conn_double_answer("columns", "s|-|t|a|4|int|10|-|0|-|0||-");
	answer_keys("", "", "");
	read = read_of(NULL, true, &err);
	assert_member(read.document, "schema_name", "\"s\"");
	release(&read);
}

static void names_in_patterns_are_escaped(void **state)
{
	struct ts_read read = {.schema = "a_b", .table = "50%"};
	struct ts_lookup lookup = {"c", "a_b", "50%", &read};
	struct ts_error err = {0};

	(void)state;
	conn_double_answer("tables", "c|aXb|50%|TABLE|\nc|a_b|50%|TABLE|");
	conn_double_answer("columns", "c|a_b|50%|x|4|int|10|-|0|-|0||-");
	answer_keys("", "", "");
	assert_true(ts_dialect_generic.read(conn_double(), &lookup, 1, &err));
	assert_member(read.document, "name", "\"50%\"");
	assert_string_equal(conn_double_param(0, 1), "a\\_b");
	assert_string_equal(conn_double_param(0, 2), "50\\%");
	assert_string_equal(conn_double_param(2, 2), "50%");
	release(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_of_other_tables_are_left_out),
	    cmocka_unit_test(types_have_the_lengths_that_somebody_wrote),
	    cmocka_unit_test(a_default_that_was_cut_is_not_told),
	    cmocka_unit_test(a_table_without_columns_is_warned_of),
	    cmocka_unit_test(nothing_is_absent_for_sure),
	    cmocka_unit_test(what_is_no_table_is_not_removed_either),
	    cmocka_unit_test(a_connection_that_breaks_is_no_answer),
	    cmocka_unit_test(a_catalog_with_a_dot_leads_to_no_other_server),
	    cmocka_unit_test(names_in_patterns_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
