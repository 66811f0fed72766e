/* storage.c - see storage.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/storage.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/dialect.h"
#include "store_files.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	OPEN_MS = 5000,
	STATEMENT_MS = 8000, /* a server ends it before that, if it still runs */
	PING_MS = 2000,
	MIGRATION_MS = 60000, /* for another program's to end */
	PAUSE_MS = 100,
	TRUST_MS = 200, /* a connection that was used so short a time ago is alive */
};

/* A failure on the way of a request. */
static bool translate(struct ts_error *err)
{
	bool may_work_later = err->code == TS_E_SOURCE_BUSY ||
			      err->code == TS_E_SOURCE_TIMEOUT ||
			      err->code == TS_E_SOURCE_UNREACHABLE;

	err->code = may_work_later ? TS_E_BUSY : TS_E_INTERNAL;
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

static bool check(struct ts_conn *conn, const struct ts_store_dialect *dialect,
		  struct ts_error *err)
{
	bool has_row = false;
	const char *value;

	if (!ts_conn_query(conn, dialect->check, NULL, 0, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	value = has_row ? ts_conn_cell(conn, 0) : NULL;
	if (value && strcmp(value, dialect->checked) == 0)
		return true;
	TS_AUTO(ts_buf) text = {0};

	ts_buf_fill(&text, dialect->unfit, "%s", value ? value : "unknown");
	return ts_fail(err, TS_E_CONFIG, "%s", ts_buf_text(&text));
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

static bool fail_dialect(const struct ts_conn *conn, struct ts_error *err)
{
	TS_AUTO(ts_buf) names = {0};

	ts_store_dialect_names(&names);
	return ts_fail(err, TS_E_CONFIG, "it is '%s', and has to be %s",
		       ts_conn_dbms(conn), ts_buf_text(&names));
}

static bool set_up(struct ts_conn *conn, struct ts_error *err)
{
	const struct ts_store_dialect *dialect = ts_store_dialect_of(conn);

	if (!dialect)
		return fail_dialect(conn, err);
	ts_conn_set_deadline(conn, ts_now_ms() + OPEN_MS);
	return run_file(conn, dialect->session, err) && check(conn, dialect, err);
}

static bool connect_to(const char *connection, struct ts_conn **ret_conn,
		       struct ts_error *err)
{
	TS_AUTO(ts_buf) whole = {0};
	struct ts_conn *conn;

	ts_buf_puts(&whole, connection);
	ts_store_dialect_add_options(&whole);
	if (!ts_conn_open(ts_buf_text(&whole), ts_now_ms() + OPEN_MS, &conn, err)) {
		explain(connection, err);
		return false;
	}
	if (!set_up(conn, err)) {
		ts_conn_close(conn);
		return false;
	}
	*ret_conn = conn;
	return true;
}

bool ts_storage_open(const char *connection, struct ts_conn **ret_conn,
		     struct ts_error *err)
{
	return connect_to(connection, ret_conn, err) || refuse(err);
}

bool ts_storage_reopen(const char *connection, struct ts_conn **ret_conn,
		       struct ts_error *err)
{
	return connect_to(connection, ret_conn, err) || translate(err);
}

bool ts_storage_is_alive(struct ts_conn *conn, int64_t since_ms)
{
	const char *ping = ts_store_dialect_of(conn)->ping;
	struct ts_error ignored = {0};
	bool has_row;

	if (!ping || !ts_conn_is_healthy(conn) || ts_now_ms() - since_ms < TRUST_MS)
		return ts_conn_is_healthy(conn);
	ts_conn_set_deadline(conn, ts_now_ms() + PING_MS);
	return ts_conn_query(conn, ping, NULL, 0, &ignored) &&
	       ts_conn_fetch(conn, &has_row, &ignored);
}

static bool migrate(struct ts_conn *conn, ts_storage_fill *fill, struct ts_error *err)
{
	const char *const *migrations = ts_store_dialect_of(conn)->migrations;
	const char *patience = ts_store_dialect_of(conn)->patience;
	char number[TS_NUMBER_SIZE];
	const char *params[1];
	bool has_row;
	int64_t version;

	if (!ts_conn_query(conn, ts_store_sql_add_storage_sql, NULL, 0, err) ||
	    !ts_conn_query(conn, ts_store_sql_get_storage_sql, NULL, 0, err) ||
	    !ts_conn_fetch(conn, &has_row, err))
		return false;
	version = has_row ? ts_storage_cell_number(conn, 0) : 0;
	if (version > TS_STORE_VERSION)
		return ts_fail(err, TS_E_CONFIG,
			       "it has version %" PRId64 " of the tables, and this "
			       "program knows those up to %d",
			       version, TS_STORE_VERSION);
	if (version == TS_STORE_VERSION)
		return true;
	ts_conn_set_deadline(conn, TS_FOREVER); /* as long as it takes */
	if (patience && !ts_conn_exec(conn, patience, err))
		return false;
	for (; version < TS_STORE_VERSION; version++) {
		params[0] = ts_storage_number(version + 1, number);
		if (!run_file(conn, migrations[version], err) ||
		    !ts_conn_query(conn, ts_store_sql_set_storage_sql, params, 1, err))
			return false;
	}
	return fill(conn, err);
}

/* Another program may be at it, and takes as long as there is much to bring along. */
static bool begin_to_migrate(struct ts_conn *conn, struct ts_error *err)
{
	int64_t deadline_ms = ts_now_ms() + MIGRATION_MS;

	while (!ts_storage_begin(conn, err)) {
		if (err->code != TS_E_BUSY || !ts_conn_is_healthy(conn) ||
		    ts_now_ms() >= deadline_ms)
			return false;
		*err = (struct ts_error){0};
		poll(NULL, 0, PAUSE_MS); /* where a lock is refused at once */
	}
	return true;
}

bool ts_storage_migrate(struct ts_conn *conn, ts_storage_fill *fill,
			struct ts_error *err)
{
	if (begin_to_migrate(conn, err) && migrate(conn, fill, err) &&
	    ts_storage_commit(conn, err))
		return true;
	ts_storage_rollback(conn);
	return refuse(err);
}

/* A statement each: however much is written at once, a server that is gone is noticed.
 */
static void limit(struct ts_conn *conn)
{
	ts_conn_set_deadline(conn, ts_now_ms() + STATEMENT_MS);
}

bool ts_storage_query(struct ts_conn *conn, const char *sql, const char *const *params,
		      size_t count, struct ts_error *err)
{
	limit(conn);
	return ts_conn_query(conn, sql, params, count, err) || translate(err);
}

bool ts_storage_fetch(struct ts_conn *conn, bool *ret_has_row, struct ts_error *err)
{
	return ts_conn_fetch(conn, ret_has_row, err) || translate(err);
}

bool ts_storage_begin(struct ts_conn *conn, struct ts_error *err)
{
	limit(conn);
	if (ts_conn_exec(conn, ts_store_dialect_of(conn)->begin, err))
		return true;
	/* It may have begun, and then waited in vain to be the only one. */
	ts_storage_rollback(conn);
	return translate(err);
}

bool ts_storage_commit(struct ts_conn *conn, struct ts_error *err)
{
	limit(conn);
	return ts_conn_exec(conn, "commit", err) || translate(err);
}

void ts_storage_rollback(struct ts_conn *conn)
{
	struct ts_error ignored = {0};

	limit(conn);
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
