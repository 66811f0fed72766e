/* storage.h - the database under the reference catalog: connections, versions of its
 * tables, transactions.
 *
 * SQLite or PostgreSQL: what is special about each is in dialect.c.
 *
 * Thread: one at a time a connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STORAGE_H
#define TS_STORAGE_H
#include "odbc/odbc.h"

/* Connect and set the session, when the program starts: TS_E_CONFIG where it cannot be
 * used. */
TS_MUST_CHECK bool ts_storage_open(const char *connection, struct ts_conn **ret_conn,
				   struct ts_error *err);
/* The same later on: a failure is one of the catalog, as below. */
TS_MUST_CHECK bool ts_storage_reopen(const char *connection, struct ts_conn **ret_conn,
				     struct ts_error *err);
/* Is the server of a connection that nobody used since `since_ms` still there?  Asks it
 * where that is long ago. */
bool ts_storage_is_alive(struct ts_conn *conn, int64_t since_ms);

/* Make the tables, or bring those of an older version to ours, and let `fill` bring
 * their rows along; of programs that start at once, one does.  TS_E_CONFIG where a
 * newer program made them. */
typedef bool ts_storage_fill(struct ts_conn *conn, struct ts_error *err);
TS_MUST_CHECK bool ts_storage_migrate(struct ts_conn *conn, ts_storage_fill *fill,
				      struct ts_error *err);

/* As ts_conn_query and ts_conn_fetch, but each ends within seconds, and a failure is
 * one of the catalog: TS_E_BUSY where the storage was locked or could not be reached,
 * else TS_E_INTERNAL. */
TS_MUST_CHECK bool ts_storage_query(struct ts_conn *conn, const char *sql,
				    const char *const *params, size_t count,
				    struct ts_error *err);
TS_MUST_CHECK bool ts_storage_fetch(struct ts_conn *conn, bool *ret_has_row,
				    struct ts_error *err);

/* A writing transaction; from begin on nobody else writes. */
TS_MUST_CHECK bool ts_storage_begin(struct ts_conn *conn, struct ts_error *err);
TS_MUST_CHECK bool ts_storage_commit(struct ts_conn *conn, struct ts_error *err);
void ts_storage_rollback(struct ts_conn *conn);

enum { TS_NUMBER_SIZE = 24 };
/* A number as a parameter: its decimal digits in `buffer`. */
const char *ts_storage_number(int64_t number, char buffer[TS_NUMBER_SIZE]);
/* Column `index` of the row as a number, 0 for null. */
int64_t ts_storage_cell_number(struct ts_conn *conn, size_t index);

#endif
