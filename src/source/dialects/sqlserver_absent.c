/* sqlserver_absent.c - see sqlserver_absent.h.
 *
 * The server shows nobody what he has no right to, so that only an account from which
 * nothing can be hidden knows that a table is absent. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_absent.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/dialects/sqlserver_text.h"
#include "source/lookup.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

/* Run a statement of one catalog with names as its parameters; what is too long to be a
 * name is blank, which is equal to nothing. */
static bool query(struct ts_conn *conn, const char *sql, const char *catalog,
		  const char *const *names, size_t count, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_buf hex[2] = {{0}, {0}};
	const char *params[2] = {NULL, NULL};
	bool is_ok;

	for (size_t i = 0; i < count; i++) {
		if (ts_sqlserver_is_name(names[i]))
			ts_sqlserver_encode(names[i], &hex[i]);
		ts_sqlserver_pad(&hex[i], TS_SQLSERVER_SHORT);
		params[i] = hex[i].data;
	}
	ts_sqlserver_in_catalog(sql, catalog, &text);
	is_ok = ts_conn_query(conn, text.data, params, count, err);
	for (size_t i = 0; i < count; i++)
		ts_buf_release(&hex[i]);
	return is_ok;
}

/* Go to the next row, and decode the name in its first column. */
static bool next_name(struct ts_conn *conn, struct ts_buf *name, bool *ret_has_row,
		      struct ts_error *err)
{
	const char *cell;

	if (!ts_conn_fetch(conn, ret_has_row, err))
		return false;
	ts_buf_clear(name);
	cell = *ret_has_row ? ts_conn_cell(conn, 0) : NULL;
	if (cell)
		ts_sqlserver_decode(cell, name);
	return true;
}

/* The schema as it is stored, NULL where there is none of that name; the caller frees
 * it. */
static bool find_schema(struct ts_conn *conn, const char *catalog, struct ts_near *near,
			char **ret_schema, struct ts_error *err)
{
	TS_AUTO(ts_buf) name = {0};
	char *schema = NULL;
	bool has_row, is_ok;

	is_ok = query(conn, ts_source_sql_sqlserver_schemas_sql, catalog, &near->wanted,
		      1, err);
	while (is_ok) {
		const char *is_meant;

		is_ok = next_name(conn, &name, &has_row, err);
		if (!is_ok || !has_row)
			break;
		is_meant = ts_conn_cell(conn, 1);
		if (is_meant && is_meant[0] == '1' && !schema)
			schema = ts_strdup(ts_buf_text(&name));
		ts_near_offer(near, ts_buf_text(&name));
	}
	if (is_ok)
		*ret_schema = schema;
	else
		free(schema);
	return is_ok;
}

/* A hint is worth no failure. */
static void find_near(struct ts_conn *conn, const char *catalog, const char *schema,
		      struct ts_near *near)
{
	const char *names[] = {schema, near->wanted};
	struct ts_error ignored = {0};
	TS_AUTO(ts_buf) name = {0};
	bool has_row;

	if (!query(conn, ts_source_sql_sqlserver_near_sql, catalog, names, 2, &ignored))
		return;
	while (next_name(conn, &name, &has_row, &ignored) && has_row)
		ts_near_offer(near, ts_buf_text(&name));
}

/* Where the object of this row is; its schema is as asked for where it is not told. */
static const char *schema_of(const struct ts_lookup *lookup,
			     const struct ts_sqlserver_row *table)
{
	const char *schema = table->texts[TS_TABLE_SCHEMA];

	return schema ? schema : lookup->schema;
}

static void make_place(const struct ts_sqlserver_scene *scene, const char *schema,
		       struct ts_buf *schema_name, struct ts_place *ret_place)
{
	const char *parts[] = {scene->catalog, schema};

	ts_schema_name_print(parts, 2, schema_name);
	*ret_place = (struct ts_place){scene->catalog, ts_buf_text(schema_name),
				       scene->observed_at};
}

/* Nothing is removed from the catalog on the word of an account that does not see all,
 * nor by names that the next database compares in another way. */
static void keep_if_unsure(struct ts_lookup *lookup, bool is_sure)
{
	if (is_sure)
		return;
	json_decref(lookup->read->document);
	lookup->read->document = NULL;
}

bool ts_sqlserver_explain(struct ts_conn *conn, struct ts_lookup *lookup,
			  const struct ts_sqlserver_scene *scene, struct ts_error *err)
{
	const bool is_sure = scene->is_sure && scene->compares_alike;
	TS_AUTO(ts_near) near_schema = {.wanted = lookup->schema};
	TS_AUTO(ts_near) near_table = {.wanted = lookup->table};
	struct ts_error *outcome = &lookup->read->err;
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place;
	char *schema = NULL;

	if (!find_schema(conn, scene->catalog, &near_schema, &schema, err))
		return false;
	make_place(scene, schema ? schema : lookup->schema, &schema_name, &place);
	if (!schema) {
		ts_lookup_no_schema(lookup, &place, near_schema.best);
		keep_if_unsure(lookup, is_sure);
		return true;
	}
	find_near(conn, scene->catalog, schema, &near_table);
	free(schema);
	ts_lookup_no_table(lookup, &place, near_table.best);
	keep_if_unsure(lookup, is_sure);
	if (!scene->is_sure)
		ts_fail(outcome, TS_E_TABLE_NOT_FOUND,
			"no table '%s' in schema '%s', or not for this account%s%s%s",
			lookup->table, place.schema_name, TS_HINT(near_table.best));
	return true;
}

void ts_sqlserver_explain_kind(struct ts_lookup *lookup,
			       const struct ts_sqlserver_scene *scene,
			       const struct ts_sqlserver_row *table, const char *kind)
{
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place;

	make_place(scene, schema_of(lookup, table), &schema_name, &place);
	ts_lookup_no_kind(lookup, &place, kind);
	/* A schema has one object of a name, so that this one is no table for sure. */
	keep_if_unsure(lookup, scene->compares_alike);
}

void ts_sqlserver_explain_denied(struct ts_lookup *lookup,
				 const struct ts_sqlserver_scene *scene,
				 const struct ts_sqlserver_row *table)
{
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place;

	make_place(scene, schema_of(lookup, table), &schema_name, &place);
	ts_lookup_denied(lookup, place.schema_name);
}

bool ts_sqlserver_is_no_catalog(const struct ts_error *err)
{
	return err->code == TS_E_SCHEMA_NOT_FOUND || err->code == TS_E_TABLE_NOT_FOUND;
}

bool ts_sqlserver_no_catalog(struct ts_conn *conn, const char *catalog,
			     struct ts_error *err)
{
	TS_AUTO(ts_near) near = {.wanted = catalog};
	struct ts_error ignored = {0};
	TS_AUTO(ts_buf) name = {0};
	bool has_row;

	if (ts_conn_query(conn, ts_source_sql_sqlserver_databases_sql, NULL, 0,
			  &ignored))
		while (next_name(conn, &name, &has_row, &ignored) && has_row)
			ts_near_offer(&near, ts_buf_text(&name));
	*err = (struct ts_error){0};
	return ts_fail(err, TS_E_SCHEMA_NOT_FOUND, "no catalog '%s'%s%s%s", catalog,
		       TS_HINT(near.best));
}

bool ts_sqlserver_check_schema(struct ts_conn *conn, const char *catalog,
			       const char *schema, struct ts_error *err)
{
	TS_AUTO(ts_near) near = {.wanted = schema};
	char *stored = NULL;
	bool is_there;

	if (!find_schema(conn, catalog, &near, &stored, err))
		return ts_sqlserver_is_no_catalog(err) &&
		       ts_sqlserver_no_catalog(conn, catalog, err);
	is_there = stored;
	free(stored);
	return is_there || ts_list_no_schema(schema, near.best, err);
}
