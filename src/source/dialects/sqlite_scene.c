/* sqlite_scene.c - see sqlite_scene.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlite_scene.h"
#include "base/buf.h"
#include "base/mem.h"
#include "source/dialects/sqlite_ddl.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

void ts_sqlite_scene_release(struct ts_sqlite_scene *scene)
{
	for (size_t i = 0; i < scene->schemas.count; i++)
		free(scene->schemas.items[i]);
	free(scene->schemas.items);
	free(scene->looks_at);
}

bool ts_sqlite_fail(struct ts_error *err)
{
	if (err->code == TS_E_TABLE_NOT_FOUND)
		err->code = TS_E_SOURCE_ERROR;
	return false;
}

static bool add_schema(struct ts_sqlite_scene *scene, bool *ret_has_row,
		       struct ts_error *err)
{
	struct ts_strings *schemas = &scene->schemas;

	if (!ts_conn_fetch(scene->conn, ret_has_row, err))
		return ts_sqlite_fail(err);
	if (!*ret_has_row)
		return true;
	schemas->items = ts_realloc(schemas->items, schemas->count + 1, sizeof(char *));
	schemas->items[schemas->count++] = ts_strdup(ts_conn_cell(scene->conn, 0));
	if (!scene->looks_at)
		scene->looks_at = ts_strdup(ts_conn_cell(scene->conn, 1));
	return true;
}

bool ts_sqlite_look_around(struct ts_conn *conn, struct ts_sqlite_scene *scene,
			   struct ts_error *err)
{
	bool has_row = true;

	*scene = (struct ts_sqlite_scene){.conn = conn};
	ts_timestamp_print(ts_unix_us(), scene->observed_at);
	if (!ts_conn_query(scene->conn, ts_source_sql_sqlite_schemas_sql, NULL, 0, err))
		return ts_sqlite_fail(err);
	while (has_row)
		if (!add_schema(scene, &has_row, err))
			return false;
	return true;
}

const char *ts_sqlite_find_schema(const struct ts_sqlite_scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->schemas.count; i++)
		if (ts_ddl_same(scene->schemas.items[i], name))
			return scene->schemas.items[i];
	return NULL;
}

bool ts_sqlite_look_at(struct ts_sqlite_scene *scene, const char *schema,
		       struct ts_error *err)
{
	TS_AUTO(ts_buf) body = {0};
	TS_AUTO(ts_buf) sql = {0};

	ts_buf_puts(&body, "VIEW " TS_SQLITE_VIEW " AS SELECT type, name, sql FROM \"");
	for (const char *c = schema; *c; c++)
		ts_buf_printf(&body, *c == '"' ? "\"%c" : "%c", *c);
	ts_buf_puts(&body, "\".sqlite_schema");
	ts_buf_printf(&sql, "CREATE %s", body.data);
	if (scene->looks_at && strcmp(scene->looks_at, sql.data) == 0)
		return true;
	if (scene->looks_at &&
	    !ts_conn_exec(scene->conn, "DROP VIEW temp." TS_SQLITE_VIEW, err))
		return ts_sqlite_fail(err);
	free(scene->looks_at);
	scene->looks_at = ts_buf_detach(&sql);
	ts_buf_printf(&sql, "CREATE TEMP %s", body.data);
	return ts_conn_exec(scene->conn, sql.data, err) || ts_sqlite_fail(err);
}

bool ts_sqlite_check_file(struct ts_sqlite_scene *scene, const char *schema,
			  struct ts_error *err)
{
	const char *is_empty;
	bool has_row;

	if (!ts_conn_query(scene->conn, ts_source_sql_sqlite_file_sql, &schema, 1,
			   err) ||
	    !ts_conn_fetch(scene->conn, &has_row, err))
		return ts_sqlite_fail(err);
	is_empty = has_row ? ts_conn_cell(scene->conn, 0) : NULL;
	if (!is_empty || strcmp(is_empty, "1") != 0)
		return true;
	return ts_fail(err, TS_E_SOURCE_ERROR,
		       "the file of schema '%s' is empty, so its path may be wrong",
		       schema);
}
