/* document.c - see document.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/document.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

/* jansson takes UTF-8 only; a broken text is better shown than lost. */
static json_t *text(const char *bytes)
{
	json_t *value;
	char *copy;

	if (!bytes)
		return json_null();
	if (ts_utf8_is_valid(bytes, strlen(bytes)))
		return json_string_nocheck(bytes);
	copy = ts_strdup(bytes);
	ts_utf8_clean(copy);
	value = json_string_nocheck(copy);
	free(copy);
	return value;
}

static void set(json_t *object, const char *key, TS_TAKES json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		ts_out_of_memory();
}

static void append(json_t *array, TS_TAKES json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		ts_out_of_memory();
}

json_t *ts_document_new(const struct ts_table_head *head)
{
	json_t *document = json_object();
	bool is_view = strcmp(head->kind, "VIEW") == 0 ||
		       strcmp(head->kind, "MATERIALIZED VIEW") == 0;

	set(document, "schema_name", text(head->schema_name));
	set(document, "name", text(head->name));
	set(document, "is_view", json_boolean(is_view));
	set(document, "synonyms", json_null());
	set(document, "db_comment", text(head->comment));
	set(document, "observed_at", text(head->observed_at));
	set(document, "kind", text(head->kind));
	set(document, "columns", json_array());
	set(document, "primary_key", json_null());
	set(document, "unique_constraints", json_array());
	set(document, "check_constraints", json_array());
	set(document, "foreign_keys", json_array());
	set(document, "indexes", json_array());
	set(document, "view_definition", text(head->view_definition));
	return document;
}

void ts_document_set_view(json_t *document, const char *definition)
{
	set(document, "view_definition", text(definition));
}

json_t *ts_document_removed(const char *schema_name, const char *name,
			    const char *observed_at)
{
	json_t *document = json_object();

	set(document, "schema_name", text(schema_name));
	set(document, "name", text(name));
	set(document, "observed_at", text(observed_at));
	set(document, "removed", json_true());
	return document;
}

void ts_document_add_column(json_t *document, const struct ts_column *column)
{
	json_t *columns = json_object_get(document, "columns"), *object = json_object();

	set(object, "name", text(column->name));
	set(object, "position", json_integer((json_int_t)json_array_size(columns) + 1));
	set(object, "type", text(column->type));
	set(object, "nullable", json_boolean(column->is_nullable));
	set(object, "default", text(column->default_text));
	set(object, "comment", text(column->comment));
	set(object, "primary_key_position", json_null());
	set(object, "generated", text(column->generated));
	set(object, "identity", text(column->identity));
	append(columns, object);
}

static json_t *find_column(json_t *document, const char *name)
{
	json_t *columns = json_object_get(document, "columns"), *column;
	size_t i;

	json_array_foreach(columns, i, column)
	{
		const char *known = ts_json_text(column, "name");

		if (known && name && strcmp(known, name) == 0)
			return column;
	}
	return NULL;
}

/* The key that the part belongs to: a new one at the end of `list`, or its last. */
static json_t *key_of(json_t *list, const struct ts_key_part *part)
{
	json_t *key;

	if (!part->is_first)
		return json_array_get(list, json_array_size(list) - 1);
	key = json_object();
	set(key, "name", text(part->name));
	append(list, key);
	return key;
}

void ts_document_add_primary(json_t *document, const struct ts_key_part *part)
{
	json_t *key, *columns, *column = find_column(document, part->column);

	if (part->is_first) {
		key = json_object();
		set(key, "name", text(part->name));
		set(key, "columns", json_array());
		set(document, "primary_key", key);
	}
	columns = json_object_get(json_object_get(document, "primary_key"), "columns");
	append(columns, text(part->column));
	if (column)
		set(column, "primary_key_position",
		    json_integer((json_int_t)json_array_size(columns)));
}

void ts_document_add_unique(json_t *document, const struct ts_key_part *part)
{
	json_t *key = key_of(json_object_get(document, "unique_constraints"), part);

	if (part->is_first)
		set(key, "columns", json_array());
	append(json_object_get(key, "columns"), text(part->column));
}

void ts_document_add_check(json_t *document, const char *name, const char *expression)
{
	json_t *check = json_object();

	set(check, "name", text(name));
	set(check, "expression", text(expression));
	append(json_object_get(document, "check_constraints"), check);
}

void ts_document_add_foreign(json_t *document, const struct ts_foreign_part *part)
{
	json_t *key = key_of(json_object_get(document, "foreign_keys"), &part->part);

	if (part->part.is_first) {
		set(key, "columns", json_array());
		set(key, "referenced_schema", text(part->schema_name));
		set(key, "referenced_table", text(part->table));
		set(key, "referenced_columns", json_array());
		set(key, "on_update", text(part->on_update));
		set(key, "on_delete", text(part->on_delete));
	}
	append(json_object_get(key, "columns"), text(part->part.column));
	if (part->column)
		append(json_object_get(key, "referenced_columns"), text(part->column));
}

void ts_document_add_index(json_t *document, const struct ts_index_part *part)
{
	json_t *index = key_of(json_object_get(document, "indexes"), &part->part);

	if (part->part.is_first) {
		set(index, "unique", json_boolean(part->is_unique));
		set(index, "primary", json_boolean(part->is_primary));
		set(index, "columns", json_array());
		set(index, "definition", text(part->definition));
	}
	if (part->part.column)
		append(json_object_get(index, "columns"), text(part->part.column));
}
