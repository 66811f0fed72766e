/* odbc.h - one connection, its statements and rows, through unixODBC.
 *
 * Values go in and come out as UTF-8 text, NULL for SQL's null, however long.  Every
 * driver diagnostic is turned into a ts_code here (diag.c, facts of SQLSTATE and native
 * code) and carries no secret.  A statement is prepared once per connection and kept,
 * up to a bound: those that were not used for the longest time go first.
 *
 * Thread: one at a time a connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ODBC_H
#define TS_ODBC_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_conn;

/* Settings of the process that drivers ask for.  Once, before any thread is started. */
void ts_odbc_init(void);

/* Connect.  No later than `deadline_ms`: TS_E_SOURCE_TIMEOUT.  The connection itself
 * has no deadline until it is given one. */
TS_MUST_CHECK bool ts_conn_open(const char *connection, int64_t deadline_ms,
				struct ts_conn **ret_conn, struct ts_error *err);
void ts_conn_close(struct ts_conn *conn);

/* SQLGetInfo's SQL_DBMS_NAME; borrowed. */
const char *ts_conn_dbms(const struct ts_conn *conn);
/* False once a call failed in a way after which the connection must not be used again.
 */
bool ts_conn_is_healthy(const struct ts_conn *conn);
/* From now on every call on this connection ends by then. */
void ts_conn_set_deadline(struct ts_conn *conn, int64_t deadline_ms);

/* Let the driver itself end each statement after this long, where it can. */
void ts_conn_set_query_timeout(struct ts_conn *conn, int64_t timeout_ms);

/* Run a statement without parameters that gives no rows (BEGIN, SET …); not kept. */
TS_MUST_CHECK bool ts_conn_exec(struct ts_conn *conn, const char *sql,
				struct ts_error *err);

/* Run `sql` with the texts `params` for its `?`, NULL for null.  The rows are read by
 * ts_conn_fetch; a query ends the one before it. */
TS_MUST_CHECK bool ts_conn_query(struct ts_conn *conn, const char *sql,
				 const char *const *params, size_t count,
				 struct ts_error *err);
/* Go to the next row: *ret_has_row.  False only for an error. */
TS_MUST_CHECK bool ts_conn_fetch(struct ts_conn *conn, bool *ret_has_row,
				 struct ts_error *err);
/* Column `index` (from 0) of the row; NULL for null; borrowed until the next fetch. */
const char *ts_conn_cell(struct ts_conn *conn, size_t index);

/* What the driver says of names, for a DBMS that nobody wrote a dialect for. */
struct ts_naming {
	bool has_catalogs; /* do catalogs stand in names at all? */
	bool has_schemas;
	char escape[8]; /* before _ and % in a pattern; "" where there is none */
};
TS_MUST_CHECK bool ts_conn_naming(struct ts_conn *conn, struct ts_naming *ret_naming,
				  struct ts_error *err);
/* The catalog that the connection is in, "" where it is in none; borrowed, read once a
 * connection. */
TS_MUST_CHECK bool ts_conn_catalog(struct ts_conn *conn, const char **ret_catalog,
				   struct ts_error *err);

/* ODBC's catalog functions, whose rows are read by ts_conn_fetch as well.  NULL for a
 * name leaves it out.  In the functions of TS_ODBC_TABLES and TS_ODBC_COLUMNS names are
 * patterns.  A function that the driver does not have gives no rows. */
enum ts_odbc_function {
	TS_ODBC_CATALOGS, /* rows as those of TABLES, with one name each; … */
	TS_ODBC_SCHEMAS,  /* … take no names */
	TS_ODBC_TABLES,
	TS_ODBC_COLUMNS,
	TS_ODBC_PRIMARY_KEYS,
	TS_ODBC_FOREIGN_KEYS, /* the keys of the table, not those that point to it */
	TS_ODBC_STATISTICS,
};
TS_MUST_CHECK bool ts_conn_call(struct ts_conn *conn, enum ts_odbc_function function,
				const char *catalog, const char *schema,
				const char *table, struct ts_error *err);

#endif
