/* scope.c - see scope.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/scope.h"
#include "base/json.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { SCOPE_BYTES = 1024 * 1024 };

void ts_scope_release(struct ts_scope *scope)
{
	for (size_t i = 0; i < scope->schema_count; i++)
		free(scope->schemas[i]);
	free(scope->schemas);
	free(scope->datasources);
	*scope = (struct ts_scope){0};
}

void ts_scope_add_datasource(struct ts_scope *scope, int32_t ds_id)
{
	scope->datasources = ts_realloc(scope->datasources, scope->datasource_count + 1,
					sizeof(int32_t));
	scope->datasources[scope->datasource_count++] = ds_id;
}

void ts_scope_add_schema(struct ts_scope *scope, const char *schema)
{
	scope->schemas =
	    ts_realloc(scope->schemas, scope->schema_count + 1, sizeof(char *));
	scope->schemas[scope->schema_count++] = ts_strdup(schema);
}

bool ts_scope_is_everything(const struct ts_scope *scope)
{
	return !scope->datasource_count && !scope->schema_count;
}

bool ts_scope_has_datasource(const struct ts_scope *scope, int64_t ds_id)
{
	for (size_t i = 0; i < scope->datasource_count; i++)
		if (scope->datasources[i] == ds_id)
			return true;
	return !scope->datasource_count;
}

bool ts_scope_has_schema(const struct ts_scope *scope, int64_t ds_id,
			 const char *schema)
{
	if (!ts_scope_has_datasource(scope, ds_id))
		return false;
	for (size_t i = 0; i < scope->schema_count; i++)
		if (strcmp(scope->schemas[i], schema) == 0)
			return true;
	return !scope->schema_count;
}

void ts_scope_print(const struct ts_scope *scope, struct ts_buf *buf)
{
	json_t *datasources = json_array(), *schemas = json_array();
	json_t *whole = json_object();

	for (size_t i = 0; i < scope->datasource_count; i++)
		json_array_append_new(datasources, json_integer(scope->datasources[i]));
	for (size_t i = 0; i < scope->schema_count; i++)
		json_array_append_new(schemas, json_string(scope->schemas[i]));
	json_object_set_new(whole, "datasources", datasources);
	json_object_set_new(whole, "schemas", schemas);
	ts_json_print(whole, buf);
	json_decref(whole);
}

/* A limit that is not understood must not become none. */
static bool take(const json_t *whole, struct ts_scope *scope)
{
	const json_t *datasources = json_object_get(whole, "datasources");
	const json_t *schemas = json_object_get(whole, "schemas");
	const json_t *item;
	size_t i;

	if (!json_is_array(datasources) || !json_is_array(schemas))
		return false;
	json_array_foreach(datasources, i, item)
	{
		const json_int_t ds_id = json_integer_value(item);

		if (!json_is_integer(item) || ds_id < 0 || ds_id > INT32_MAX)
			return false;
		ts_scope_add_datasource(scope, (int32_t)ds_id);
	}
	json_array_foreach(schemas, i, item)
	{
		if (!json_is_string(item))
			return false;
		ts_scope_add_schema(scope, json_string_value(item));
	}
	return true;
}

bool ts_scope_parse(const char *text, struct ts_scope *ret_scope, struct ts_error *err)
{
	struct ts_scope scope = {0};
	json_t *whole;
	bool is_ok;

	if (!ts_json_parse(text, strlen(text), SCOPE_BYTES, &whole, err))
		return false;
	is_ok = take(whole, &scope);
	json_decref(whole);
	if (!is_ok) {
		ts_scope_release(&scope);
		return ts_fail(err, TS_E_BAD_VALUE, "it is no scope of a token");
	}
	*ret_scope = scope;
	return true;
}
