/* postgresql.c - PostgreSQL: one statement that answers with whole documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/dialect.h"
#include "source/lookup.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

/* The columns of postgresql_read.sql. */
enum { OBSERVED_AT, CATALOG, HAS_SCHEMA, KIND, MAY_READ, DOCUMENT };

/* Append an element of an array literal. */
static void add_element(struct ts_buf *array, const char *text)
{
	ts_buf_puts(array, array->len ? ",\"" : "{\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			ts_buf_putc(array, '\\');
		ts_buf_putc(array, *text);
	}
	ts_buf_putc(array, '"');
}

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

static bool is_table_kind(char relkind)
{
	return relkind && strchr("rpfvm", relkind);
}

static bool parse_document(const char *text, json_t **ret_document,
			   struct ts_error *err)
{
	size_t len = strlen(text);

	if (ts_json_parse(text, len, len, ret_document, err))
		return true;
	err->code = TS_E_SOURCE_ERROR;
	return ts_wrap(err, "the table's description");
}

static bool is_yes(const char *cell)
{
	return cell && cell[0] == '1';
}

/* Judge the row of one lookup.  What is absent is left without an outcome. */
static bool judge_row(struct ts_conn *conn, struct ts_lookup *lookup,
		      const struct ts_place *place, struct ts_error *err)
{
	const char *kind = ts_conn_cell(conn, KIND);
	json_t *document;

	if (!kind)
		return true;
	if (!is_table_kind(kind[0])) {
		ts_lookup_no_kind(lookup, place, other_kind(kind[0]));
		return true;
	}
	if (!is_yes(ts_conn_cell(conn, MAY_READ))) {
		ts_lookup_denied(lookup, place->schema_name);
		return true;
	}
	if (!parse_document(ts_conn_cell(conn, DOCUMENT), &document, err))
		return false;
	ts_lookup_found(lookup, document);
	return true;
}

/* What lookups that found nothing need to know when the rows have been read. */
struct scene {
	bool *has_schema;            /* of each lookup; owned */
	char *catalog, *observed_at; /* of all; owned */
};

static void scene_release(struct scene *scene)
{
	free(scene->has_schema);
	free(scene->catalog);
	free(scene->observed_at);
}

static bool read_rows(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		      struct scene *scene, struct ts_error *err)
{
	TS_AUTO(ts_buf) schema_name = {0};
	bool has_row;

	for (size_t i = 0; i < count; i++) {
		struct ts_place place;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			return ts_fail(err, TS_E_SOURCE_ERROR,
				       "%zu rows came for %zu tables", i, count);
		ts_buf_clear(&schema_name);
		ts_schema_name_print(&lookups[i].schema, 1, &schema_name);
		place = (struct ts_place){ts_conn_cell(conn, CATALOG),
					  ts_buf_text(&schema_name),
					  ts_conn_cell(conn, OBSERVED_AT)};
		if (!judge_row(conn, &lookups[i], &place, err))
			return false;
		scene->has_schema[i] = is_yes(ts_conn_cell(conn, HAS_SCHEMA));
		if (!scene->catalog) {
			scene->catalog = ts_strdup(place.catalog);
			scene->observed_at = ts_strdup(place.observed_at);
		}
	}
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
	const char *params[2];

	for (size_t i = 0; i < count; i++) {
		add_element(&schemas, lookups[i].schema);
		add_element(&tables, lookups[i].table);
	}
	ts_buf_putc(&schemas, '}');
	ts_buf_putc(&tables, '}');
	params[0] = schemas.data;
	params[1] = tables.data;
	return ts_conn_query(conn, ts_source_sql_postgresql_read_sql, params, 2, err);
}

static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	struct scene scene = {.has_schema = ts_calloc(count, sizeof(bool))};
	bool is_ok = query(conn, lookups, count, err) &&
		     read_rows(conn, lookups, count, &scene, err);

	for (size_t i = 0; i < count && is_ok; i++)
		if (!lookups[i].read->document && lookups[i].read->err.code == TS_OK)
			explain_absent(conn, &lookups[i], scene.has_schema[i], &scene);
	scene_release(&scene);
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
