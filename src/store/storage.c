/* storage.c - see storage.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/storage.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store_files.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPEN_MS = 10000 };

/* sqliteodbc waits 100 s for a lock unless it is told otherwise, and takes no notice of
 * the pragma (0.9998).  Milliseconds; of a key that comes twice the first counts. */
static const char lock_timeout[] = ";Timeout=2000";

/* Step i makes version i + 1 out of version i. */
static const char *const migrations[] = {ts_store_sql_sqlite_1_sql};
enum { NEWEST = sizeof(migrations) / sizeof(migrations[0]) };

/* A failure on the way of a request. */
static bool translate(struct ts_error *err)
{
	bool is_locked =
	    err->code == TS_E_SOURCE_BUSY || err->code == TS_E_SOURCE_TIMEOUT;

	err->code = is_locked ? TS_E_BUSY : TS_E_INTERNAL;
	return ts_wrap(err, "the catalog's storage");
}

/* A failure at start, for the operator. */
static bool refuse(struct ts_error *err)
{
	err->code = TS_E_CONFIG;
	return ts_wrap(err, "the storage of 'http.storage' cannot be used");
}

/* Run a file of statements, each of which ends with a semicolon at the end of a line.
 */
static bool run_file(struct ts_conn *conn, const char *file, struct ts_error *err)
{
	const char *end;

	for (; (end = strstr(file, ";\n")); file = end + 2) {
		TS_AUTO(ts_buf) statement = {0};

		ts_buf_add(&statement, file, (size_t)(end - file));
		if (!ts_conn_exec(conn, ts_buf_text(&statement), err))
			return false;
	}
	return true;
}

/* Readers and the writer do not wait for each other; this is kept in the file. */
static bool use_wal(struct ts_conn *conn, struct ts_error *err)
{
	bool has_row = false;
	const char *mode;

	if (!ts_conn_query(conn, "pragma journal_mode = wal", NULL, 0, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	mode = has_row ? ts_conn_cell(conn, 0) : NULL;
	if (!mode || strcmp(mode, "wal") != 0)
		return ts_fail(err, TS_E_CONFIG,
			       "it is no file with a write-ahead log (journal mode "
			       "'%s')",
			       mode ? mode : "unknown");
	return true;
}

/* sqliteodbc says no more than 'connect failed': look at what the file is in. */
static void explain(const char *connection, struct ts_error *err)
{
	const char *path = strstr(connection, "Database=");
	TS_AUTO(ts_buf) folder = {0};
	const char *slash;

	if (!path)
		return;
	path += strlen("Database=");
	ts_buf_add(&folder, path, strcspn(path, ";"));
	slash = strrchr(folder.data, '/');
	if (!slash)
		return;
	folder.data[slash - folder.data + 1] = '\0';
	if (access(folder.data, R_OK | W_OK | X_OK) != 0)
		ts_fail(err, TS_E_CONFIG, "its folder '%s': %s", folder.data,
			strerror(errno));
}

bool ts_storage_open(const char *connection, struct ts_conn **ret_conn,
		     struct ts_error *err)
{
	TS_AUTO(ts_buf) whole = {0};
	struct ts_conn *conn;

	ts_buf_puts(&whole, connection);
	ts_buf_puts(&whole, lock_timeout);
	if (!ts_conn_open(ts_buf_text(&whole), ts_now_ms() + OPEN_MS, &conn, err)) {
		explain(connection, err);
		return refuse(err);
	}
	if (!ts_str_has_prefix(ts_conn_dbms(conn), "SQLite")) {
		ts_fail(err, TS_E_CONFIG, "it is '%s', and only SQLite is supported",
			ts_conn_dbms(conn));
		goto failed;
	}
	if (!run_file(conn, ts_store_sql_sqlite_session_sql, err) ||
	    !use_wal(conn, err))
		goto failed;
	*ret_conn = conn;
	return true;
failed:
	ts_conn_close(conn);
	return refuse(err);
}

static bool migrate(struct ts_conn *conn, struct ts_error *err)
{
	char number[TS_NUMBER_SIZE];
	const char *params[1];
	bool has_row;
	int64_t version;

	if (!ts_conn_query(conn, ts_store_sql_add_storage_sql, NULL, 0, err) ||
	    !ts_conn_query(conn, ts_store_sql_get_storage_sql, NULL, 0, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	version = has_row ? ts_storage_cell_number(conn, 0) : 0;
	if (version > NEWEST)
		return ts_fail(err, TS_E_CONFIG,
			       "it has version %" PRId64 " of the tables, and this "
			       "program knows those up to %d",
			       version, NEWEST);
	for (; version < NEWEST; version++) {
		params[0] = ts_storage_number(version + 1, number);
		if (!run_file(conn, migrations[version], err) ||
		    !ts_conn_query(conn, ts_store_sql_set_storage_sql, params, 1, err))
			return false;
	}
	return true;
}

bool ts_storage_migrate(struct ts_conn *conn, struct ts_error *err)
{
	if (ts_storage_begin(conn, err) && migrate(conn, err) &&
	    ts_storage_commit(conn, err))
		return true;
	ts_storage_rollback(conn);
	return refuse(err);
}

bool ts_storage_query(struct ts_conn *conn, const char *sql, const char *const *params,
		      size_t count, struct ts_error *err)
{
	return ts_conn_query(conn, sql, params, count, err) || translate(err);
}

bool ts_storage_fetch(struct ts_conn *conn, bool *ret_has_row, struct ts_error *err)
{
	return ts_conn_fetch(conn, ret_has_row, err) || translate(err);
}

bool ts_storage_begin(struct ts_conn *conn, struct ts_error *err)
{
	return ts_conn_exec(conn, "begin immediate", err) || translate(err);
}

bool ts_storage_commit(struct ts_conn *conn, struct ts_error *err)
{
	return ts_conn_exec(conn, "commit", err) || translate(err);
}

void ts_storage_rollback(struct ts_conn *conn)
{
	struct ts_error ignored = {0};

	/* Where even begin has failed there is nothing to take back. */
	(void)!ts_conn_exec(conn, "rollback", &ignored);
}

const char *ts_storage_number(int64_t number, char buffer[TS_NUMBER_SIZE])
{
	snprintf(buffer, TS_NUMBER_SIZE, "%" PRId64, number);
	return buffer;
}

int64_t ts_storage_cell_number(struct ts_conn *conn, size_t index)
{
	const char *text = ts_conn_cell(conn, index);
	int64_t number = 0;

	if (text)
		(void)!ts_int64_parse(text, INT64_MIN, INT64_MAX, &number);
	return number;
}
