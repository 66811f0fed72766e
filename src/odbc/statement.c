/* statement.c - statements of a connection and their rows; see odbc.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "odbc/conn.h"
#include "odbc/diag.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CAPACITY = 256, /* of a cell; it grows by what the driver announces */
	KEPT_STATEMENTS = 32,
	LONG_PARAMETER = 4000 /* Virtuoso takes no longer text as VARCHAR */
};

/* ODBC declares what it only reads as writable. */
static SQLCHAR *text(const char *constant)
{
	return (SQLCHAR *)(uintptr_t)constant;
}

static void free_statement(struct ts_statement *statement)
{
	SQLFreeHandle(SQL_HANDLE_STMT, statement->handle);
	for (size_t i = 0; i < statement->cell_capacity; i++)
		free(statement->cells[i].text);
	free(statement->sql);
	free(statement->cells);
	free(statement->lengths);
	free(statement);
}

/* Take number `at` out of the list. */
static struct ts_statement *take_out(struct ts_conn *conn, size_t at)
{
	struct ts_statement *statement = conn->statements[at];

	conn->statement_count--;
	memmove(&conn->statements[at], &conn->statements[at + 1],
		(conn->statement_count - at) * sizeof(struct ts_statement *));
	return statement;
}

static struct ts_statement *find_statement(struct ts_conn *conn, const char *sql)
{
	for (size_t i = conn->statement_count; i > 0; i--)
		if (strcmp(conn->statements[i - 1]->sql, sql) == 0)
			return take_out(conn, i - 1);
	return NULL;
}

static struct ts_statement *new_statement(struct ts_conn *conn, const char *sql)
{
	struct ts_statement *statement;
	SQLHSTMT handle;

	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, conn->handle, &handle)))
		return NULL;
	if (conn->query_timeout_s)
		SQLSetStmtAttr(handle, SQL_ATTR_QUERY_TIMEOUT,
			       (SQLPOINTER)(uintptr_t)conn->query_timeout_s,
			       SQL_IS_UINTEGER);
	statement = ts_calloc(1, sizeof(*statement));
	statement->sql = ts_strdup(sql);
	statement->handle = handle;
	return statement;
}

struct ts_statement *ts_statement_get(struct ts_conn *conn, const char *sql,
				      bool *ret_is_new)
{
	struct ts_statement *statement = find_statement(conn, sql);

	*ret_is_new = !statement;
	if (!statement) {
		if (conn->statement_count == KEPT_STATEMENTS)
			free_statement(take_out(conn, 0));
		statement = new_statement(conn, sql);
	}
	if (!statement)
		return NULL;
	conn->statements = ts_realloc(conn->statements, conn->statement_count + 1,
				      sizeof(struct ts_statement *));
	conn->statements[conn->statement_count++] = statement;
	return statement;
}

void ts_statement_drop(struct ts_conn *conn, struct ts_statement *statement)
{
	size_t at = 0;

	while (conn->statements[at] != statement)
		at++;
	if (conn->current == statement)
		conn->current = NULL;
	ts_conn_enter_free(conn);
	free_statement(take_out(conn, at));
	ts_conn_leave_free(conn);
}

void ts_statements_free(struct ts_conn *conn)
{
	for (size_t i = 0; i < conn->statement_count; i++)
		free_statement(conn->statements[i]);
	free(conn->statements);
	conn->statements = NULL;
	conn->statement_count = 0;
	conn->current = NULL;
}

void ts_statement_close(struct ts_conn *conn)
{
	if (!conn->current)
		return;
	SQLFreeStmt(conn->current->handle, SQL_CLOSE);
	conn->current = NULL;
}

SQLRETURN ts_statement_began(struct ts_conn *conn, struct ts_statement *statement)
{
	SQLSMALLINT columns = 0;
	SQLRETURN rc = SQLNumResultCols(statement->handle, &columns);

	if (!SQL_SUCCEEDED(rc))
		return rc;
	statement->cell_count = (size_t)columns;
	if (statement->cell_count > statement->cell_capacity) {
		statement->cells = ts_realloc(statement->cells, statement->cell_count,
					      sizeof(*statement->cells));
		memset(statement->cells + statement->cell_capacity, 0,
		       (statement->cell_count - statement->cell_capacity) *
			   sizeof(*statement->cells));
		statement->cell_capacity = statement->cell_count;
	}
	conn->current = statement;
	return SQL_SUCCESS;
}

static SQLRETURN bind(struct ts_statement *statement, const char *const *params,
		      size_t count)
{
	SQLRETURN rc = SQL_SUCCESS;

	statement->lengths =
	    ts_realloc(statement->lengths, count, sizeof(*statement->lengths));
	for (size_t i = 0; i < count && SQL_SUCCEEDED(rc); i++) {
		size_t len = params[i] ? strlen(params[i]) : 0;

		statement->lengths[i] = params[i] ? (SQLLEN)len : SQL_NULL_DATA;
		rc = SQLBindParameter(
		    statement->handle, (SQLUSMALLINT)(i + 1), SQL_PARAM_INPUT,
		    SQL_C_CHAR, len > LONG_PARAMETER ? SQL_LONGVARCHAR : SQL_VARCHAR,
		    len ? len : 1, 0, text(params[i] ? params[i] : ""), (SQLLEN)len + 1,
		    &statement->lengths[i]);
	}
	return rc;
}

static SQLRETURN run(struct ts_conn *conn, struct ts_statement *statement, bool is_new,
		     const char *const *params, size_t count)
{
	SQLRETURN rc = SQL_SUCCESS;

	if (is_new)
		rc = SQLPrepare(statement->handle, text(statement->sql), SQL_NTS);
	if (SQL_SUCCEEDED(rc))
		rc = bind(statement, params, count);
	if (SQL_SUCCEEDED(rc))
		rc = SQLExecute(statement->handle);
	/* An UPDATE that finds no row is no failure, and has no rows to read. */
	if (SQL_SUCCEEDED(rc) || rc == SQL_NO_DATA)
		rc = ts_statement_began(conn, statement);
	return rc;
}

bool ts_conn_query(struct ts_conn *conn, const char *sql, const char *const *params,
		   size_t count, struct ts_error *err)
{
	struct ts_statement *statement;
	bool is_new, is_ok;
	SQLRETURN rc;

	if (!ts_conn_enter(conn, err))
		return false;
	ts_statement_close(conn);
	statement = ts_statement_get(conn, sql, &is_new);
	if (!statement)
		return ts_conn_leave(conn, SQL_HANDLE_DBC, conn->handle, SQL_ERROR,
				     err);
	rc = run(conn, statement, is_new, params, count);
	is_ok = ts_conn_leave(conn, SQL_HANDLE_STMT, statement->handle, rc, err);
	if (!is_ok)
		ts_statement_drop(conn, statement);
	return is_ok;
}

bool ts_conn_exec(struct ts_conn *conn, const char *sql, struct ts_error *err)
{
	SQLHSTMT handle;
	SQLRETURN rc;
	bool is_ok;

	if (!ts_conn_enter(conn, err))
		return false;
	ts_statement_close(conn);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, conn->handle, &handle)))
		return ts_conn_leave(conn, SQL_HANDLE_DBC, conn->handle, SQL_ERROR,
				     err);
	rc = SQLExecDirect(handle, text(sql), SQL_NTS);
	is_ok = ts_conn_leave(conn, SQL_HANDLE_STMT, handle, rc, err);
	ts_conn_enter_free(conn);
	SQLFreeHandle(SQL_HANDLE_STMT, handle);
	ts_conn_leave_free(conn);
	return is_ok;
}

/* One value, however long: the driver gives what fits and says how much there is, or
 * that it does not know. */
static SQLRETURN read_cell(SQLHSTMT handle, SQLUSMALLINT column, struct ts_cell *cell)
{
	size_t len = 0;

	cell->is_null = false;
	if (!cell->text) {
		cell->text = ts_calloc(FIRST_CAPACITY, 1);
		cell->capacity = FIRST_CAPACITY;
	}
	cell->text[0] = '\0';
	for (;;) {
		size_t room = cell->capacity - len;
		SQLLEN rest = 0;
		SQLRETURN rc = SQLGetData(handle, column, SQL_C_CHAR, cell->text + len,
					  (SQLLEN)room, &rest);

		if (rc == SQL_NO_DATA)
			return SQL_SUCCESS;
		if (!SQL_SUCCEEDED(rc))
			return rc;
		if (rest == SQL_NULL_DATA) {
			cell->is_null = true;
			return SQL_SUCCESS;
		}
		if (rest >= 0 && (size_t)rest < room)
			return SQL_SUCCESS;
		len += strlen(cell->text + len);
		cell->capacity =
		    rest > 0 ? cell->capacity + (size_t)rest : cell->capacity * 2;
		cell->text = ts_realloc(cell->text, cell->capacity, 1);
	}
}

static void close_rows(struct ts_conn *conn)
{
	ts_conn_enter_free(conn);
	ts_statement_close(conn);
	ts_conn_leave_free(conn);
}

bool ts_conn_fetch(struct ts_conn *conn, bool *ret_has_row, struct ts_error *err)
{
	struct ts_statement *statement = conn->current;
	SQLRETURN rc;

	if (!statement || statement->cell_count == 0) {
		close_rows(conn);
		*ret_has_row = false;
		return true;
	}
	if (!ts_conn_enter(conn, err))
		return false;
	rc = SQLFetch(statement->handle);
	for (size_t i = 0; i < statement->cell_count && SQL_SUCCEEDED(rc); i++)
		rc = read_cell(statement->handle, (SQLUSMALLINT)(i + 1),
			       &statement->cells[i]);
	if (!ts_conn_leave(conn, SQL_HANDLE_STMT, statement->handle, rc, err)) {
		ts_statement_drop(conn, statement);
		return false;
	}
	if (rc == SQL_NO_DATA)
		close_rows(conn);
	*ret_has_row = rc != SQL_NO_DATA;
	return true;
}

const char *ts_conn_cell(struct ts_conn *conn, size_t index)
{
	const struct ts_statement *statement = conn->current;

	if (!statement || index >= statement->cell_count)
		return NULL;
	return statement->cells[index].is_null ? NULL : statement->cells[index].text;
}
