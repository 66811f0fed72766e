/* mariadb.c - MariaDB and MySQL, where a database is a schema. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_ask.h"
#include "source/dialects/mariadb_read.h"
#include "source/dialects/mariadb_rows.h"
#include "source_files.h"
#include <string.h>

static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	for (size_t done = 0; done < count; done += TS_MARIADB_BATCH) {
		size_t left = count - done;

		if (!ts_mariadb_read(conn, lookups + done,
				     left < TS_MARIADB_BATCH ? left : TS_MARIADB_BATCH,
				     err))
			return false;
	}
	return true;
}

/* The columns of mariadb_list.sql. */
enum { NAME, IS_VIEW };

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	TS_AUTO(ts_near) near = {.wanted = schema};
	const char *name = ts_mariadb_can_be(schema) ? schema : "";
	bool has_row = true, has_schema;

	(void)catalog; /* there is none */
	if (!ts_conn_query(conn, ts_source_sql_mariadb_list_sql, &name, 1, err))
		return false;
	while (has_row) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (has_row)
			ts_list_add(tables, ts_conn_cell(conn, NAME),
				    strcmp(ts_conn_cell(conn, IS_VIEW), "1") == 0);
	}
	ts_list_sort(tables);
	if (json_array_size(tables))
		return true;
	if (!ts_mariadb_find_schema(conn, schema, &near, &has_schema, err))
		return false;
	return has_schema || ts_list_no_schema(schema, near.best, err);
}

/* The first time-outs are the words of MariaDB's driver, the last those of MySQL's;
 * neither minds the other's. */
const struct ts_dialect ts_dialect_mariadb = {
    .name = "mariadb",
    .dbms = "MariaDB|MySQL",
    .driver = "{MariaDB*}|MariaDB*|*libmaodbc*|{MySQL*}|MySQL*|*libmyodbc*",
    .options = "CONN_TIMEOUT={timeout_s};READ_TIMEOUT={timeout_s};"
	       "WRITE_TIMEOUT={timeout_s};READTIMEOUT={timeout_s};"
	       "WRITETIMEOUT={timeout_s};CHARSET=utf8mb4",
    .levels = 1,
    .is_case_sensitive = true,
    .case_sensitivity = ts_source_sql_mariadb_case_sql,
    .session = ts_source_sql_mariadb_session_sql,
    .read = read_tables,
    .list = list_tables,
};
