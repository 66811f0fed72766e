/* sqlite_ddl.c - see sqlite_ddl.h; SQLite's grammar as of 3.40 (parse.y).
 *
 * A column is its name, then anything up to the next comma, in which the constraints
 * are looked for: their keywords are reserved, so that outside of quotes and
 * parentheses nothing else can be spelled like them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlite_ddl.h"
#include "base/mem.h"
#include "source/dialects/sqlite_lexer.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool ts_ddl_same(const char *one, const char *other)
{
	return strcasecmp(one, other) == 0;
}

static void strings_add(struct ts_strings *strings, TS_TAKES char *text)
{
	strings->items = ts_realloc(strings->items, strings->count + 1, sizeof(char *));
	strings->items[strings->count++] = text;
}

static void strings_release(struct ts_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct ts_strings){0};
}

void ts_ddl_release(struct ts_ddl *ddl)
{
	for (size_t i = 0; i < ddl->column_count; i++) {
		free(ddl->columns[i].name);
		free(ddl->columns[i].generated);
	}
	for (size_t i = 0; i < ddl->constraint_count; i++) {
		free(ddl->constraints[i].name);
		strings_release(&ddl->constraints[i].columns);
		free(ddl->constraints[i].expression);
		free(ddl->constraints[i].table);
	}
	free(ddl->columns);
	free(ddl->constraints);
	*ddl = (struct ts_ddl){0};
}

/* Where the reading is. */
struct reader {
	struct ts_lexer lexer;
	struct ts_ddl *ddl;
	bool in_column; /* in the last of ddl->columns; else among the table's own */
	char *name;     /* of the constraint that follows, NULL: none; owned */
};

static void add_constraint(struct reader *reader, enum ts_ddl_kind kind)
{
	struct ts_ddl *ddl = reader->ddl;

	ddl->constraints = ts_realloc(ddl->constraints, ddl->constraint_count + 1,
				      sizeof(*ddl->constraints));
	ddl->constraints[ddl->constraint_count++] =
	    (struct ts_ddl_constraint){.kind = kind, .name = reader->name};
	reader->name = NULL;
}

static struct ts_ddl_constraint *last_constraint(struct reader *reader)
{
	return &reader->ddl->constraints[reader->ddl->constraint_count - 1];
}

static struct ts_ddl_column *last_column(struct reader *reader)
{
	return &reader->ddl->columns[reader->ddl->column_count - 1];
}

/* Go to the next comma of this list, or to what closes it. */
static void skip_part(struct ts_lexer *lexer)
{
	while (lexer->token.kind != TS_TOKEN_END && !ts_lexer_is_sign(lexer, ',') &&
	       !ts_lexer_is_sign(lexer, ')')) {
		if (ts_lexer_is_sign(lexer, '('))
			ts_lexer_skip_group(lexer);
		else
			ts_lexer_next(lexer);
	}
}

/* The columns of a key, "(a, b COLLATE nocase DESC)"; or the column we are in. */
static void read_key(struct reader *reader)
{
	struct ts_lexer *lexer = &reader->lexer;
	struct ts_strings *columns = &last_constraint(reader)->columns;

	if (reader->in_column) {
		strings_add(columns, ts_strdup(last_column(reader)->name));
		return;
	}
	if (!ts_lexer_is_sign(lexer, '('))
		return;
	do {
		ts_lexer_next(lexer);
		if (ts_lexer_is_name(lexer)) {
			strings_add(columns, ts_lexer_name(lexer));
			ts_lexer_next(lexer);
		}
		while (lexer->token.kind != TS_TOKEN_END &&
		       !ts_lexer_is_sign(lexer, ',') && !ts_lexer_is_sign(lexer, ')')) {
			if (ts_lexer_accept(lexer, "autoincrement"))
				reader->ddl->is_autoincrement = true;
			else if (ts_lexer_is_sign(lexer, '('))
				ts_lexer_skip_group(lexer);
			else
				ts_lexer_next(lexer);
		}
	} while (ts_lexer_is_sign(lexer, ','));
	ts_lexer_accept_sign(lexer, ')');
}

/* Behind REFERENCES. */
static void read_reference(struct reader *reader)
{
	if (!ts_lexer_is_name(&reader->lexer))
		return;
	last_constraint(reader)->table = ts_lexer_name(&reader->lexer);
	ts_lexer_next(&reader->lexer);
	if (ts_lexer_is_sign(&reader->lexer, '('))
		ts_lexer_skip_group(&reader->lexer);
}

/* Behind CHECK.  One that is not closed is left out. */
static void read_check(struct reader *reader)
{
	char *expression = NULL;

	if (ts_lexer_is_sign(&reader->lexer, '('))
		expression = ts_lexer_group(&reader->lexer);
	if (!expression)
		return;
	add_constraint(reader, TS_DDL_CHECK);
	last_constraint(reader)->expression = expression;
}

static void read_generated(struct reader *reader)
{
	struct ts_ddl_column *column;
	char *expression;

	if (!reader->in_column || !ts_lexer_is_sign(&reader->lexer, '('))
		return;
	column = last_column(reader);
	expression = ts_lexer_group(&reader->lexer);
	free(column->generated);
	column->generated = expression;
}

static void read_constraint_name(struct reader *reader)
{
	if (!ts_lexer_is_name(&reader->lexer))
		return;
	free(reader->name);
	reader->name = ts_lexer_name(&reader->lexer);
	ts_lexer_next(&reader->lexer);
}

/* A constraint that is a key or a check begins here; false: it is none of these. */
static bool read_constraint(struct reader *reader)
{
	struct ts_lexer *lexer = &reader->lexer;

	if (ts_lexer_accept(lexer, "constraint")) {
		read_constraint_name(reader);
	} else if (ts_lexer_accept(lexer, "primary")) {
		ts_lexer_accept(lexer, "key");
		add_constraint(reader, TS_DDL_PRIMARY);
		read_key(reader);
	} else if (ts_lexer_accept(lexer, "unique")) {
		add_constraint(reader, TS_DDL_UNIQUE);
		read_key(reader);
	} else if (ts_lexer_accept(lexer, "check")) {
		read_check(reader);
	} else if (!reader->in_column && ts_lexer_accept(lexer, "foreign")) {
		ts_lexer_accept(lexer, "key");
		add_constraint(reader, TS_DDL_FOREIGN);
		read_key(reader);
		if (ts_lexer_accept(lexer, "references"))
			read_reference(reader);
	} else if (reader->in_column && ts_lexer_accept(lexer, "references")) {
		add_constraint(reader, TS_DDL_FOREIGN);
		read_key(reader);
		read_reference(reader);
	} else {
		return false;
	}
	return true;
}

/* These have no place in a document but may be named, and the name is theirs. */
static void forget_name(struct reader *reader)
{
	free(reader->name);
	reader->name = NULL;
}

/* Anything else in a definition.  What follows DEFAULT, COLLATE, MATCH and SET is a
 * value, not the beginning of a constraint. */
static void read_other(struct reader *reader)
{
	struct ts_lexer *lexer = &reader->lexer;

	if (ts_lexer_accept(lexer, "default")) {
		forget_name(reader);
		if (ts_lexer_is_sign(lexer, '('))
			ts_lexer_skip_group(lexer);
		else if (ts_lexer_is_name(lexer))
			ts_lexer_next(lexer);
	} else if (ts_lexer_accept(lexer, "collate")) {
		forget_name(reader);
		ts_lexer_next(lexer);
	} else if (ts_lexer_accept(lexer, "match") || ts_lexer_accept(lexer, "set")) {
		ts_lexer_next(lexer);
	} else if (ts_lexer_accept(lexer, "as")) {
		forget_name(reader);
		read_generated(reader);
	} else if (ts_lexer_accept(lexer, "null")) {
		forget_name(reader);
	} else if (ts_lexer_accept(lexer, "autoincrement")) {
		reader->ddl->is_autoincrement = true;
	} else if (ts_lexer_is_sign(lexer, '(')) {
		ts_lexer_skip_group(lexer);
	} else {
		ts_lexer_next(lexer);
	}
}

static void begin_column(struct reader *reader)
{
	struct ts_ddl *ddl = reader->ddl;

	ddl->columns =
	    ts_realloc(ddl->columns, ddl->column_count + 1, sizeof(*ddl->columns));
	ddl->columns[ddl->column_count++] =
	    (struct ts_ddl_column){.name = ts_lexer_name(&reader->lexer)};
	reader->in_column = true;
	ts_lexer_next(&reader->lexer);
}

/* One definition of the list: a column, or constraints of the table. */
static void read_definition(struct reader *reader)
{
	static const char *const keywords[] = {"constraint", "primary", "unique",
					       "check", "foreign"};
	struct ts_lexer *lexer = &reader->lexer;
	bool is_column = ts_lexer_is_name(lexer);

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		is_column = is_column && !ts_lexer_is(lexer, keywords[i]);
	reader->in_column = false;
	forget_name(reader);
	if (is_column)
		begin_column(reader);
	while (lexer->token.kind != TS_TOKEN_END && !ts_lexer_is_sign(lexer, ',') &&
	       !ts_lexer_is_sign(lexer, ')'))
		if (!read_constraint(reader))
			read_other(reader);
}

/* "[IF NOT EXISTS] name" or "schema.name". */
static bool skip_name(struct ts_lexer *lexer)
{
	struct ts_lexer ahead = *lexer;

	if (ts_lexer_accept(&ahead, "if") && ts_lexer_accept(&ahead, "not") &&
	    ts_lexer_accept(&ahead, "exists"))
		*lexer = ahead;
	if (!ts_lexer_is_name(lexer))
		return false;
	ts_lexer_next(lexer);
	if (!ts_lexer_accept_sign(lexer, '.'))
		return true;
	if (!ts_lexer_is_name(lexer))
		return false;
	ts_lexer_next(lexer);
	return true;
}

void ts_ddl_read(const char *sql, struct ts_ddl *ret_ddl)
{
	struct reader reader = {.lexer = ts_lexer_begin(sql), .ddl = ret_ddl};
	struct ts_lexer *lexer = &reader.lexer;

	*ret_ddl = (struct ts_ddl){0};
	if (!ts_lexer_accept(lexer, "create"))
		return;
	if (!ts_lexer_accept(lexer, "temp"))
		ts_lexer_accept(lexer, "temporary");
	if (!ts_lexer_accept(lexer, "table") || !skip_name(lexer) ||
	    !ts_lexer_is_sign(lexer, '('))
		return;
	do {
		ts_lexer_next(lexer);
		read_definition(&reader);
	} while (ts_lexer_is_sign(lexer, ','));
	forget_name(&reader);
}

/* Is all that follows in this part its order?  `asc` and `desc` may be names too. */
static bool is_order(struct ts_lexer lexer)
{
	if (!ts_lexer_accept(&lexer, "asc"))
		ts_lexer_accept(&lexer, "desc");
	if (ts_lexer_accept(&lexer, "nulls"))
		ts_lexer_next(&lexer);
	return ts_lexer_is_sign(&lexer, ',') || ts_lexer_is_sign(&lexer, ')');
}

/* One part of an index, without its order. */
static char *read_part(struct ts_lexer *lexer)
{
	const char *begin = lexer->token.text, *end = begin;
	bool after_operator = true;
	size_t depth = 0;

	while (lexer->token.kind != TS_TOKEN_END) {
		bool is_open = ts_lexer_is_sign(lexer, '(');
		bool is_close = ts_lexer_is_sign(lexer, ')');

		if (!depth && (is_close || ts_lexer_is_sign(lexer, ',') ||
			       (!after_operator && is_order(*lexer))))
			break;
		depth += is_open;
		depth -= is_close;
		after_operator = lexer->token.kind == TS_TOKEN_SIGN && !is_close;
		end = lexer->token.text + lexer->token.len;
		ts_lexer_next(lexer);
	}
	return ts_memdup(begin, (size_t)(end - begin));
}

void ts_ddl_read_index(const char *sql, struct ts_strings *ret_parts)
{
	struct ts_lexer lexer = ts_lexer_begin(sql);

	*ret_parts = (struct ts_strings){0};
	if (!ts_lexer_accept(&lexer, "create"))
		return;
	ts_lexer_accept(&lexer, "unique");
	if (!ts_lexer_accept(&lexer, "index") || !skip_name(&lexer) ||
	    !ts_lexer_accept(&lexer, "on") || !ts_lexer_is_name(&lexer))
		return;
	ts_lexer_next(&lexer);
	if (!ts_lexer_is_sign(&lexer, '('))
		return;
	do {
		ts_lexer_next(&lexer);
		strings_add(ret_parts, read_part(&lexer));
		skip_part(&lexer);
	} while (ts_lexer_is_sign(&lexer, ','));
	if (!ts_lexer_is_sign(&lexer, ')'))
		strings_release(ret_parts);
}
