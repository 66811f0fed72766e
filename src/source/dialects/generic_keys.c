/* generic_keys.c - keys and indexes by ODBC's catalog functions; see generic.h.
 *
 * Drivers do not agree on the order of rows, so they are collected and sorted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/dialects/generic.h"
#include <stdlib.h>
#include <string.h>

/* The columns of SQLPrimaryKeys, SQLForeignKeys and SQLStatistics. */
enum { PK_COLUMN = 3, PK_SEQ = 4, PK_NAME = 5 };
enum {
	PKTABLE_CAT = 0,
	PKTABLE_NAME = 2,
	PKCOLUMN_NAME = 3,
	FKTABLE_CAT = 4,
	FKCOLUMN_NAME = 7,
	FK_SEQ = 8,
	UPDATE_RULE = 9,
	DELETE_RULE = 10,
	FK_NAME = 11,
};
enum {
	NON_UNIQUE = 3,
	INDEX_NAME = 5,
	INDEX_TYPE = 6,
	INDEX_SEQ = 7,
	INDEX_COLUMN = 8
};

/* One column of a key or index. */
struct part {
	char *name; /* of the key; NULL: it has none */
	long seq;   /* from 1 */
	char *column;
	char *schema_name, *table, *to_column; /* of a foreign key */
	const char *on_update, *on_delete;
	bool is_unique;
	size_t at; /* which row it was */
};

struct parts {
	struct part *items;
	size_t count;
};

static void parts_release(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->items[i];

		free(part->name);
		free(part->column);
		free(part->schema_name);
		free(part->table);
		free(part->to_column);
	}
	free(parts->items);
}

static struct part *parts_add(struct parts *parts, struct ts_conn *conn, size_t name,
			      size_t seq, size_t column)
{
	const char *number = ts_conn_cell(conn, seq);
	struct part *part;

	parts->items =
	    ts_realloc(parts->items, parts->count + 1, sizeof(*parts->items));
	part = &parts->items[parts->count];
	*part = (struct part){.name = ts_strdup(ts_conn_cell(conn, name)),
			      .seq = number ? strtol(number, NULL, 10) : 0,
			      .column = ts_strdup(ts_conn_cell(conn, column)),
			      .at = parts->count};
	parts->count++;
	return part;
}

/* By name, then as counted; parts without a name stay as they came. */
static int compare(const void *one, const void *other)
{
	const struct part *a = one, *b = other;
	int order = a->name && b->name ? strcmp(a->name, b->name)
				       : (a->name != NULL) - (b->name != NULL);

	if (order == 0 && a->name && a->seq != b->seq)
		order = a->seq < b->seq ? -1 : 1;
	if (order == 0)
		order = a->at < b->at ? -1 : 1;
	return order;
}

static void parts_sort(struct parts *parts)
{
	if (parts->count)
		qsort(parts->items, parts->count, sizeof(*parts->items), compare);
}

/* Does part number `at` begin a key of its own? */
static bool is_first(const struct parts *parts, size_t at)
{
	const struct part *part = &parts->items[at];

	if (at == 0)
		return true;
	if (!part->name || !part[-1].name)
		return part->seq <= 1 || part->name != part[-1].name;
	return strcmp(part->name, part[-1].name) != 0;
}

static bool read_primary(struct ts_generic *generic, struct parts *parts,
			 struct ts_error *err)
{
	bool has_row;

	if (!ts_generic_call(generic, TS_ODBC_PRIMARY_KEYS, err))
		return false;
	for (;;) {
		if (!ts_generic_next(generic, 0, &has_row, err))
			return false;
		if (!has_row)
			break;
		parts_add(parts, generic->conn, PK_NAME, PK_SEQ, PK_COLUMN);
	}
	parts_sort(parts);
	return true;
}

static bool read_indexes(struct ts_generic *generic, struct parts *parts,
			 struct ts_error *err)
{
	bool has_row;

	if (!ts_generic_call(generic, TS_ODBC_STATISTICS, err))
		return false;
	for (;;) {
		const char *type, *non_unique;
		struct part *part;

		if (!ts_generic_next(generic, 0, &has_row, err))
			return false;
		if (!has_row)
			break;
		type = ts_conn_cell(generic->conn, INDEX_TYPE);
		if (!type || strcmp(type, "0") == 0 ||
		    !ts_conn_cell(generic->conn, INDEX_NAME))
			continue; /* how many rows the table has */
		non_unique = ts_conn_cell(generic->conn, NON_UNIQUE);
		part = parts_add(parts, generic->conn, INDEX_NAME, INDEX_SEQ,
				 INDEX_COLUMN);
		part->is_unique = non_unique && strcmp(non_unique, "0") == 0;
	}
	parts_sort(parts);
	return true;
}

/* A column of the primary key: where its index has the same name, as it stands there,
 * since MariaDB's driver counts a key's columns in the order of the table. */
static const char *primary_column(const struct parts *primary,
				  const struct parts *indexes, size_t at)
{
	const char *name = primary->items[0].name;
	size_t first = 0, count = 0;

	for (size_t i = 0; name && i < indexes->count; i++) {
		if (strcmp(indexes->items[i].name, name) != 0)
			continue;
		if (count++ == 0)
			first = i;
	}
	if (count != primary->count || !indexes->items[first + at].column)
		return primary->items[at].column;
	return indexes->items[first + at].column;
}

static void add_primary(json_t *document, const struct parts *primary,
			const struct parts *indexes)
{
	for (size_t i = 0; i < primary->count; i++)
		ts_document_add_primary(
		    document,
		    &(struct ts_key_part){i == 0, primary->items[0].name,
					  primary_column(primary, indexes, i)});
}

static void add_indexes(json_t *document, const struct parts *indexes,
			const struct parts *primary)
{
	const char *key = primary->count ? primary->items[0].name : NULL;

	for (size_t i = 0; i < indexes->count; i++) {
		const struct part *part = &indexes->items[i];

		ts_document_add_index(
		    document,
		    &(struct ts_index_part){
			.part = {is_first(indexes, i), part->name, part->column},
			.is_unique = part->is_unique,
			.is_primary = key && strcmp(part->name, key) == 0});
	}
}

/* ODBC's numbers for what happens to rows that refer. */
static const char *rule(const char *cell)
{
	static const char *const rules[] = {"CASCADE", "RESTRICT", "SET NULL",
					    "NO ACTION", "SET DEFAULT"};
	size_t number = cell ? (size_t)(cell[0] - '0') : 3;

	return rules[number < 5 ? number : 3];
}

static bool read_foreign(struct ts_generic *generic, struct parts *parts,
			 struct ts_error *err)
{
	struct ts_conn *conn = generic->conn;
	bool has_row;

	if (!ts_generic_call(generic, TS_ODBC_FOREIGN_KEYS, err))
		return false;
	for (;;) {
		struct ts_buf schema_name = {0};
		struct part *part;

		if (!ts_generic_next(generic, FKTABLE_CAT, &has_row, err))
			return false;
		if (!has_row)
			break;
		part = parts_add(parts, conn, FK_NAME, FK_SEQ, FKCOLUMN_NAME);
		ts_generic_schema_name(generic, PKTABLE_CAT, &schema_name);
		part->schema_name = ts_buf_detach(&schema_name);
		part->table = ts_strdup(ts_conn_cell(conn, PKTABLE_NAME));
		part->to_column = ts_strdup(ts_conn_cell(conn, PKCOLUMN_NAME));
		part->on_update = rule(ts_conn_cell(conn, UPDATE_RULE));
		part->on_delete = rule(ts_conn_cell(conn, DELETE_RULE));
	}
	parts_sort(parts);
	return true;
}

static void add_foreign(json_t *document, const struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->items[i];

		ts_document_add_foreign(
		    document,
		    &(struct ts_foreign_part){
			.part = {is_first(parts, i), part->name, part->column},
			.schema_name = part->schema_name,
			.table = part->table,
			.column = part->to_column,
			.on_update = part->on_update,
			.on_delete = part->on_delete});
	}
}

bool ts_generic_read_keys(struct ts_generic *generic, json_t *document,
			  struct ts_error *err)
{
	struct parts primary = {0}, foreign = {0}, indexes = {0};
	bool is_ok = read_primary(generic, &primary, err) &&
		     read_foreign(generic, &foreign, err) &&
		     read_indexes(generic, &indexes, err);

	if (is_ok) {
		add_primary(document, &primary, &indexes);
		add_foreign(document, &foreign);
		add_indexes(document, &indexes, &primary);
	}
	parts_release(&primary);
	parts_release(&foreign);
	parts_release(&indexes);
	return is_ok;
}
