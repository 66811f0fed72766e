/* conn.h - inside a connection; for the files of odbc/ only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CONN_H
#define TS_CONN_H
#include "odbc/odbc.h"
#include "odbc/watch.h"
#include <sql.h>
#include <sqlext.h>

/* One value of the row that was fetched last. */
struct ts_cell {
	char *text; /* owned; kept from row to row */
	size_t capacity;
	bool is_null;
};

struct ts_statement {
	char *sql; /* owned */
	SQLHSTMT handle;
	struct ts_cell *cells;
	size_t cell_count;    /* columns of the result under way; 0: none */
	size_t cell_capacity; /* cells that were allocated */
	SQLLEN *lengths;      /* of the parameters, read by SQLExecute */
};

struct ts_conn {
	SQLHDBC handle;
	char *dbms;
	char *catalog; /* NULL until it was asked for */
	bool is_healthy;
	int64_t deadline_ms;
	int64_t opened_ms;
	struct ts_watch watch;
	int64_t query_timeout_s;          /* 0: the driver has none */
	struct ts_statement **statements; /* the one used last is the last */
	size_t statement_count;
	struct ts_statement *current; /* whose rows are being read; NULL: none */
};

/* Before and after calls into the driver.  ts_conn_leave judges the last `rc`;
 * SQL_NO_DATA is no failure.  ts_conn_leave_optional is for what a driver need not
 * have: where it says so, the failure's code is TS_OK. */
TS_MUST_CHECK bool ts_conn_enter(struct ts_conn *conn, struct ts_error *err);
bool ts_conn_leave(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
		   SQLRETURN rc, struct ts_error *err);
bool ts_conn_leave_optional(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
			    SQLRETURN rc, struct ts_error *err);

/* Before and after something is freed, which may cost a driver a round trip. */
void ts_conn_enter_free(struct ts_conn *conn);
void ts_conn_leave_free(struct ts_conn *conn);

/* The statement of that text, made where there is none yet: *ret_is_new.  To be called
 * between enter and leave; NULL where the driver gives no handle. */
struct ts_statement *ts_statement_get(struct ts_conn *conn, const char *sql,
				      bool *ret_is_new);
/* Forget one that failed, so that it is prepared anew; not between enter and leave. */
void ts_statement_drop(struct ts_conn *conn, struct ts_statement *statement);
/* End the reading of rows, so that the database can let go of its locks. */
void ts_statement_close(struct ts_conn *conn);
void ts_statements_free(struct ts_conn *conn);
/* The statement was run: look at what it gave, and make its rows the current ones. */
SQLRETURN ts_statement_began(struct ts_conn *conn, struct ts_statement *statement);

#endif
