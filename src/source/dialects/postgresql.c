/* postgresql.c - PostgreSQL: one statement that reads any number of tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/dialects/postgresql_table.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_READS = 4 }; /* of tables that are altered all the time */

/* What else pg_class has names for. */
static const char *other_kind(char relkind)
{
	switch (relkind) {
	case 'i':
	case 'I':
		return "an index";
	case 'S':
		return "a sequence";
	case 'c':
		return "a composite type";
	case 't':
		return "a TOAST table";
	default: /* a kind of a later version */
		return "something else";
	}
}

static bool is_yes(const char *cell)
{
	return cell && cell[0] == '1';
}

/* The server's functions see what is committed while the statement runs, and answer
 * null for what is there no more; the rights are asked for again with each list. */
static bool is_gone(struct ts_conn *conn, char kind)
{
	const char *may_read = ts_conn_cell(conn, TS_POSTGRESQL_MAY_READ);

	if (!is_yes(may_read))
		return !may_read;
	for (size_t i = 0; i < TS_POSTGRESQL_LIST_COUNT; i++)
		if (!ts_conn_cell(conn, TS_POSTGRESQL_LISTS + i))
			return true;
	return (kind == 'v' || kind == 'm') && !ts_conn_cell(conn, TS_POSTGRESQL_VIEW);
}

/* Judge the row of one lookup.  What is absent is left without an outcome. */
static bool judge_row(struct ts_conn *conn, struct ts_lookup *lookup,
		      struct ts_postgresql_table *table, const struct ts_place *place,
		      struct ts_error *err)
{
	const char *kind = ts_conn_cell(conn, TS_POSTGRESQL_KIND);
	json_t *document;

	if (!kind)
		return true;
	if (!ts_postgresql_is_table(kind[0])) {
		ts_lookup_no_kind(lookup, place, other_kind(kind[0]));
		return true;
	}
	if (is_gone(conn, kind[0])) {
		ts_fail(&lookup->read->err, TS_E_SOURCE_BUSY,
			"'%s' was dropped while it was read", lookup->table);
		return true;
	}
	if (!is_yes(ts_conn_cell(conn, TS_POSTGRESQL_MAY_READ))) {
		ts_lookup_denied(lookup, place->schema_name);
		return true;
	}
	if (!ts_postgresql_table_make(table, conn, lookup->table, place, &document,
				      err))
		return false;
	ts_lookup_found(lookup, document);
	return true;
}

/* What lookups that found nothing need to know when the rows have been read. */
struct scene {
	bool *has_schema;            /* of each lookup; owned */
	char *catalog, *observed_at; /* of all; owned */
	bool is_calm;                /* nothing was committed during the statement */
};

static void scene_release(struct scene *scene)
{
	free(scene->has_schema);
	free(scene->catalog);
	free(scene->observed_at);
}

/* Read the row of one lookup. */
static bool read_row(struct ts_conn *conn, struct ts_lookup *lookup,
		     struct ts_postgresql_table *table, struct scene *scene,
		     bool *ret_has_schema, struct ts_error *err)
{
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place;
	bool has_row;

	if (!ts_conn_fetch(conn, &has_row, err))
		return false;
	if (!has_row)
		return ts_fail(err, TS_E_SOURCE_ERROR, "a table has no row");
	ts_schema_name_print(&lookup->schema, 1, &schema_name);
	place = (struct ts_place){ts_conn_cell(conn, TS_POSTGRESQL_CATALOG),
				  ts_buf_text(&schema_name),
				  ts_conn_cell(conn, TS_POSTGRESQL_OBSERVED_AT)};
	if (!judge_row(conn, lookup, table, &place, err))
		return false;
	*ret_has_schema = is_yes(ts_conn_cell(conn, TS_POSTGRESQL_HAS_SCHEMA));
	scene->is_calm = is_yes(ts_conn_cell(conn, TS_POSTGRESQL_IS_CALM));
	if (!scene->catalog) {
		scene->catalog = ts_strdup(place.catalog);
		scene->observed_at = ts_strdup(place.observed_at);
	}
	return true;
}

static bool read_rows(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		      struct scene *scene, struct ts_error *err)
{
	TS_AUTO(ts_postgresql_table) table = {0};
	bool has_row;

	for (size_t i = 0; i < count; i++)
		if (!read_row(conn, &lookups[i], &table, scene, &scene->has_schema[i],
			      err))
			return false;
	/* Until the last row was asked for the statement is not over. */
	return ts_conn_fetch(conn, &has_row, err);
}

/* Find what may have been meant by `near->wanted`; `schema` NULL: a schema.  A hint is
 * worth no failure. */
static void find_near(struct ts_conn *conn, const char *schema, struct ts_near *near)
{
	const char *params[] = {schema, near->wanted};
	struct ts_error ignored = {0};
	bool has_row;

	if (!ts_conn_query(conn, ts_source_sql_postgresql_near_sql, params, 2,
			   &ignored))
		return;
	while (ts_conn_fetch(conn, &has_row, &ignored) && has_row)
		ts_near_offer(near, ts_conn_cell(conn, 0));
}

static void explain_absent(struct ts_conn *conn, struct ts_lookup *lookup,
			   bool has_schema, const struct scene *scene)
{
	TS_AUTO(ts_buf) schema_name = {0};
	TS_AUTO(ts_near) near = {.wanted = has_schema ? lookup->table : lookup->schema};
	struct ts_place place;

	ts_schema_name_print(&lookup->schema, 1, &schema_name);
	place = (struct ts_place){scene->catalog, ts_buf_text(&schema_name),
				  scene->observed_at};
	find_near(conn, has_schema ? lookup->schema : NULL, &near);
	if (has_schema)
		ts_lookup_no_table(lookup, &place, near.best);
	else
		ts_lookup_no_schema(lookup, &place, near.best);
}

static bool query(struct ts_conn *conn, const struct ts_lookup *lookups, size_t count,
		  struct ts_error *err)
{
	TS_AUTO(ts_buf) schemas = {0};
	TS_AUTO(ts_buf) tables = {0};

	for (size_t i = 0; i < count; i++) {
		ts_postgresql_array_add(&schemas, lookups[i].schema);
		ts_postgresql_array_add(&tables, lookups[i].table);
	}
	ts_buf_putc(&schemas, '}');
	ts_buf_putc(&tables, '}');
	return ts_conn_query(conn, ts_source_sql_postgresql_read_sql,
			     (const char *const[]){schemas.data, tables.data}, 2, err);
}

static bool read_once(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		      bool *ret_is_calm, struct ts_error *err)
{
	struct scene scene = {.has_schema = ts_calloc(count, sizeof(bool))};
	bool is_ok = query(conn, lookups, count, err) &&
		     read_rows(conn, lookups, count, &scene, err);

	for (size_t i = 0; i < count && is_ok; i++)
		if (!lookups[i].read->document && lookups[i].read->err.code == TS_OK)
			explain_absent(conn, &lookups[i], scene.has_schema[i], &scene);
	*ret_is_calm = scene.is_calm;
	scene_release(&scene);
	return is_ok;
}

/* Take the documents away, to read again. */
static void set_aside(const struct ts_lookup *lookups, json_t **documents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(documents[i]);
		documents[i] = lookups[i].read->document;
		lookups[i].read->document = NULL;
		lookups[i].read->err = (struct ts_error){0};
	}
}

/* Did two reads tell the same?  Which one has not is busy if `is_last`. */
static bool compare(const struct ts_lookup *lookups, json_t **before, size_t count,
		    bool is_last)
{
	bool are_same = true;

	for (size_t i = 0; i < count; i++) {
		struct ts_read *read = lookups[i].read;

		if (!read->document)
			continue;
		if (before[i])
			json_object_set(before[i], "observed_at",
					json_object_get(read->document, "observed_at"));
		if (before[i] && json_equal(before[i], read->document))
			continue;
		are_same = false;
		if (!is_last)
			continue;
		json_decref(read->document);
		read->document = NULL;
		ts_fail(&read->err, TS_E_SOURCE_BUSY,
			"'%s' was altered while it was read", lookups[i].table);
	}
	return are_same;
}

/* What the server's functions tell is newer than the rest where somebody has just
 * altered a table: two reads that tell the same are of one state. */
static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	json_t **before = ts_calloc(count, sizeof(json_t *));
	bool is_ok = true, is_settled = false;

	for (int nth = 1; nth <= MAX_READS && is_ok && !is_settled; nth++) {
		set_aside(lookups, before, count);
		is_ok = read_once(conn, lookups, count, &is_settled, err);
		if (is_ok && !is_settled && nth > 1)
			is_settled = compare(lookups, before, count, nth == MAX_READS);
	}
	for (size_t i = 0; i < count; i++)
		json_decref(before[i]);
	free(before);
	return is_ok;
}

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	TS_AUTO(ts_near) near = {.wanted = schema};
	bool has_row, has_schema = false;

	(void)catalog; /* the connection's own, as everything here */
	if (!ts_conn_query(conn, ts_source_sql_postgresql_list_sql, &schema, 1, err))
		return false;
	for (;;) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		has_schema = true;
		if (ts_conn_cell(conn, 0))
			ts_list_add(tables, ts_conn_cell(conn, 0),
				    is_yes(ts_conn_cell(conn, 1)));
	}
	if (has_schema)
		return true;
	find_near(conn, NULL, &near);
	return ts_list_no_schema(schema, near.best, err);
}

const struct ts_dialect ts_dialect_postgresql = {
    .name = "postgresql",
    .dbms = "PostgreSQL",
    .levels = 2,
    .is_case_sensitive = true,
    .is_multi_catalog = false,
    .session = ts_source_sql_postgresql_session_sql,
    .catalog = ts_source_sql_postgresql_catalog_sql,
    .catalogs = ts_source_sql_postgresql_catalogs_sql,
    .read = read_tables,
    .list = list_tables,
};
