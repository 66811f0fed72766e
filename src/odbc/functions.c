/* functions.c - ODBC's catalog functions; see odbc.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/conn.h"
#include "odbc/diag.h"
#include <stdint.h>

/* The name of the one statement that all calls share; it is never prepared. */
static const char functions[] = "catalog functions";

static SQLCHAR *text(const char *constant)
{
	return (SQLCHAR *)(uintptr_t)constant;
}

static SQLRETURN call(SQLHSTMT handle, enum ts_odbc_function function,
		      const char *catalog, const char *schema, const char *table)
{
	SQLCHAR *c = text(catalog), *s = text(schema), *t = text(table);

	switch (function) {
	case TS_ODBC_CATALOGS:
		return SQLTables(handle, text(SQL_ALL_CATALOGS), SQL_NTS, text(""),
				 SQL_NTS, text(""), SQL_NTS, NULL, 0);
	case TS_ODBC_SCHEMAS:
		return SQLTables(handle, text(""), SQL_NTS, text(SQL_ALL_SCHEMAS),
				 SQL_NTS, text(""), SQL_NTS, NULL, 0);
	case TS_ODBC_TABLES:
		return SQLTables(handle, c, SQL_NTS, s, SQL_NTS, t, SQL_NTS, NULL, 0);
	case TS_ODBC_COLUMNS:
		return SQLColumns(handle, c, SQL_NTS, s, SQL_NTS, t, SQL_NTS, NULL, 0);
	case TS_ODBC_PRIMARY_KEYS:
		return SQLPrimaryKeys(handle, c, SQL_NTS, s, SQL_NTS, t, SQL_NTS);
	case TS_ODBC_FOREIGN_KEYS:
		return SQLForeignKeys(handle, NULL, 0, NULL, 0, NULL, 0, c, SQL_NTS, s,
				      SQL_NTS, t, SQL_NTS);
	case TS_ODBC_STATISTICS:
		return SQLStatistics(handle, c, SQL_NTS, s, SQL_NTS, t, SQL_NTS,
				     SQL_INDEX_ALL, SQL_QUICK);
	}
	return SQL_ERROR;
}

bool ts_conn_call(struct ts_conn *conn, enum ts_odbc_function function,
		  const char *catalog, const char *schema, const char *table,
		  struct ts_error *err)
{
	struct ts_statement *statement;
	bool is_new, is_ok;
	SQLRETURN rc;

	if (!ts_conn_enter(conn, err))
		return false;
	ts_statement_close(conn);
	statement = ts_statement_get(conn, functions, &is_new);
	if (!statement)
		return ts_conn_leave(conn, SQL_HANDLE_DBC, conn->handle, SQL_ERROR,
				     err);
	rc = call(statement->handle, function, catalog, schema, table);
	if (SQL_SUCCEEDED(rc))
		rc = ts_statement_began(conn, statement);
	is_ok =
	    ts_conn_leave_optional(conn, SQL_HANDLE_STMT, statement->handle, rc, err);
	if (!is_ok)
		ts_statement_drop(conn, statement);
	return is_ok || err->code == TS_OK;
}
