/* sqlite_table.c - see sqlite_table.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlite_table.h"
#include "base/str.h"
#include "source/document.h"
#include "source/dialects/sqlite_ddl.h"
#include <stdlib.h>
#include <string.h>

/* What pragma_table_xinfo says in `hidden`. */
enum { ORDINARY, HIDDEN, VIRTUAL, STORED };

/* What all parts of a document are made from. */
struct table {
	const json_t *facts;
	struct ts_ddl ddl;  /* owned */
	bool has_rowid_key; /* the primary key is another name of the rowid */
	json_t *document;
};

static int number(const json_t *object, const char *key)
{
	return (int)json_integer_value(json_object_get(object, key));
}

static const char *kind_of(const json_t *facts)
{
	const char *kind = ts_json_text(facts, "kind");

	if (kind && strcmp(kind, "view") == 0)
		return "VIEW";
	return kind && strcmp(kind, "virtual") == 0 ? "VIRTUAL TABLE" : "TABLE";
}

/* The column of the key at `position`, NULL where it is not that long. */
static const json_t *key_column(const json_t *facts, int position)
{
	const json_t *column;
	size_t i;

	json_array_foreach(json_object_get(facts, "columns"), i, column)
	{
		if (number(column, "key_position") == position)
			return column;
	}
	return NULL;
}

/* An INTEGER PRIMARY KEY is the rowid, unless it has an index of its own (a column's
 * INTEGER PRIMARY KEY DESC, SQLite's old mistake). */
static bool has_rowid_key(const json_t *facts)
{
	const json_t *index, *column = key_column(facts, 1);
	size_t i;

	if (!column || key_column(facts, 2) || number(facts, "is_without_rowid") ||
	    !ts_ddl_same(ts_json_text(column, "type"), "INTEGER"))
		return false;
	json_array_foreach(json_object_get(facts, "indexes"), i, index)
	{
		if (strcmp(ts_json_text(index, "origin"), "pk") == 0)
			return false;
	}
	return true;
}

static const char *expression_of(const struct ts_ddl *ddl, const char *column)
{
	for (size_t i = 0; i < ddl->column_count; i++)
		if (ts_ddl_same(ddl->columns[i].name, column))
			return ddl->columns[i].generated;
	return NULL;
}

/* Any other primary key may hold nulls in SQLite, unless it is declared NOT NULL. */
static bool is_nullable(const struct table *table, const json_t *column)
{
	bool is_key = number(column, "key_position") > 0;

	return !number(column, "is_not_null") &&
	       !(is_key &&
		 (table->has_rowid_key || number(table->facts, "is_without_rowid")));
}

static void add_column(const struct table *table, const json_t *column)
{
	int hidden = number(column, "hidden");
	bool is_key = number(column, "key_position") > 0;
	struct ts_column row = {
	    .name = ts_json_text(column, "name"),
	    .type = ts_json_text(column, "type"),
	    .is_nullable = is_nullable(table, column),
	    .default_text = ts_json_text(column, "default"),
	    .generated = hidden == STORED    ? "stored"
			 : hidden == VIRTUAL ? "virtual"
					     : NULL,
	    /* A value may be given all the same. */
	    .identity = is_key && table->ddl.is_autoincrement ? "by default" : NULL,
	};

	if (hidden == HIDDEN) /* an argument of a virtual table, not in SELECT * */
		return;
	if (row.generated)
		row.default_text = expression_of(&table->ddl, row.name);
	ts_document_add_column(table->document, &row);
}

static bool same_columns(const struct ts_strings *columns, const json_t *names)
{
	if (columns->count != json_array_size(names))
		return false;
	for (size_t i = 0; i < columns->count; i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (!name || !ts_ddl_same(columns->items[i], name))
			return false;
	}
	return true;
}

/* The name of the key of that kind on these columns; `columns` NULL: on any. */
static const char *key_name(const struct ts_ddl *ddl, enum ts_ddl_kind kind,
			    const json_t *columns)
{
	for (size_t i = 0; i < ddl->constraint_count; i++) {
		const struct ts_ddl_constraint *constraint = &ddl->constraints[i];

		if (constraint->kind == kind && constraint->name &&
		    (!columns || same_columns(&constraint->columns, columns)))
			return constraint->name;
	}
	return NULL;
}

static void add_primary(const struct table *table)
{
	const json_t *column;

	for (int i = 1; (column = key_column(table->facts, i)); i++) {
		struct ts_key_part part = {
		    .is_first = i == 1,
		    .name = key_name(&table->ddl, TS_DDL_PRIMARY, NULL),
		    .column = ts_json_text(column, "name"),
		};

		ts_document_add_primary(table->document, &part);
	}
}

static void add_unique(const struct table *table, const json_t *index)
{
	const json_t *columns = json_object_get(index, "columns"), *column;
	const char *name = key_name(&table->ddl, TS_DDL_UNIQUE, columns);
	size_t i;

	json_array_foreach(columns, i, column)
	{
		struct ts_key_part part = {i == 0, name, json_string_value(column)};

		ts_document_add_unique(table->document, &part);
	}
}

static void add_index(const struct table *table, const json_t *index)
{
	const json_t *columns = json_object_get(index, "columns"), *column;
	struct ts_strings parts = {0};
	struct ts_index_part row = {
	    .part.name = ts_json_text(index, "name"),
	    .is_unique = number(index, "is_unique"),
	    .is_primary = strcmp(ts_json_text(index, "origin"), "pk") == 0,
	    .definition = ts_json_text(index, "sql"),
	};
	size_t i;

	if (row.definition)
		ts_ddl_read_index(row.definition, &parts);
	json_array_foreach(columns, i, column)
	{
		row.part.is_first = i == 0;
		row.part.column = json_string_value(column);
		if (!row.part.column && parts.count == json_array_size(columns))
			row.part.column = parts.items[i];
		ts_document_add_index(table->document, &row);
	}
	for (i = 0; i < parts.count; i++)
		free(parts.items[i]);
	free(parts.items);
}

/* The name of foreign key number `at` of the text, if that one refers to `parent`. */
static const char *foreign_name(const struct ts_ddl *ddl, size_t at, const char *parent)
{
	for (size_t i = 0; i < ddl->constraint_count; i++) {
		const struct ts_ddl_constraint *constraint = &ddl->constraints[i];

		if (constraint->kind != TS_DDL_FOREIGN || at-- > 0)
			continue;
		return constraint->table && ts_ddl_same(constraint->table, parent)
			   ? constraint->name
			   : NULL;
	}
	return NULL;
}

static void add_foreign_keys(const struct table *table)
{
	const json_t *keys = json_object_get(table->facts, "foreign_keys"), *key;
	int last = -1;
	size_t i, count = 0;

	json_array_foreach(keys, i, key)
	{
		int id = number(key, "id");
		bool is_first = id != last;
		const char *parent = ts_json_text(key, "table");
		struct ts_foreign_part row;

		count += is_first;
		last = id;
		row = (struct ts_foreign_part){
		    .part = {is_first, foreign_name(&table->ddl, count - 1, parent),
			     ts_json_text(key, "column")},
		    /* A key never leads out of its schema. */
		    .schema_name = ts_json_text(table->document, "schema_name"),
		    .table = parent,
		    .column = ts_json_text(key, "referenced"),
		    .on_update = ts_json_text(key, "on_update"),
		    .on_delete = ts_json_text(key, "on_delete"),
		};
		ts_document_add_foreign(table->document, &row);
	}
}

static void add_all(const struct table *table)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(table->facts, "columns"), i, entry)
	    add_column(table, entry);
	add_primary(table);
	for (i = 0; i < table->ddl.constraint_count; i++) {
		const struct ts_ddl_constraint *constraint = &table->ddl.constraints[i];

		if (constraint->kind == TS_DDL_CHECK)
			ts_document_add_check(table->document, constraint->name,
					      constraint->expression);
	}
	add_foreign_keys(table);
	json_array_foreach(json_object_get(table->facts, "indexes"), i, entry)
	{
		if (strcmp(ts_json_text(entry, "origin"), "u") == 0)
			add_unique(table, entry);
		add_index(table, entry);
	}
}

json_t *ts_sqlite_document(const json_t *facts, const char *schema_name,
			   const char *observed_at)
{
	struct table table = {.facts = facts, .has_rowid_key = has_rowid_key(facts)};
	const char *sql = ts_json_text(facts, "sql");
	struct ts_table_head head = {
	    .schema_name = schema_name,
	    .name = ts_json_text(facts, "name"),
	    .kind = kind_of(facts),
	    .observed_at = observed_at,
	};

	/* The whole statement: names of columns may stand before its AS. */
	if (strcmp(head.kind, "VIEW") == 0)
		head.view_definition = sql;
	if (sql)
		ts_ddl_read(sql, &table.ddl);
	table.document = ts_document_new(&head);
	add_all(&table);
	ts_ddl_release(&table.ddl);
	return table.document;
}
