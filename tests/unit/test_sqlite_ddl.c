/* test_sqlite_ddl.c - what is read from the texts of CREATE TABLE and CREATE INDEX. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "source/dialects/sqlite_ddl.h"

static void print_strings(const struct ts_strings *strings, struct ts_buf *buf)
{
	for (size_t i = 0; i < strings->count; i++)
		ts_buf_printf(buf, "%s%s", i ? "," : "", strings->items[i]);
}

/* "P pk(a,b); C -(a > 0); F -(a)->p; G c(a + 1); auto" */
static void print(const struct ts_ddl *ddl, struct ts_buf *buf)
{
	for (size_t i = 0; i < ddl->constraint_count; i++) {
		const struct ts_ddl_constraint *constraint = &ddl->constraints[i];

		ts_buf_printf(buf, "%c %s(", "PUCF"[constraint->kind],
			      constraint -> name ? constraint -> name : "-");
		print_strings(&constraint->columns, buf);
		if (constraint->expression)
			ts_buf_puts(buf, constraint->expression);
		ts_buf_putc(buf, ')');
		if (constraint->table)
			ts_buf_printf(buf, "->%s", constraint->table);
		ts_buf_puts(buf, "; ");
	}
	for (size_t i = 0; i < ddl->column_count; i++)
		if (ddl->columns[i].generated)
			ts_buf_printf(buf, "G %s(%s); ", ddl->columns[i].name,
				      ddl->columns[i].generated);
	if (ddl->is_autoincrement)
		ts_buf_puts(buf, "auto; ");
}

static void names_and_expressions_are_read_from_any_writing(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
	    {"CREATE TABLE t(a)", ""},
	    {"create table t(a integer primary key autoincrement, b)",
	     "P -(a); auto; "},
	    {"CREATE TABLE t(a, CONSTRAINT pk PRIMARY KEY(a AUTOINCREMENT))",
	     "P pk(a); auto; "},
	    {"CREATE TABLE t(a INTEGER CONSTRAINT k PRIMARY KEY DESC ON CONFLICT FAIL)",
	     "P k(a); "},
	    {"CREATE TABLE \"a \"\"b\"\" c\"(\"x,\"\"(\" CONSTRAINT [p q] UNIQUE)",
	     "U p q(x,\"(); "},
	    {"CREATE TABLE `t```(`a``b` UNIQUE, 'c''d' CONSTRAINT 'e' CHECK(1))",
	     "U -(a`b); C e(1); "},
	    {"CREATE TABLE IF NOT EXISTS main.t([a]]b] UNIQUE)", "U -(a); "},
	    {"CREATE TABLE if(a UNIQUE)", "U -(a); "},
	    {"CREATE /* ( */ TABLE -- (\n t(a -- CHECK(0)\n CHECK /* x */ ( a>0 ) )",
	     "C -(a>0); "},
	    {"CREATE TABLE t(a CHECK ((a) > (1)) CHECK(b IN (')', \"(\", '''')))",
	     "C -((a) > (1)); C -(b IN (')', \"(\", '''')); "},
	    {"CREATE TABLE t(a, CHECK(a) CONSTRAINT two CHECK(b), UNIQUE(a))",
	     "C -(a); C two(b); U -(a); "},
	    {"CREATE TABLE t(a DECIMAL(10, 2) NOT NULL UNIQUE DEFAULT (x) CHECK(1))",
	     "U -(a); C -(1); "},
	    {"CREATE TABLE t(a DEFAULT 'CHECK(1)', b DEFAULT \"check\", c DEFAULT "
	     "-1.5e+3 "
	     "UNIQUE, d DEFAULT x'00' UNIQUE, e DEFAULT null UNIQUE)",
	     "U -(c); U -(d); U -(e); "},
	    {"CREATE TABLE t(a CONSTRAINT n NOT NULL CHECK(a), b CONSTRAINT u UNIQUE)",
	     "C -(a); U u(b); "},
	    {"CREATE TABLE t(a CONSTRAINT x CONSTRAINT y UNIQUE CONSTRAINT z, b "
	     "UNIQUE)",
	     "U y(a); U -(b); "},
	    {"CREATE TABLE t(a REFERENCES p(x, y) ON DELETE SET DEFAULT UNIQUE, "
	     "b CONSTRAINT f REFERENCES \"p.q\" MATCH FULL ON UPDATE SET NULL "
	     "NOT DEFERRABLE INITIALLY DEFERRED CHECK(b))",
	     "F -(a)->p; U -(a); F f(b)->p.q; C -(b); "},
	    {"CREATE TABLE t(a, b, CONSTRAINT f FOREIGN KEY(a, b) REFERENCES t(x, y), "
	     "FOREIGN KEY(b) REFERENCES q)",
	     "F f(a,b)->t; F -(b)->q; "},
	    {"CREATE TABLE t(a, b INT GENERATED ALWAYS AS (a + (1)) STORED UNIQUE, "
	     "c AS ( b ) VIRTUAL)",
	     "U -(b); G b(a + (1)); G c(b); "},
	    {"CREATE TABLE t(a COLLATE \"unique\" UNIQUE, b, UNIQUE(a COLLATE nocase "
	     "DESC, "
	     "b ASC) ON CONFLICT REPLACE) WITHOUT ROWID, STRICT",
	     "U -(a); U -(a,b); "},
	    {"CREATE TABLE t(\xf0\x9f\x98\x80 UNIQUE, \xc3\xa9$_1 CHECK(\xc3\xa9$_1))",
	     "U -(\xf0\x9f\x98\x80); C -(\xc3\xa9$_1); "},
	    {"CREATE TABLE t AS SELECT (CHECK(1))", ""},
	    {"CREATE VIRTUAL TABLE t USING fts5(a UNIQUE)", ""},
	    {"CREATE VIEW v AS SELECT 1", ""},
	    {"CREATE TABLE t(a CHECK(1", ""},
	    {"CREATE TABLE t(a UNIQUE, \"b", "U -(a); "},
	    {"CREATE TABLE t(", ""},
	    {"", ""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_ddl) ddl = {0};
		TS_AUTO(ts_buf) text = {0};

		ts_ddl_read(cases[i].sql, &ddl);
		print(&ddl, &text);
		assert_string_equal(ts_buf_text(&text), cases[i].expected);
	}
}

static void strings_release(struct ts_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
}

static void an_index_gives_its_parts_without_their_order(void **state)
{
	static const struct {
		const char *sql, *expected;
	} cases[] = {
	    {"CREATE INDEX i ON t(a)", "a"},
	    {"CREATE UNIQUE INDEX s.\"i on\" ON [t (](a DESC, b  ASC , c nulls last)",
	     "a,b,c"},
	    {"CREATE INDEX IF NOT EXISTS i ON t(lower(a) /* , */ DESC NULLS FIRST)",
	     "lower(a)"},
	    {"CREATE INDEX i ON t(a+desc, (b, c), desc desc) WHERE (a, b) > 1",
	     "a+desc,(b, c),desc"},
	    {"CREATE INDEX i ON t(a COLLATE nocase, b || ',)' DESC)",
	     "a COLLATE nocase,b || ',)'"},
	    {"CREATE INDEX i ON t(a", ""},
	    {"CREATE TABLE t(a)", ""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_strings parts;
		TS_AUTO(ts_buf) text = {0};

		ts_ddl_read_index(cases[i].sql, &parts);
		print_strings(&parts, &text);
		assert_string_equal(ts_buf_text(&text), cases[i].expected);
		strings_release(&parts);
	}
}

/* xorshift; the same series every time. */
static uint32_t next_random(uint32_t *seed, uint32_t limit)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % limit;
}

static const char *const blanks[] = {" ", "\n", "\t \f", " -- ),(' \"\n", "/*)(,'\"*/"};

static void add_blank(struct ts_buf *sql, uint32_t *seed)
{
	ts_buf_puts(sql, blanks[next_random(seed, 5)]);
}

static void add_word(struct ts_buf *sql, const char *word, uint32_t *seed)
{
	bool is_upper = next_random(seed, 2);

	add_blank(sql, seed);
	for (; *word; word++)
		ts_buf_putc(sql, is_upper && *word >= 'a' && *word <= 'z'
				     ? (char)(*word - 'a' + 'A')
				     : *word);
	add_blank(sql, seed);
}

/* A name of up to 6 odd characters; quoted so that it can be read back. */
static void make_name(struct ts_buf *name, struct ts_buf *sql, uint32_t *seed)
{
	static const char odd[] = "abKEY.,()'\"`[]%_\\ -*/\xc3";
	static const char quotes[] = "\"`'";
	size_t len = 1 + next_random(seed, 6);
	char quote = quotes[next_random(seed, 3)];

	ts_buf_clear(name);
	for (size_t i = 0; i < len; i++)
		ts_buf_putc(name, odd[next_random(seed, sizeof(odd) - 1)]);
	add_blank(sql, seed);
	if (!strchr(name->data, ']') && next_random(seed, 2)) {
		ts_buf_printf(sql, "[%s]", name->data);
		return;
	}
	ts_buf_putc(sql, quote);
	for (const char *c = name->data; *c; c++) {
		if (*c == quote)
			ts_buf_putc(sql, quote);
		ts_buf_putc(sql, *c);
	}
	ts_buf_putc(sql, quote);
}

static const char *const expressions[] = {"1", "(a)>(b)", "x in (')','(''')", "\"()\""};

/* A random constraint of a column, written to `sql` and, as print() has it, `expected`.
 */
static void make_constraint(struct ts_buf *sql, struct ts_buf *expected,
			    const char *column, uint32_t *seed)
{
	TS_AUTO(ts_buf) name = {0};
	TS_AUTO(ts_buf) table = {0};
	const char *expression = expressions[next_random(seed, 4)];

	if (next_random(seed, 2)) {
		add_word(sql, "constraint", seed);
		make_name(&name, sql, seed);
	} else {
		ts_buf_puts(&name, "-");
	}
	switch (next_random(seed, 4)) {
	case 0:
		add_word(sql, "unique", seed);
		ts_buf_printf(expected, "U %s(%s); ", name.data, column);
		break;
	case 1:
		add_word(sql, "check", seed);
		ts_buf_printf(sql, "( %s )", expression);
		ts_buf_printf(expected, "C %s(%s); ", name.data, expression);
		break;
	case 2:
		add_word(sql, "references", seed);
		make_name(&table, sql, seed);
		add_word(sql, "on delete set default", seed);
		ts_buf_printf(expected, "F %s(%s)->%s; ", name.data, column,
			      table.data);
		break;
	default:
		add_word(sql, "not null default 'unique' collate", seed);
		make_name(&table, sql, seed);
	}
}

static void random_tables_are_read_as_they_were_made(void **state)
{
	uint32_t seed = 2026;
	(void)state;

	for (size_t round = 0; round < 5000; round++) {
		TS_AUTO(ts_buf) sql = {0};
		TS_AUTO(ts_buf) expected = {0};
		TS_AUTO(ts_buf) name = {0};
		TS_AUTO(ts_buf) text = {0};
		TS_AUTO(ts_ddl) ddl = {0};
		size_t columns = 1 + next_random(&seed, 4);

		ts_buf_puts(&sql, "CREATE");
		add_word(&sql, "table", &seed);
		make_name(&name, &sql, &seed);
		for (size_t i = 0; i < columns; i++) {
			ts_buf_putc(&sql, i ? ',' : '(');
			make_name(&name, &sql, &seed);
			add_word(&sql, "decimal(7,2)", &seed);
			for (size_t n = next_random(&seed, 4); n > 0; n--)
				make_constraint(&sql, &expected, name.data, &seed);
		}
		ts_buf_puts(&sql, ") STRICT");
		ts_ddl_read(sql.data, &ddl);
		print(&ddl, &text);
		assert_string_equal(ts_buf_text(&text), ts_buf_text(&expected));
		assert_int_equal(ddl.column_count, columns);
	}
}

/* Every byte of `text` stands in `sql`, in that order. */
static bool stands_in(const char *text, const char *sql)
{
	for (; *text; text++, sql++) {
		sql = strchr(sql, *text);
		if (!sql)
			return false;
	}
	return true;
}

static void any_text_is_taken_and_nothing_is_made_up(void **state)
{
	static const char *const pieces[] = {
	    "create ",  "table ",      "index ", "on ",    "t",        "(",
	    ")",        ",",           "\"",     "'",      "`",        "[",
	    "]",        "--",          "\n",     "/*",     "*/",       "check",
	    " unique ", " primary ",   "key",    " as ",   "foreign ", " references ",
	    "'a'",      " default ",   " set ",  "-",      "1.5",      "\xff",
	    " desc ",   "constraint ", "\"b\"",  "nulls ", ".",        "auto"};
	uint32_t seed = 7;
	(void)state;

	for (size_t round = 0; round < 20000; round++) {
		TS_AUTO(ts_buf) sql = {0};
		TS_AUTO(ts_ddl) ddl = {0};
		struct ts_strings parts;

		ts_buf_puts(&sql,
			    round % 2 ? "create table t(" : "create index i on t(");
		for (size_t n = next_random(&seed, 30); n > 0; n--)
			ts_buf_puts(&sql, pieces[next_random(&seed, 36)]);
		ts_ddl_read(sql.data, &ddl);
		ts_ddl_read_index(sql.data, &parts);
		for (size_t i = 0; i < parts.count; i++)
			assert_non_null(strstr(sql.data, parts.items[i]));
		strings_release(&parts);
		for (size_t i = 0; i < ddl.constraint_count; i++) {
			const struct ts_ddl_constraint *constraint =
			    &ddl.constraints[i];

			if (constraint->expression)
				assert_non_null(
				    strstr(sql.data, constraint->expression));
			if (constraint->name)
				assert_true(stands_in(constraint->name, sql.data));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_expressions_are_read_from_any_writing),
	    cmocka_unit_test(an_index_gives_its_parts_without_their_order),
	    cmocka_unit_test(random_tables_are_read_as_they_were_made),
	    cmocka_unit_test(any_text_is_taken_and_nothing_is_made_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
