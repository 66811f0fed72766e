/* test_sqlserver.c - what SQL Server's dialect tells of a table.
 *
 * No server is asked: the rows are what Microsoft's documentation says of the views. */
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

/* The document of dbo.t, from the rows behind its own. */
static json_t *document_of(const char *rows)
{
	TS_AUTO(ts_buf) all = {0};
	struct ts_read read;
	json_t *document;

	ts_buf_printf(&all, CATALOG TABLE("1", "t") "%s", rows);
	sqlserver_answer(all.data);
	sqlserver_answer_unchanged();
	read = sqlserver_read("dbo", "t");
	assert_int_equal(read.err.code, TS_OK);
	assert_null(read.warnings);
	conn_double_reset();
	document = json_incref(read.document);
	sqlserver_release(&read);
	return document;
}

static void every_facet_of_a_table_is_told(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_read read;

	(void)state;
	sqlserver_answer(
	    CATALOG
	    "\n1|1|0|1|0|0|0|-|-|-|-|~Orders|~dbo|~U |~all orders|-|~" OLD
	    "\n1|2|1|4|10|0|0|1|0|0|0|~id|~int|~sys|~int|-|-"
	    "\n1|2|3|100|0|0|1|0|0|0|1|~note|~nvarchar|~sys|~nvarchar|~(N'-')|~why"
	    "\n1|2|7|9|12|3|1|0|2|0|1|~sum|~numeric|~sys|~numeric|~([id]*(2))|-"
	    "\n1|3|2|1|1|1|0|0|0|-|-|~pk|~note|-|-|-|-"
	    "\n1|3|1|1|1|1|0|0|0|-|-|~pk|~id|-|-|-|-"
	    "\n1|3|1|2|1|0|1|0|0|-|-|~uq|~note|-|-|-|-"
	    "\n1|3|1000002|2|0|0|0|0|1|-|-|~ix|~note|~([id]>(0))|-|-|-"
	    "\n1|3|1|2|0|0|0|1|0|-|-|~ix|~id|~([id]>(0))|-|-|-"
	    "\n1|4|0|-|-|-|-|-|-|-|-|~ck|~([id]>(0))|-|-|-|-"
	    "\n1|5|2|2|1|-|-|-|-|-|-|~fk|~note|~a.b|~other|~y|-"
	    "\n1|5|1|2|1|-|-|-|-|-|-|~fk|~id|~a.b|~other|~x|-");
	sqlserver_answer_unchanged();
	read = sqlserver_read("DBO", "orders");
	assert_int_equal(read.err.code, TS_OK);
	assert_null(read.warnings);
	ts_json_print(read.document, &text);
	assert_string_equal(
	    text.data,
	    "{\"schema_name\":\"main.dbo\",\"name\":\"Orders\",\"is_view\":false,"
	    "\"synonyms\":null,\"db_comment\":\"all orders\","
	    "\"observed_at\":\"2026-11-23T05:00:00.123456Z\",\"kind\":\"TABLE\","
	    "\"columns\":["
	    "{\"name\":\"id\",\"position\":1,\"type\":\"int\",\"nullable\":false,"
	    "\"default\":null,\"comment\":null,\"primary_key_position\":1,"
	    "\"generated\":null,\"identity\":\"always\"},"
	    "{\"name\":\"note\",\"position\":2,\"type\":\"nvarchar(50)\","
	    "\"nullable\":true,\"default\":\"(N'-')\",\"comment\":\"why\","
	    "\"primary_key_position\":2,\"generated\":null,\"identity\":null},"
	    "{\"name\":\"sum\",\"position\":3,\"type\":\"numeric(12,3)\","
	    "\"nullable\":true,\"default\":\"([id]*(2))\",\"comment\":null,"
	    "\"primary_key_position\":null,\"generated\":\"stored\",\"identity\":null}]"
	    ","
	    "\"primary_key\":{\"name\":\"pk\",\"columns\":[\"id\",\"note\"]},"
	    "\"unique_constraints\":[{\"name\":\"uq\",\"columns\":[\"note\"]}],"
	    "\"check_constraints\":[{\"name\":\"ck\",\"expression\":\"([id]>(0))\"}],"
	    "\"foreign_keys\":[{\"name\":\"fk\",\"columns\":[\"id\",\"note\"],"
	    "\"referenced_schema\":\"main.\\\"a.b\\\"\",\"referenced_table\":\"other\","
	    "\"referenced_columns\":[\"x\",\"y\"],\"on_update\":\"SET NULL\","
	    "\"on_delete\":\"CASCADE\"}],"
	    "\"indexes\":["
	    "{\"name\":\"ix\",\"unique\":false,\"primary\":false,\"columns\":[\"id\"],"
	    "\"definition\":\"CREATE NONCLUSTERED INDEX [ix] ON [dbo].[Orders] "
	    "([id] DESC) INCLUDE ([note]) WHERE ([id]>(0))\"},"
	    "{\"name\":\"pk\",\"unique\":true,\"primary\":true,"
	    "\"columns\":[\"id\",\"note\"],\"definition\":\"CREATE UNIQUE CLUSTERED "
	    "INDEX [pk] ON [dbo].[Orders] ([id], [note])\"},"
	    "{\"name\":\"uq\",\"unique\":true,\"primary\":false,\"columns\":[\"note\"],"
	    "\"definition\":\"CREATE UNIQUE NONCLUSTERED INDEX [uq] ON [dbo].[Orders] "
	    "([note])\"}],\"view_definition\":null}");
	sqlserver_release(&read);
	conn_double_reset();
}

static void types_are_printed_as_in_ddl(void **state)
{
	/* Bytes, precision, scale; type, its schema, what it is made from. */
	static const struct {
		const char *facts, *is_own, *names, *expected;
	} cases[] = {
	    {"4|10|0", "0", "~int|~sys|~int", "int"},
	    {"20|0|0", "0", "~varchar|~sys|~varchar", "varchar(20)"},
	    {"-1|0|0", "0", "~varchar|~sys|~varchar", "varchar(max)"},
	    {"100|0|0", "0", "~nvarchar|~sys|~nvarchar", "nvarchar(50)"},
	    {"-1|0|0", "0", "~nvarchar|~sys|~nvarchar", "nvarchar(max)"},
	    {"6|0|0", "0", "~nchar|~sys|~nchar", "nchar(3)"},
	    {"8|0|0", "0", "~binary|~sys|~binary", "binary(8)"},
	    {"-1|0|0", "0", "~varbinary|~sys|~varbinary", "varbinary(max)"},
	    {"9|12|3", "0", "~decimal|~sys|~decimal", "decimal(12,3)"},
	    {"8|27|7", "0", "~datetime2|~sys|~datetime2", "datetime2(7)"},
	    {"3|8|0", "0", "~time|~sys|~time", "time(0)"},
	    {"10|34|7", "0", "~datetimeoffset|~sys|~datetimeoffset",
	     "datetimeoffset(7)"},
	    {"8|23|3", "0", "~datetime|~sys|~datetime", "datetime"},
	    {"8|53|0", "0", "~float|~sys|~float", "float"},
	    {"16|0|0", "0", "~text|~sys|~text", "text"},
	    {"-1|0|0", "0", "~xml|~sys|~xml", "xml"},
	    {"256|0|0", "0", "~sysname|~sys|~nvarchar", "sysname"},
	    {"-1|0|0", "0", "~geography|~sys|-", "geography"},
	    {"20|0|0", "1", "~phone|~dbo|~varchar", "dbo.phone"},
	    {"20|0|0", "1", "~a]b|~my types|~varchar", "[my types].[a]]b]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) row = {0};
		json_t *document;

		ts_buf_printf(&row, "\n1|2|1|%s|0|0|0|%s|0|~c|%s|-|-", cases[i].facts,
			      cases[i].is_own, cases[i].names);
		document = document_of(row.data);
		assert_string_equal(
		    ts_json_text(
			json_array_get(json_object_get(document, "columns"), 0),
			"type"),
		    cases[i].expected);
		json_decref(document);
	}
}

static void columns_say_how_they_get_their_values(void **state)
{
	/* Nullable, identity, computed; has a text; the text. */
	static const struct {
		const char *facts, *has_text, *text, *expected;
	} cases[] = {
	    {"1|0|0", "0", "-", "nullable, null, null, null"},
	    {"0|1|0", "0", "-", "null, null, always"},
	    {"0|0|0", "1", "~((0))", "((0)), null, null"},
	    {"0|0|1", "1", "~([a]+(1))", "([a]+(1)), virtual, null"},
	    {"0|0|2", "1", "~([a]+(1))", "([a]+(1)), stored, null"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const members[] = {"default", "generated",
						      "identity"};
		TS_AUTO(ts_buf) row = {0};
		TS_AUTO(ts_buf) told = {0};
		json_t *document, *column;

		ts_buf_printf(&row, "\n1|2|1|4|10|0|%s|0|%s|~c|~int|~sys|~int|%s|-",
			      cases[i].facts, cases[i].has_text, cases[i].text);
		document = document_of(row.data);
		column = json_array_get(json_object_get(document, "columns"), 0);
		if (json_is_true(json_object_get(column, "nullable")))
			ts_buf_puts(&told, "nullable, ");
		for (size_t j = 0; j < 3; j++) {
			const char *text = ts_json_text(column, members[j]);

			ts_buf_printf(&told, "%s%s", j ? ", " : "",
				      text ? text : "null");
		}
		assert_string_equal(told.data, cases[i].expected);
		json_decref(document);
	}
}

static void indexes_of_every_type_are_told(void **state)
{
	/* Type, unique; then the included mark of a column; its place. */
	static const struct {
		const char *rows, *columns, *definition;
	} cases[] = {
	    {"\n1|3|1|7|1|0|0|0|0|-|-|~i|~a|-|-|-|-", "[\"a\"]",
	     "\"CREATE UNIQUE NONCLUSTERED HASH INDEX [i] ON [dbo].[t] ([a])\""},
	    {"\n1|3|1000001|5|0|0|0|0|1|-|-|~i|~a|-|-|-|-", "[]",
	     "\"CREATE CLUSTERED COLUMNSTORE INDEX [i] ON [dbo].[t]\""},
	    {"\n1|3|1000002|6|0|0|0|0|1|-|-|~i|~a|-|-|-|-"
	     "\n1|3|1000001|6|0|0|0|0|1|-|-|~i|~b|-|-|-|-",
	     "[\"b\",\"a\"]",
	     "\"CREATE NONCLUSTERED COLUMNSTORE INDEX [i] ON [dbo].[t] ([b], [a])\""},
	    {"\n1|3|1000001|3|0|0|0|0|1|-|-|~i|~doc|-|-|-|-", "[\"doc\"]", "null"},
	    {"\n1|3|1000001|99|0|0|0|0|1|-|-|~i|~a|-|-|-|-", "[\"a\"]", "null"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *document = document_of(cases[i].rows), *index;

		index = json_array_get(json_object_get(document, "indexes"), 0);
		sqlserver_assert_member(index, "columns", cases[i].columns);
		sqlserver_assert_member(index, "definition", cases[i].definition);
		json_decref(document);
	}
}

static void kinds_are_told_and_what_is_no_table_is_named(void **state)
{
	static const struct {
		const char *facts, *type, *expected;
	} cases[] = {
	    {"0|0|0", "U ", "TABLE"},
	    {"-|-|0", "V ", "VIEW"},
	    {"1|0|0", "U ", "FOREIGN TABLE"},
	    {"0|0|0", "ET", "FOREIGN TABLE"},
	    {"0|2|0", "U ", "SYSTEM VERSIONED TABLE"},
	    {"0|1|0", "U ", "TABLE"},
	    {"0|0|1", "U ", "PARTITIONED TABLE"},
	    {"-|-|0", "SN", "a synonym"},
	    {"-|-|0", "P ", "a procedure"},
	    {"-|-|0", "TF", "a function"},
	    {"-|-|0", "SO", "a sequence"},
	    {"-|-|0", "PK", "a constraint"},
	    {"-|-|0", "ZZ", "something else"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) rows = {0};
		struct ts_read read;

		ts_buf_printf(
		    &rows, CATALOG "\n1|1|0|1|%s|-|-|-|-|~t|~dbo|~%s|-|~select 1|~" OLD,
		    cases[i].facts, cases[i].type);
		sqlserver_answer(rows.data);
		sqlserver_answer_unchanged();
		read = sqlserver_read("dbo", "t");
		if (read.err.code == TS_OK) {
			assert_string_equal(ts_json_text(read.document, "kind"),
					    cases[i].expected);
		} else {
			assert_int_equal(read.err.code, TS_E_TABLE_NOT_FOUND);
			assert_non_null(strstr(read.err.text, cases[i].expected));
			sqlserver_assert_member(read.document, "removed", "true");
		}
		sqlserver_release(&read);
		conn_double_reset();
	}
}

static void a_view_comes_with_its_definition(void **state)
{
	struct ts_read read;

	(void)state;
	sqlserver_answer(
	    CATALOG "\n1|1|0|1|-|-|0|-|-|-|-|~v|~dbo|~V |-|~create view v as select 1 "
		    "a|~" OLD INT_COLUMN("1", "1", "a"));
	sqlserver_answer_unchanged();
	read = sqlserver_read("dbo", "v");
	sqlserver_assert_member(read.document, "view_definition",
				"\"create view v as select 1 a\"");
	sqlserver_assert_member(read.document, "is_view", "true");
	assert_null(read.warnings);
	sqlserver_release(&read);
	conn_double_reset();
}

static void what_is_hidden_from_the_account_is_warned_of(void **state)
{
	static const struct {
		const char *rows, *warning;
	} cases[] = {
	    {"\n1|1|0|1|-|-|0|-|-|-|-|~t|~dbo|~V |-|-|~" OLD,
	     "view_definition is null"},
	    {TABLE("1", "t") "\n1|2|1|4|10|0|0|0|0|0|1|~c|~int|~sys|~int|-|-",
	     "defaults and expressions are null"},
	    {TABLE("1", "t") "\n1|4|0|-|-|-|-|-|-|-|-|~ck|-|-|-|-|-",
	     "defaults and expressions are null"},
	    {TABLE("1", "t") "\n1|2|1|20|0|0|0|0|0|-|0|~c|-|-|~varchar|-|-",
	     "the account may not see the type"},
	    {TABLE("1", "t") "\n1|5|1|0|0|-|-|-|-|-|-|~fk|~c|-|-|-|-",
	     "a foreign key is left out"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) rows = {0};
		struct ts_read read;

		ts_buf_printf(&rows, CATALOG "%s", cases[i].rows);
		sqlserver_answer(rows.data);
		sqlserver_answer_unchanged();
		read = sqlserver_read("dbo", "t");
		assert_int_equal(read.err.code, TS_OK);
		assert_int_equal(json_array_size(read.warnings), 1);
		assert_non_null(
		    strstr(json_string_value(json_array_get(read.warnings, 0)),
			   cases[i].warning));
		sqlserver_release(&read);
		conn_double_reset();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_facet_of_a_table_is_told),
	    cmocka_unit_test(types_are_printed_as_in_ddl),
	    cmocka_unit_test(columns_say_how_they_get_their_values),
	    cmocka_unit_test(indexes_of_every_type_are_told),
	    cmocka_unit_test(kinds_are_told_and_what_is_no_table_is_named),
	    cmocka_unit_test(a_view_comes_with_its_definition),
	    cmocka_unit_test(what_is_hidden_from_the_account_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
