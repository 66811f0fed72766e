/* postgresql_table.c - see postgresql_table.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/postgresql_table.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/document.h"
#include <stdlib.h>
#include <string.h>

/* The elements of each list. */
enum {
	COLUMN_NUMBER,
	COLUMN_NAME,
	COLUMN_QUOTED, /* as it stands in DDL, where that differs from the name */
	COLUMN_TYPE,
	COLUMN_NOT_NULL,
	COLUMN_GENERATED,
	COLUMN_IDENTITY,
	COLUMN_WIDTH
};
enum { TEXT_NUMBER, TEXT, TEXT_WIDTH }; /* defaults, comments: of a column; 0: table */
enum {
	KEY_NAME,
	KEY_KIND,
	KEY_COLUMNS, /* their numbers */
	KEY_CHECK,
	KEY_SCHEMA,
	KEY_TABLE,
	KEY_REFERENCED, /* names of columns */
	KEY_ON_UPDATE,
	KEY_ON_DELETE,
	KEY_WIDTH
};
enum {
	INDEX_NAME,
	INDEX_IS_UNIQUE,
	INDEX_IS_PRIMARY,
	INDEX_PARTS,   /* how many there are without INCLUDE */
	INDEX_COLUMNS, /* their numbers, 0 for an expression, and those of INCLUDE */
	INDEX_TEXTS,   /* its parts as in DDL, if there is an expression among them */
	INDEX_DEFINITION,
	INDEX_WIDTH
};
static const size_t widths[TS_POSTGRESQL_LIST_COUNT] = {
    [TS_POSTGRESQL_COLUMNS] = COLUMN_WIDTH, [TS_POSTGRESQL_DEFAULTS] = TEXT_WIDTH,
    [TS_POSTGRESQL_COMMENTS] = TEXT_WIDTH,  [TS_POSTGRESQL_CONSTRAINTS] = KEY_WIDTH,
    [TS_POSTGRESQL_INDEXES] = INDEX_WIDTH,
};

/* What a letter of PostgreSQL's catalog stands for. */
struct word {
	char letter;
	const char *text;
};
static const struct word kinds[] = {
    {'r', "TABLE"}, {'p', "PARTITIONED TABLE"}, {'f', "FOREIGN TABLE"},
    {'v', "VIEW"},  {'m', "MATERIALIZED VIEW"}, {0},
};
static const struct word generated[] = {{'s', "stored"}, {'v', "virtual"}, {0}};
static const struct word identities[] = {{'a', "always"}, {'d', "by default"}, {0}};
static const struct word actions[] = {
    {'a', "NO ACTION"}, {'r', "RESTRICT"},    {'c', "CASCADE"},
    {'n', "SET NULL"},  {'d', "SET DEFAULT"}, {0},
};

static const char *word(const struct word *words, const char *letter)
{
	for (; letter && words->text; words++)
		if (words->letter == *letter)
			return words->text;
	return NULL;
}

bool ts_postgresql_is_table(char relkind)
{
	return word(kinds, &relkind);
}

void ts_postgresql_table_release(struct ts_postgresql_table *table)
{
	for (size_t i = 0; i < TS_POSTGRESQL_LIST_COUNT; i++)
		ts_postgresql_array_release(&table->lists[i]);
	ts_postgresql_array_release(&table->inner);
}

static bool is_yes(const char *text)
{
	return text && text[0] == '1';
}

/* The next number of "{1,2}" or "1 2". */
static bool next_number(const char **list, long *ret_number)
{
	char *end;

	*list += strspn(*list, "{, ");
	*ret_number = strtol(*list, &end, 10);
	if (end == *list)
		return false;
	*list = end;
	return true;
}

/* A text of the column `number`, where there is one.  Both lists are in the order of
 * the columns: `at`, from 0, is how far this one was read. */
static const char *text_of(const struct ts_postgresql_array *texts, size_t *at,
			   long number)
{
	long here = -1;

	for (; *at < texts->count; *at += TEXT_WIDTH) {
		here = strtol(texts->items[*at + TEXT_NUMBER], NULL, 10);
		if (here >= number)
			break;
	}
	return here == number ? texts->items[*at + TEXT] : NULL;
}

static void add_columns(const struct ts_postgresql_table *table, size_t comment_at,
			json_t *document)
{
	const struct ts_postgresql_array *columns =
	    &table->lists[TS_POSTGRESQL_COLUMNS];
	size_t default_at = 0;

	for (size_t i = 0; i < columns->count; i += COLUMN_WIDTH) {
		char **cells = &columns->items[i];
		long number = strtol(cells[COLUMN_NUMBER], NULL, 10);

		ts_document_add_column(
		    document,
		    &(struct ts_column){
			.name = cells[COLUMN_NAME],
			.type = cells[COLUMN_TYPE],
			.is_nullable = !is_yes(cells[COLUMN_NOT_NULL]),
			.default_text = text_of(&table->lists[TS_POSTGRESQL_DEFAULTS],
						&default_at, number),
			.comment = text_of(&table->lists[TS_POSTGRESQL_COMMENTS],
					   &comment_at, number),
			.generated = word(generated, cells[COLUMN_GENERATED]),
			.identity = word(identities, cells[COLUMN_IDENTITY]),
		    });
	}
}

/* The cells of the column of that number, or none's. */
static char **find_column(const struct ts_postgresql_table *table, long number)
{
	static char *none[COLUMN_WIDTH];
	const struct ts_postgresql_array *columns =
	    &table->lists[TS_POSTGRESQL_COLUMNS];

	for (size_t i = 0; i < columns->count; i += COLUMN_WIDTH)
		if (strtol(columns->items[i], NULL, 10) == number)
			return &columns->items[i];
	return none;
}

static void add_key_part(struct ts_postgresql_table *table, char **cells, size_t nth,
			 const char *column, json_t *document)
{
	const struct ts_key_part part = {nth == 0, cells[KEY_NAME], column};
	TS_AUTO(ts_buf) schema_name = {0};
	const char *schema = cells[KEY_SCHEMA];

	switch (cells[KEY_KIND][0]) {
	case 'p':
		ts_document_add_primary(document, &part);
		break;
	case 'u':
		ts_document_add_unique(document, &part);
		break;
	case 'f':
		ts_schema_name_print(&schema, 1, &schema_name);
		ts_document_add_foreign(
		    document,
		    &(struct ts_foreign_part){
			.part = part,
			.schema_name = ts_buf_text(&schema_name),
			.table = cells[KEY_TABLE],
			.column =
			    nth < table->inner.count ? table->inner.items[nth] : NULL,
			.on_update = word(actions, cells[KEY_ON_UPDATE]),
			.on_delete = word(actions, cells[KEY_ON_DELETE]),
		    });
		break;
	}
}

/* What the server finds no text for was dropped since the statement began. */
static bool fail_gone(const char *name, struct ts_error *err)
{
	return ts_fail(err, TS_E_SOURCE_BUSY, "'%s' was dropped while it was read",
		       name);
}

static bool add_constraints(struct ts_postgresql_table *table, json_t *document,
			    struct ts_error *err)
{
	const struct ts_postgresql_array *keys =
	    &table->lists[TS_POSTGRESQL_CONSTRAINTS];

	for (size_t i = 0; i < keys->count; i += KEY_WIDTH) {
		char **cells = &keys->items[i];
		const char *numbers = cells[KEY_COLUMNS];
		long number;

		if (cells[KEY_KIND][0] == 'c' && !cells[KEY_CHECK])
			return fail_gone(cells[KEY_NAME], err);
		if (cells[KEY_KIND][0] == 'c') {
			ts_document_add_check(document, cells[KEY_NAME],
					      cells[KEY_CHECK]);
			continue;
		}
		if (!ts_postgresql_array_read(&table->inner, cells[KEY_REFERENCED], 1,
					      err))
			return false;
		for (size_t nth = 0; next_number(&numbers, &number); nth++)
			add_key_part(table, cells, nth,
				     find_column(table, number)[COLUMN_NAME], document);
	}
	return true;
}

static const char *index_column(const struct ts_postgresql_table *table, size_t nth,
				long number)
{
	char **column;

	if (nth < table->inner.count)
		return table->inner.items[nth];
	column = find_column(table, number);
	return column[COLUMN_QUOTED] ? column[COLUMN_QUOTED] : column[COLUMN_NAME];
}

static bool add_indexes(struct ts_postgresql_table *table, json_t *document,
			struct ts_error *err)
{
	const struct ts_postgresql_array *indexes =
	    &table->lists[TS_POSTGRESQL_INDEXES];

	for (size_t i = 0; i < indexes->count; i += INDEX_WIDTH) {
		char **cells = &indexes->items[i];
		const char *numbers = cells[INDEX_COLUMNS];
		size_t count = strtoul(cells[INDEX_PARTS], NULL, 10);
		long number;

		if (!cells[INDEX_DEFINITION])
			return fail_gone(cells[INDEX_NAME], err);
		if (!ts_postgresql_array_read(&table->inner, cells[INDEX_TEXTS], 1,
					      err))
			return false;
		for (size_t nth = 0; nth < count && next_number(&numbers, &number);
		     nth++) {
			const struct ts_index_part part = {
			    {nth == 0, cells[INDEX_NAME],
			     index_column(table, nth, number)},
			    is_yes(cells[INDEX_IS_UNIQUE]),
			    is_yes(cells[INDEX_IS_PRIMARY]),
			    cells[INDEX_DEFINITION]};

			ts_document_add_index(document, &part);
		}
	}
	return true;
}

bool ts_postgresql_table_make(struct ts_postgresql_table *table, struct ts_conn *conn,
			      const char *name, const struct ts_place *place,
			      json_t **ret_document, struct ts_error *err)
{
	size_t comment_at = 0;
	json_t *document;

	for (size_t i = 0; i < TS_POSTGRESQL_LIST_COUNT; i++)
		if (!ts_postgresql_array_read(
			&table->lists[i], ts_conn_cell(conn, TS_POSTGRESQL_LISTS + i),
			widths[i], err))
			return false;
	document = ts_document_new(&(struct ts_table_head){
	    .schema_name = place->schema_name,
	    .name = name,
	    .kind = word(kinds, ts_conn_cell(conn, TS_POSTGRESQL_KIND)),
	    .comment = text_of(&table->lists[TS_POSTGRESQL_COMMENTS], &comment_at, 0),
	    .observed_at = place->observed_at,
	    .view_definition = ts_conn_cell(conn, TS_POSTGRESQL_VIEW),
	});
	add_columns(table, comment_at, document);
	if (!add_constraints(table, document, err) ||
	    !add_indexes(table, document, err)) {
		json_decref(document);
		return false;
	}
	*ret_document = document;
	return true;
}
