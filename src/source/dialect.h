/* dialect.h - how one kind of DBMS tells what a table is.
 *
 * A dialect is the row `ts_dialect_NAME` in dialects/NAME.c, with helpers in
 * dialects/NAME_*.c and statements in sql/NAME_*.sql.  CMake collects them by these
 * names: adding one touches no other file.  It gets names that are split and checked
 * already and an open connection, and fills the outcomes; it neither connects nor locks
 * nor retries.
 *
 * Thread: any; a dialect has no state. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DIALECT_H
#define TS_DIALECT_H
#include "odbc/odbc.h"
#include "source/source.h"

/* One table to be read over one connection. */
struct ts_lookup {
	const char *catalog; /* NULL: the one that the connection has */
	const char *schema;
	const char *table;
	struct ts_read *read; /* where the outcome goes */
};

/* Where a text names alternatives, they stand between `|`.  In a text for {timeout_ms}
 * or {timeout_s} the data source's time-out is put in. */
struct ts_dialect {
	const char *name; /* for `dialect:` */
	const char *dbms; /* what SQL_DBMS_NAME begins with; NULL: for any other */
	/* What its drivers are called in a connection string or in the ini file of its
	 * DSN (globs), and the options `key=value;…` that are put behind a connection
	 * string with one, but for those that the operator has set.  NULL for nothing.
	 */
	const char *driver, *options;
	size_t levels; /* names above a table: 2 (catalog, schema) or 1; 0: ask the
			* driver */
	bool is_multi_catalog; /* does one connection reach several catalogs? */
	/* Do 'A' and 'a' name two tables?  Where servers differ: SQL for '1' or '0'. */
	bool is_case_sensitive;
	const char *case_sensitivity;
	/* Is it the whole database that is locked, never a single table? */
	bool has_wide_locks;
	/* Does the driver keep SQL_ATTR_QUERY_TIMEOUT by itself? */
	bool has_query_timeout;
	/* SQL for each new connection; NULL for none. */
	const char *session;
	/* SQL for the name of the connection's catalog; NULL: SQL_DATABASE_NAME. */
	const char *catalog;
	/* SQL for the names of the catalogs that this account may connect to, where
	 * each needs a connection of its own; NULL: they have to be configured. */
	const char *catalogs;

	/* A dialect that is multi-catalog prints names of schemas (schema_name,
	 * referenced_schema) as two parts, catalog and schema; any other as one. */

	/* Read `count` tables in as few statements as the DBMS allows and fill the
	 * outcome of each.  False: the statement itself failed, and nobody has an
	 * outcome. */
	bool (*read)(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		     struct ts_error *err);
	/* Append {"table", "is_view"} for each table and view of the schema, by name.
	 */
	bool (*list)(struct ts_conn *conn, const char *catalog, const char *schema,
		     json_t *tables, struct ts_error *err);

	/* A dialect that needs no connection has these instead of `read` and `list`,
	 * and `levels` that are not 0.
	 * What the connection string says; TS_E_CONFIG where it is none of its own.
	 * The state belongs to `close`. */
	bool (*open)(const char *connection, void **ret_state, struct ts_error *err);
	void (*close)(void *state);
	/* As `read`, by the deadline; any number of threads at a time. */
	bool (*read_alone)(const void *state, struct ts_lookup *lookups, size_t count,
			   int64_t deadline_ms, struct ts_error *err);
};

/* All of them, ended by NULL; made by CMake from the files' names. */
extern const struct ts_dialect *const ts_dialects[];

/* By the configuration's `dialect:` (NULL where there is none of that name), … */
const struct ts_dialect *ts_dialect_find(const char *name);
/* … or by what the driver says; never NULL. */
const struct ts_dialect *ts_dialect_of(const char *dbms);
/* Append to `buf` what is to be put behind this connection string (and `;` before it).
 * Reads ini files. */
void ts_dialect_add_options(struct ts_buf *buf, const char *connection,
			    int64_t timeout_ms);
/* Append `sql` with the time-out put in. */
void ts_dialect_add_timed(struct ts_buf *buf, const char *sql, int64_t timeout_ms);

#endif
