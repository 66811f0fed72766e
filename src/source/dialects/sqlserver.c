/* sqlserver.c - Microsoft SQL Server, through FreeTDS or Microsoft's own driver.
 *
 * Written from the documented catalog views, for 2012 and later; tested on no server.
 * Each statement names the catalog that it is about, so that one connection serves all
 * of them without a USE that the next one would have to undo. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/dialect.h"
#include "source/dialects/sqlserver_absent.h"
#include "source/dialects/sqlserver_batch.h"
#include "source/dialects/sqlserver_text.h"
#include "source/lookup.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

/* May the account read the table?  Where the server's function does not say, since it
 * takes no name that is this long, SELECT says so. */
static bool check_right(struct ts_conn *conn, const struct ts_sqlserver_scene *scene,
			const struct ts_sqlserver_row *table, bool *ret_may_read,
			struct ts_error *err)
{
	const char *schema = table->texts[TS_TABLE_SCHEMA];
	TS_AUTO(ts_buf) name = {0};
	TS_AUTO(ts_buf) sql = {0};
	struct ts_error refused = {0};

	*ret_may_read = schema && table->numbers[TS_TABLE_MAY_READ] == 1;
	if (!schema || table->numbers[TS_TABLE_MAY_READ] != -1)
		return true;
	ts_sqlserver_quote_table(scene->catalog, schema, table->name, &name);
	ts_buf_fill(&sql, ts_source_sql_sqlserver_probe_sql, "{table}", name.data);
	*ret_may_read = ts_conn_exec(conn, sql.data, &refused);
	if (*ret_may_read || refused.code == TS_E_SOURCE_DENIED)
		return true;
	*err = refused;
	return false;
}

static bool fail_altered(struct ts_lookup *lookup)
{
	ts_fail(&lookup->read->err, TS_E_SOURCE_BUSY,
		"'%s' was altered while it was read", lookup->table);
	return true;
}

static bool judge(struct ts_sqlserver_batch *batch, size_t at,
		  const struct ts_sqlserver_scene *scene, struct ts_error *err)
{
	struct ts_lookup *lookup = batch->lookups[at];
	const struct ts_sqlserver_row *table;
	const char *kind;
	bool may_read;
	size_t count;

	ts_sqlserver_rows_find(&batch->rows, (long)at + 1, &table, &count);
	if (!count && batch->is_whole[at])
		return ts_sqlserver_explain(batch->conn, lookup, scene, err);
	if (!count)
		return fail_altered(lookup);
	kind = ts_sqlserver_other_kind(table);
	if (kind) {
		ts_sqlserver_explain_kind(lookup, scene, table, kind);
		return true;
	}
	if (!check_right(batch->conn, scene, table, &may_read, err))
		return false;
	if (!may_read)
		ts_sqlserver_explain_denied(lookup, scene, table);
	else if (!batch->is_whole[at])
		fail_altered(lookup);
	else
		ts_lookup_found(
		    lookup, ts_sqlserver_document(scene, table, count, lookup->read));
	return true;
}

static bool run_batch(struct ts_sqlserver_batch *batch, struct ts_error *err)
{
	TS_AUTO(ts_sqlserver_scene) scene = {0};

	if (!ts_sqlserver_batch_read(batch, err)) {
		if (!ts_sqlserver_is_no_catalog(err))
			return false;
		ts_sqlserver_no_catalog(batch->conn, batch->catalog, err);
		for (size_t i = 0; i < batch->count; i++)
			batch->lookups[i]->read->err = *err;
		*err = (struct ts_error){0};
		return true;
	}
	if (!ts_sqlserver_scene_make(&batch->rows.items[0], batch->catalog, &scene,
				     err))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!judge(batch, i, &scene, err))
			return false;
	return true;
}

/* Read the first lookup that is not done, and others of its catalog with it. */
static bool read_next(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		      const char *own, bool *is_done, struct ts_error *err)
{
	TS_AUTO(ts_sqlserver_batch) batch = {.conn = conn};

	for (size_t i = 0; i < count && batch.count < TS_SQLSERVER_TABLES; i++) {
		const char *catalog = lookups[i].catalog ? lookups[i].catalog : own;

		if (is_done[i] ||
		    (batch.catalog && strcmp(batch.catalog, catalog) != 0))
			continue;
		batch.catalog = catalog;
		ts_sqlserver_batch_add(&batch, &lookups[i]);
		is_done[i] = true;
	}
	return run_batch(&batch, err);
}

static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	bool *is_done = ts_calloc(count, sizeof(*is_done));
	const char *own;
	bool is_ok = ts_conn_catalog(conn, &own, err);

	for (size_t i = 0; i < count && is_ok; i++)
		if (!is_done[i])
			is_ok = read_next(conn, lookups, count, own, is_done, err);
	free(is_done);
	return is_ok;
}

static bool list_names(struct ts_conn *conn, const char *catalog, const char *schema,
		       json_t *tables, struct ts_error *err)
{
	TS_AUTO(ts_buf) sql = {0};
	TS_AUTO(ts_buf) hex = {0};
	TS_AUTO(ts_buf) name = {0};
	const char *param;
	bool has_row;

	ts_sqlserver_encode(schema, &hex);
	ts_sqlserver_pad(&hex, TS_SQLSERVER_SHORT);
	param = hex.data;
	ts_sqlserver_in_catalog(ts_source_sql_sqlserver_list_sql, catalog, &sql);
	if (!ts_conn_query(conn, sql.data, &param, 1, err))
		return false;
	for (;;) {
		const char *is_view;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		ts_buf_clear(&name);
		ts_sqlserver_decode(ts_conn_cell(conn, 0), &name);
		is_view = ts_conn_cell(conn, 1);
		ts_list_add(tables, ts_buf_text(&name), is_view && is_view[0] == '1');
	}
	ts_list_sort(tables); /* not as the catalog sorts, but as the others do */
	return true;
}

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	if (!catalog && !ts_conn_catalog(conn, &catalog, err))
		return false;
	if (ts_sqlserver_check_schema(conn, catalog, schema, err))
		return list_names(conn, catalog, schema, tables, err);
	return false;
}

const struct ts_dialect ts_dialect_sqlserver = {
    .name = "sqlserver",
    .dbms = "Microsoft SQL Server",
    .driver = "*FreeTDS*|*tdsodbc*",
    .options = "ClientCharset=UTF-8;TDS_Version=7.4",
    .levels = 2,
    .is_multi_catalog = true,
    .case_sensitivity = ts_source_sql_sqlserver_case_sql,
    .has_query_timeout = true,
    .session = ts_source_sql_sqlserver_session_sql,
    .catalog = ts_source_sql_sqlserver_catalog_sql,
    .read = read_tables,
    .list = list_tables,
};
