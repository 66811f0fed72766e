/* odbc.c - see odbc.h; connections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/odbc.h"
#include "base/clock.h"
#include "base/mem.h"
#include "odbc/conn.h"
#include "odbc/diag.h"
#include "odbc/gate.h"
#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSE_MS = 500 }; /* what a server gets to hear that we leave */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static SQLHENV environment = SQL_NULL_HENV; /* shared by all; never freed */

/* ODBC takes an integer where it is declared to take a pointer. */
static SQLPOINTER number(uintptr_t value)
{
	return (SQLPOINTER)value;
}

void ts_odbc_init(void)
{
	/* What drivers take our text for that ask the process. */
	setlocale(LC_CTYPE, "C.UTF-8");
	/* psqlodbc would set the environment's at each connection, which frees the name
	 * of the locale that another thread is just reading; told this, it does not. */
	setenv("PGCLIENTENCODING", "UTF8", 1);
}

static void make_environment(void)
{
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment)))
		return;
	SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0);
}

bool ts_conn_enter(struct ts_conn *conn, struct ts_error *err)
{
	if (ts_remaining_ms(conn->deadline_ms, 1) == 0)
		return ts_fail(err, TS_E_SOURCE_TIMEOUT, "no time was left");
	if (!conn->is_healthy)
		return ts_fail(err, TS_E_SOURCE_UNREACHABLE,
			       "the connection broke before");
	ts_watch_enter(&conn->watch, conn->deadline_ms);
	return true;
}

static bool judge(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
		  SQLRETURN rc, const char *secrets, struct ts_error *err)
{
	if (ts_watch_leave(&conn->watch)) {
		conn->is_healthy = false; /* its sockets are shut down */
		if (!SQL_SUCCEEDED(rc) && rc != SQL_NO_DATA)
			return ts_fail(err, TS_E_SOURCE_TIMEOUT,
				       "the driver was waiting at the deadline");
	}
	if (SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA)
		return true;

	ts_diag_fail(type, handle, rc, conn->dbms, secrets, err);
	if (err->code == TS_E_SOURCE_UNREACHABLE)
		conn->is_healthy = false;
	return false;
}

/* Where the call had to succeed, "not supported" is a failure like others. */
static bool judge_needed(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
			 SQLRETURN rc, const char *secrets, struct ts_error *err)
{
	if (judge(conn, type, handle, rc, secrets, err))
		return true;
	if (err->code == TS_OK)
		err->code = TS_E_SOURCE_ERROR;
	return false;
}

bool ts_conn_leave(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
		   SQLRETURN rc, struct ts_error *err)
{
	return judge_needed(conn, type, handle, rc, NULL, err);
}

bool ts_conn_leave_optional(struct ts_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
			    SQLRETURN rc, struct ts_error *err)
{
	return judge(conn, type, handle, rc, NULL, err);
}

void ts_conn_enter_free(struct ts_conn *conn)
{
	ts_watch_enter(&conn->watch, conn->deadline_ms);
}

void ts_conn_leave_free(struct ts_conn *conn)
{
	if (ts_watch_leave(&conn->watch))
		conn->is_healthy = false; /* its sockets are shut down */
}

/* The driver's own timer comes second to the watchdog, which knows milliseconds. */
static void limit_login(SQLHDBC handle, int64_t deadline_ms)
{
	enum { LONGEST_MS = 3600 * 1000 };
	int seconds = ts_remaining_ms(deadline_ms, LONGEST_MS) / 1000 + 1;

	SQLSetConnectAttr(handle, SQL_ATTR_LOGIN_TIMEOUT, number((uintptr_t)seconds),
			  SQL_IS_UINTEGER);
}

static char *info_text(SQLHDBC handle, SQLUSMALLINT what)
{
	char text[256] = "";
	SQLSMALLINT len = 0;

	if (!SQL_SUCCEEDED(SQLGetInfo(handle, what, text, sizeof(text), &len)))
		text[0] = '\0';
	return ts_strdup(text);
}

bool ts_conn_open(const char *connection, int64_t deadline_ms,
		  struct ts_conn **ret_conn, struct ts_error *err)
{
	struct ts_conn *conn;
	SQLRETURN rc;

	pthread_once(&once, make_environment);
	if (environment == SQL_NULL_HENV)
		return ts_fail(err, TS_E_SYSTEM, "unixODBC gives no environment");
	if (!ts_watch_start(err))
		return false;

	conn = ts_calloc(1, sizeof(*conn));
	conn->is_healthy = true;
	conn->opened_ms = ts_now_ms();
	conn->deadline_ms = deadline_ms;
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_DBC, environment, &conn->handle))) {
		free(conn);
		return ts_fail(err, TS_E_SYSTEM, "unixODBC gives no connection handle");
	}

	if (!ts_conn_enter(conn, err))
		goto failed;
	ts_gate_enter(connection);
	limit_login(conn->handle, deadline_ms);
	rc = SQLDriverConnect(conn->handle, NULL, (SQLCHAR *)(uintptr_t)connection,
			      SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT);
	ts_gate_leave();
	if (SQL_SUCCEEDED(rc)) /* some drivers ask the server */
		conn->dbms = info_text(conn->handle, SQL_DBMS_NAME);
	if (!judge_needed(conn, SQL_HANDLE_DBC, conn->handle, rc, connection, err))
		goto failed;

	conn->deadline_ms = TS_FOREVER;
	*ret_conn = conn;
	return true;
failed:
	SQLFreeHandle(SQL_HANDLE_DBC, conn->handle);
	ts_watch_release(&conn->watch);
	free(conn);
	return false;
}

void ts_conn_close(struct ts_conn *conn)
{
	if (!conn)
		return;

	ts_watch_enter(&conn->watch, ts_now_ms() + CLOSE_MS);
	ts_statements_free(conn);
	if (!SQL_SUCCEEDED(SQLDisconnect(conn->handle))) {
		/* A transaction was left open. */
		SQLEndTran(SQL_HANDLE_DBC, conn->handle, SQL_ROLLBACK);
		SQLDisconnect(conn->handle);
	}
	SQLFreeHandle(SQL_HANDLE_DBC, conn->handle);
	ts_watch_leave(&conn->watch);
	ts_watch_release(&conn->watch);
	free(conn->dbms);
	free(conn->catalog);
	free(conn);
}

const char *ts_conn_dbms(const struct ts_conn *conn)
{
	return conn->dbms;
}

bool ts_conn_is_healthy(const struct ts_conn *conn)
{
	return conn->is_healthy;
}

void ts_conn_set_deadline(struct ts_conn *conn, int64_t deadline_ms)
{
	conn->deadline_ms = deadline_ms;
}

void ts_conn_set_query_timeout(struct ts_conn *conn, int64_t timeout_ms)
{
	conn->query_timeout_s = (timeout_ms + 999) / 1000;
}

bool ts_conn_catalog(struct ts_conn *conn, const char **ret_catalog,
		     struct ts_error *err)
{
	if (!conn->catalog) {
		if (!ts_conn_enter(conn, err))
			return false;
		conn->catalog = info_text(conn->handle, SQL_DATABASE_NAME);
		ts_conn_leave(conn, SQL_HANDLE_DBC, conn->handle, SQL_SUCCESS, err);
	}
	*ret_catalog = conn->catalog;
	return true;
}

bool ts_conn_naming(struct ts_conn *conn, struct ts_naming *ret_naming,
		    struct ts_error *err)
{
	char has_catalogs[8] = "", escape[8] = "";
	SQLUINTEGER usage = 0;
	SQLRETURN rc;

	if (!ts_conn_enter(conn, err))
		return false;
	rc = SQLGetInfo(conn->handle, SQL_CATALOG_NAME, has_catalogs,
			sizeof(has_catalogs), NULL);
	if (SQL_SUCCEEDED(rc))
		rc = SQLGetInfo(conn->handle, SQL_SCHEMA_USAGE, &usage, sizeof(usage),
				NULL);
	if (SQL_SUCCEEDED(rc))
		rc = SQLGetInfo(conn->handle, SQL_SEARCH_PATTERN_ESCAPE, escape,
				sizeof(escape), NULL);
	if (!ts_conn_leave(conn, SQL_HANDLE_DBC, conn->handle, rc, err))
		return false;
	ret_naming->has_catalogs = has_catalogs[0] == 'Y';
	ret_naming->has_schemas = usage != 0;
	memcpy(ret_naming->escape, escape, sizeof(escape));
	return true;
}
