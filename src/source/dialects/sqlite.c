/* sqlite.c - SQLite: one statement a schema, of pragmas and CREATE statements.
 *
 * Not tables: what begins with sqlite_, and the tables in which virtual tables keep
 * their data; both are SQLite's own, and come and go without anybody asking for them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "contract/schema_name.h"
#include "source/dialect.h"
#include "source/lookup.h"
#include "source/dialects/sqlite_scene.h"
#include "source/dialects/sqlite_table.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What may have been meant by `near->wanted`; a hint is worth no failure. */
static void find_near_table(struct ts_sqlite_scene *scene, const char *schema,
			    struct ts_near *near)
{
	struct ts_error ignored = {0};
	bool has_row;

	if (!ts_conn_query(scene->conn, ts_source_sql_sqlite_list_sql, &schema, 1,
			   &ignored))
		return;
	while (ts_conn_fetch(scene->conn, &has_row, &ignored) && has_row)
		ts_near_offer(near, ts_conn_cell(scene->conn, 0));
}

static void find_near_schema(const struct ts_sqlite_scene *scene, struct ts_near *near)
{
	for (size_t i = 0; i < scene->schemas.count; i++)
		ts_near_offer(near, scene->schemas.items[i]);
}

static void explain_no_schema(const struct ts_sqlite_scene *scene,
			      struct ts_lookup *lookup)
{
	TS_AUTO(ts_buf) schema_name = {0};
	TS_AUTO(ts_near) near = {.wanted = lookup->schema};
	struct ts_place place;

	ts_schema_name_print(&lookup->schema, 1, &schema_name);
	place = (struct ts_place){NULL, schema_name.data, scene->observed_at};
	find_near_schema(scene, &near);
	ts_lookup_no_schema(lookup, &place, near.best);
}

static bool parse(const char *text, json_t **ret_value, struct ts_error *err)
{
	size_t len = strlen(text);

	if (ts_json_parse(text, len, len, ret_value, err))
		return true;
	err->code = TS_E_SOURCE_ERROR;
	return ts_wrap(err, "the table's description");
}

static void warn(struct ts_read *read, const struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};

	if (!read->warnings)
		read->warnings = json_array();
	ts_buf_printf(&text, "its columns are not known: %s", err->text);
	ts_utf8_clean(text.data);
	json_array_append_new(read->warnings, json_string(text.data));
}

/* The columns of a view or virtual table that the big statement left out, or a warning
 * that says why it has none: something that it is made of is not there. */
static bool read_columns(struct ts_sqlite_scene *scene, const char *schema,
			 struct ts_lookup *lookup, json_t *facts, struct ts_error *err)
{
	const char *params[] = {ts_json_text(facts, "name"), schema};
	struct ts_error why = {0};
	json_t *columns;
	bool has_row;

	if (ts_conn_query(scene->conn, ts_source_sql_sqlite_columns_sql, params, 2,
			  &why) &&
	    ts_conn_fetch(scene->conn, &has_row, &why) && has_row &&
	    parse(ts_conn_cell(scene->conn, 0), &columns, &why)) {
		json_object_set_new(facts, "columns", columns);
		return true;
	}
	if (ts_code_class(why.code) == TS_RETRY) {
		*err = why;
		return false;
	}
	warn(lookup->read, &why);
	return true;
}

/* What an object is that is no table; NULL: it is one. */
static const char *other_kind(const json_t *facts)
{
	const char *name = ts_json_text(facts, "name");
	const char *kind = ts_json_text(facts, "kind");

	if (!name)
		return strcmp(ts_json_text(facts, "other"), "index") == 0 ? "an index"
									  : "a trigger";
	if (strncasecmp(name, "sqlite_", strlen("sqlite_")) == 0 ||
	    strcmp(name, TS_SQLITE_VIEW) == 0)
		return "SQLite's own";
	if (kind && strcmp(kind, "shadow") == 0)
		return "a virtual table's own storage";
	return NULL;
}

static bool fill(struct ts_sqlite_scene *scene, const char *schema,
		 struct ts_lookup *lookup, json_t *facts, struct ts_error *err)
{
	TS_AUTO(ts_buf) schema_name = {0};
	TS_AUTO(ts_near) near = {.wanted = lookup->table};
	struct ts_place place;
	const char *other;

	ts_schema_name_print(&schema, 1, &schema_name);
	place = (struct ts_place){NULL, schema_name.data, scene->observed_at};
	if (!ts_json_text(facts, "name") && !ts_json_text(facts, "other")) {
		if (!ts_sqlite_check_file(scene, schema, &lookup->read->err))
			return true;
		find_near_table(scene, schema, &near);
		ts_lookup_no_table(lookup, &place, near.best);
		return true;
	}
	other = other_kind(facts);
	if (other) {
		ts_lookup_no_kind(lookup, &place, other);
		return true;
	}
	if (!json_is_array(json_object_get(facts, "columns")) &&
	    !read_columns(scene, schema, lookup, facts, err))
		return false;
	ts_lookup_found(
	    lookup, ts_sqlite_document(facts, place.schema_name, place.observed_at));
	return true;
}

/* The parameter of sqlite_read.sql for the lookups of that schema. */
static void print_asked(const struct ts_lookup *lookups, const char *const *schemas,
			size_t count, const char *schema, struct ts_buf *asked)
{
	json_t *tables = json_array(), *object = json_object();

	for (size_t i = 0; i < count; i++)
		if (schemas[i] == schema)
			json_array_append_new(tables, json_string(lookups[i].table));
	json_object_set_new(object, "schema", json_string(schema));
	json_object_set_new(object, "tables", tables);
	ts_json_print(object, asked);
	json_decref(object);
}

/* The facts of each lookup of that schema, NULL where they cannot be read. */
static bool read_facts(struct ts_sqlite_scene *scene, struct ts_lookup *lookups,
		       const char *const *schemas, size_t count, const char *schema,
		       json_t **facts, struct ts_error *err)
{
	TS_AUTO(ts_buf) asked = {0};
	const char *param;
	bool has_row;

	print_asked(lookups, schemas, count, schema, &asked);
	param = asked.data;
	if (!ts_conn_query(scene->conn, ts_source_sql_sqlite_read_sql, &param, 1, err))
		return ts_sqlite_fail(err);
	for (size_t i = 0; i < count; i++) {
		if (schemas[i] != schema)
			continue;
		if (!ts_conn_fetch(scene->conn, &has_row, err))
			return ts_sqlite_fail(err);
		if (!has_row)
			return ts_fail(err, TS_E_SOURCE_ERROR,
				       "there is no row for table '%s'",
				       lookups[i].table);
		if (!parse(ts_conn_cell(scene->conn, 0), &facts[i],
			   &lookups[i].read->err))
			facts[i] = NULL;
	}
	/* Until the last row was asked for the statement is not over. */
	return ts_conn_fetch(scene->conn, &has_row, err) || ts_sqlite_fail(err);
}

static bool read_schema(struct ts_sqlite_scene *scene, struct ts_lookup *lookups,
			const char *const *schemas, size_t count, const char *schema,
			struct ts_error *err)
{
	json_t **facts = ts_calloc(count, sizeof(json_t *));
	bool is_ok = ts_sqlite_look_at(scene, schema, err) &&
		     read_facts(scene, lookups, schemas, count, schema, facts, err);

	for (size_t i = 0; i < count; i++) {
		if (is_ok && facts[i])
			is_ok = fill(scene, schema, &lookups[i], facts[i], err);
		json_decref(facts[i]);
	}
	free(facts);
	return is_ok;
}

/* Nobody has an outcome after a failure. */
static void forget(struct ts_lookup *lookups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(lookups[i].read->document);
		json_decref(lookups[i].read->warnings);
		lookups[i].read->document = lookups[i].read->warnings = NULL;
		lookups[i].read->err = (struct ts_error){0};
	}
}

/* Schema by schema, each when its first lookup comes. */
static bool read_schemas(struct ts_sqlite_scene *scene, struct ts_lookup *lookups,
			 const char **schemas, size_t count, struct ts_error *err)
{
	for (size_t i = 0; i < count; i++) {
		schemas[i] = ts_sqlite_find_schema(scene, lookups[i].schema);
		if (!schemas[i])
			explain_no_schema(scene, &lookups[i]);
	}
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;

		while (schemas[first] != schemas[i])
			first++;
		if (schemas[i] && first == i &&
		    !read_schema(scene, lookups, schemas, count, schemas[i], err))
			return false;
	}
	return true;
}

static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	TS_AUTO(ts_sqlite_scene) scene = {0};
	const char **schemas = ts_calloc(count, sizeof(char *));
	bool is_ok = ts_sqlite_look_around(conn, &scene, err) &&
		     read_schemas(&scene, lookups, schemas, count, err);

	if (!is_ok)
		forget(lookups, count);
	free(schemas);
	return is_ok;
}

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	TS_AUTO(ts_sqlite_scene) scene = {0};
	TS_AUTO(ts_near) near = {.wanted = schema};
	const char *found;
	bool has_row;

	(void)catalog; /* SQLite has none */
	if (!ts_sqlite_look_around(conn, &scene, err))
		return false;
	found = ts_sqlite_find_schema(&scene, schema);
	if (!found) {
		find_near_schema(&scene, &near);
		return ts_list_no_schema(schema, near.best, err);
	}
	if (!ts_sqlite_look_at(&scene, found, err))
		return false;
	if (!ts_conn_query(conn, ts_source_sql_sqlite_list_sql, &found, 1, err))
		return ts_sqlite_fail(err);
	for (;;) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return ts_sqlite_fail(err);
		if (!has_row)
			break;
		ts_list_add(tables, ts_conn_cell(conn, 0),
			    strcmp(ts_conn_cell(conn, 1), "1") == 0);
	}
	return json_array_size(tables) || ts_sqlite_check_file(&scene, found, err);
}

const struct ts_dialect ts_dialect_sqlite = {
    .name = "sqlite",
    .dbms = "SQLite",
    .driver = "*sqlite*",
    /* Without them a file that is not there is made, and a lock awaited for 100 s. */
    .options = "NoCreat=1;Timeout=1000",
    .levels = 1,
    .is_case_sensitive = false,
    .is_multi_catalog = false,
    .has_wide_locks = true,
    .session = ts_source_sql_sqlite_session_sql,
    .read = read_tables,
    .list = list_tables,
};
