/* virtuoso.c - Virtuoso: three levels of names, all on one connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/dialect.h"
#include "source/lookup.h"
#include "source/dialects/virtuoso_closed.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The catalog that a lookup means; NULL is the connection's own. */
static bool find_catalog(struct ts_conn *conn, const char *asked,
			 const char **ret_catalog, struct ts_error *err)
{
	if (!asked)
		return ts_conn_catalog(conn, ret_catalog, err);
	*ret_catalog = asked;
	return true;
}

/* Is this the table that was meant? */
static bool is_meant(const struct ts_virtuoso_table *table, const char *catalog,
		     const struct ts_lookup *lookup)
{
	return table->document && strcasecmp(table->name.catalog, catalog) == 0 &&
	       strcasecmp(table->name.schema, lookup->schema) == 0 &&
	       strcasecmp(table->name.table, lookup->table) == 0;
}

/* A table is visible to whoever has any right to it, which is the rule of the server's
 * own catalog functions.  To try a SELECT would be stricter, but to compile a statement
 * on a table that is being altered has crashed the server (7.2). */
static bool describe(struct ts_conn *conn, struct ts_lookup *lookup,
		     struct ts_virtuoso_table *table, struct ts_error *err)
{
	TS_AUTO(ts_buf) schema_name = {0};

	if (!table->is_visible) {
		ts_virtuoso_schema_print(table->name.catalog, table->name.schema,
					 &schema_name);
		ts_lookup_denied(lookup, schema_name.data);
		return true;
	}
	if (!ts_virtuoso_add_closed(conn, table, lookup->read, err))
		return false;
	ts_lookup_found(lookup, table->document);
	table->document = NULL;
	return true;
}

/* What there is where a table was looked for. */
struct scene {
	char *catalog, *schema; /* as they are stored, NULL where they are not; owned */
	char *same;        /* the full name of a table that differs in case; owned */
	bool is_ambiguous; /* there are several of those */
	struct ts_near near_catalog, near_schema, near_table;
};

static void scene_release(struct scene *scene)
{
	free(scene->catalog);
	free(scene->schema);
	free(scene->same);
	ts_near_release(&scene->near_catalog);
	ts_near_release(&scene->near_schema);
	ts_near_release(&scene->near_table);
}

static void replace(char **text, const char *value)
{
	free(*text);
	*text = ts_strdup(value);
}

/* A table of the schema. */
static void see_table(struct scene *scene, const char *full, bool is_view,
		      json_t *tables)
{
	TS_AUTO(ts_virtuoso_name) name = {0};

	if (!ts_virtuoso_name_parse(full, &name))
		return;
	replace(&scene->catalog, name.catalog);
	replace(&scene->schema, name.schema);
	if (tables) {
		ts_list_add(tables, name.table, is_view);
		return;
	}
	ts_near_offer(&scene->near_table, name.table);
	if (strcasecmp(name.table, scene->near_table.wanted) != 0)
		return;
	scene->is_ambiguous = scene->same;
	replace(&scene->same, full);
}

/* A schema that is not the one looked for. */
static void see_schema(struct scene *scene, const char *catalog, const char *schema)
{
	ts_near_offer(&scene->near_catalog, catalog);
	if (strcasecmp(catalog, scene->near_catalog.wanted) != 0)
		return;
	replace(&scene->catalog, catalog);
	ts_near_offer(&scene->near_schema, schema);
}

/* Look for the schema: with `tables` list them, without find what is like the table
 * that was asked for.  Where the schema is not there, find what may have been meant. */
static bool look_around(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct scene *scene, struct ts_error *err)
{
	const char *params[] = {catalog, schema};
	bool has_row;

	if (!ts_conn_query(conn, ts_source_sql_virtuoso_schema_sql, params, 2, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	while (has_row) {
		see_table(scene, ts_conn_cell(conn, 0),
			  strcmp(ts_conn_cell(conn, 1), "VIEW") == 0, tables);
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
	}
	if (scene->schema)
		return true;
	scene->near_catalog.wanted = catalog;
	scene->near_schema.wanted = schema;
	if (!ts_conn_query(conn, ts_source_sql_virtuoso_schemas_sql, NULL, 0, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	while (has_row) {
		see_schema(scene, ts_conn_cell(conn, 0), ts_conn_cell(conn, 1));
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
	}
	return true;
}

static bool fail_no_catalog(const char *catalog, const char *near, struct ts_error *err)
{
	return ts_fail(err, TS_E_SCHEMA_NOT_FOUND, "no catalog '%s'%s%s%s", catalog,
		       near ? ": did you mean '" : "", near ? near : "",
		       near ? "'?" : "");
}

static void explain_absent(struct ts_lookup *lookup, const char *catalog,
			   const char *observed_at, const struct scene *scene)
{
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place = {.observed_at = observed_at};

	place.catalog = scene->catalog ? scene->catalog : catalog;
	ts_virtuoso_schema_print(place.catalog,
				 scene->schema ? scene->schema : lookup->schema,
				 &schema_name);
	place.schema_name = schema_name.data;
	if (scene->schema)
		ts_lookup_no_table(lookup, &place, scene->near_table.best);
	else
		ts_lookup_no_schema(lookup, &place, scene->near_schema.best);
	if (!scene->catalog)
		fail_no_catalog(catalog, scene->near_catalog.best, &lookup->read->err);
}

/* The server compares names without regard to case only where CaseMode is 2; elsewhere
 * SQL turns bare names into upper case, and a job's name may be meant as a bare one. */
static bool read_again(struct ts_conn *conn, struct ts_lookup *lookup,
		       const char *catalog, const struct ts_virtuoso_table *table,
		       struct ts_error *err)
{
	TS_AUTO(scene) scene = {.near_table.wanted = lookup->table};
	TS_AUTO(ts_virtuoso_table) again = {0};

	if (!look_around(conn, catalog, lookup->schema, NULL, &scene, err))
		return false;
	if (scene.is_ambiguous) {
		/* None of them is absent, so there is no document. */
		ts_fail(&lookup->read->err, TS_E_TABLE_NOT_FOUND,
			"several tables are named '%s' but for upper and lower case",
			lookup->table);
		return true;
	}
	if (scene.same) {
		if (!ts_virtuoso_table_read(conn, scene.same, &again, err))
			return false;
		if (is_meant(&again, catalog, lookup))
			return describe(conn, lookup, &again, err);
	}
	explain_absent(lookup, catalog, table->observed_at, &scene);
	return true;
}

static bool read_table(struct ts_conn *conn, struct ts_lookup *lookup,
		       struct ts_error *err)
{
	TS_AUTO(ts_buf) full = {0};
	TS_AUTO(ts_virtuoso_table) table = {0};
	const char *catalog;

	if (!find_catalog(conn, lookup->catalog, &catalog, err))
		return false;
	ts_buf_printf(&full, "%s.%s.%s", catalog, lookup->schema, lookup->table);
	if (!ts_virtuoso_table_read(conn, full.data, &table, err))
		return false;
	return is_meant(&table, catalog, lookup)
		   ? describe(conn, lookup, &table, err)
		   : read_again(conn, lookup, catalog, &table, err);
}

/* One table after the other, two statements each: a list of names would have to be of a
 * fixed length, and sharing them saves a round trip of a tenth of a millisecond. */
static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	return ts_lookup_each(conn, lookups, count, read_table, err);
}

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	TS_AUTO(scene) scene = {0};

	if (!find_catalog(conn, catalog, &catalog, err) ||
	    !look_around(conn, catalog, schema, tables, &scene, err))
		return false;
	if (scene.schema)
		return true;
	return scene.catalog ? ts_list_no_schema(schema, scene.near_schema.best, err)
			     : fail_no_catalog(catalog, scene.near_catalog.best, err);
}

const struct ts_dialect ts_dialect_virtuoso = {
    .name = "virtuoso",
    .dbms = "OpenLink Virtuoso",
    .levels = 2,
    .is_case_sensitive = false,
    .is_multi_catalog = true,
    .catalog = ts_source_sql_virtuoso_catalog_sql,
    .read = read_tables,
    .list = list_tables,
};
