/* page_table.c - the page of one table, where a reply's url leads (pages.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_history.h"
#include "http/pages.h"
#include "store/rich_text.h"
#include <string.h>

enum {
	NEWEST_VERSIONS = 5,
	LINKS = 64, /* foreign keys that are looked up in the catalog */
};

static void set_html(json_t *object, const char *member, const char *text)
{
	TS_AUTO(ts_buf) html = {0};

	ts_rich_text_print(text, &html);
	json_object_set_new(object, member, json_string(ts_buf_text(&html)));
}

/* What people wrote, made safe. */
static void show_curated(json_t *table)
{
	json_t *fields = json_object_get(table, "custom_fields"), *field;
	size_t i;

	set_html(table, "description_html", ts_json_text(table, "description"));
	json_array_foreach(fields, i, field)
	{
		if (strcmp(ts_json_text(field, "type"), "rich_text") == 0)
			set_html(field, "html", ts_json_text(field, "value"));
	}
}

/* Why a column has a value that nobody wrote. */
static void show_default(json_t *column)
{
	const char *generated = ts_json_text(column, "generated");
	const char *identity = ts_json_text(column, "identity");

	if (generated)
		json_object_set_new(column, "origin",
				    json_sprintf("generated, %s", generated));
	else if (identity)
		json_object_set_new(column, "origin",
				    json_sprintf("identity, %s", identity));
}

static void show_columns(json_t *table)
{
	json_t *columns = json_object_get(table, "columns"), *column;
	size_t i;

	json_array_foreach(columns, i, column)
	{
		const json_t *nullable = json_object_get(column, "nullable");
		const char *text = json_is_true(nullable)    ? "yes"
				   : json_is_false(nullable) ? "no"
							     : "unknown";

		json_object_set_new(column, "nullable_text", json_string(text));
		show_default(column);
	}
}

/* An index has no name for an expression among its columns. */
static void show_index_columns(json_t *table)
{
	json_t *indexes = json_object_get(table, "indexes"), *index;
	size_t i;

	json_array_foreach(indexes, i, index)
	{
		json_t *columns = json_object_get(index, "columns");

		for (size_t j = 0; j < json_array_size(columns); j++)
			if (json_is_null(json_array_get(columns, j)))
				json_array_set_new(columns, j,
						   json_string("(expression)"));
	}
}

/* The id of a table of the catalog; 0 where it is not there, or not for this user. */
static bool find_table(const struct ts_call *call, int64_t ds_id, const char *schema,
		       const char *name, int64_t *ret_id, struct ts_error *err)
{
	const struct ts_store_query query = {
	    .ds_id = ds_id, .schema_name = schema, .name = name, .limit = 1};
	int64_t next;
	json_t *list;

	if (!ts_page_tables(call, query, &list, &next, err))
		return false;
	*ret_id = json_integer_value(json_object_get(json_array_get(list, 0), "id"));
	json_decref(list);
	return true;
}

static bool link_foreign_keys(const struct ts_call *call, json_t *table,
			      struct ts_error *err)
{
	json_int_t ds_id = json_integer_value(json_object_get(table, "ds_id"));
	json_t *keys = json_object_get(table, "foreign_keys");

	for (size_t i = 0; i < json_array_size(keys) && i < LINKS; i++) {
		json_t *key = json_array_get(keys, i);
		const char *schema = ts_json_text(key, "referenced_schema");
		int64_t id;

		if (!schema)
			schema = ts_json_text(table, "schema_name");
		if (!find_table(call, ds_id, schema,
				ts_json_text(key, "referenced_table"), &id, err))
			return false;
		if (id)
			json_object_set_new(key, "referenced_id", json_integer(id));
	}
	return true;
}

static bool show(const struct ts_call *call, json_t *table, struct ts_error *err)
{
	json_t *versions;
	int64_t next;

	if (!link_foreign_keys(call, table, err) ||
	    !ts_page_versions(call, INT64_MAX, NEWEST_VERSIONS, &versions, &next, err))
		return false;
	json_object_set_new(table, "versions", versions);
	json_object_set_new(table, "has_more_versions", json_boolean(next));
	ts_page_show_time(table, "observed_at");
	ts_page_name_datasource(call, table, "ds_id");
	show_curated(table);
	show_columns(table);
	show_index_columns(table);
	return true;
}

bool ts_page_table(struct ts_call *call, struct ts_error *err)
{
	const char *saved = ts_call_parameter(call, "saved");
	json_t *table;
	int64_t curated;

	if (!ts_page_get_table(call, &table, &curated, err))
		return false;
	if (show(call, table, err))
		return ts_page_print(call, "table",
				     json_pack("{ss, sb, so}", "title",
					       ts_json_text(table, "name"), "is_saved",
					       saved != NULL, "table", table),
				     err);
	json_decref(table);
	return false;
}
