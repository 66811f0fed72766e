/* dialect.c - see dialect.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dialect.h"
#include "base/buf.h"
#include "base/str.h"
#include "store_files.h"

static const char *const sqlite_migrations[TS_STORE_VERSION] = {
    ts_store_sql_sqlite_1_sql,
    ts_store_sql_sqlite_2_sql,
    ts_store_sql_sqlite_3_sql,
};

static const char *const postgresql_migrations[TS_STORE_VERSION] = {
    ts_store_sql_postgresql_1_sql,
    ts_store_sql_postgresql_2_sql,
    ts_store_sql_postgresql_3_sql,
};

static const struct ts_store_dialect dialects[] = {
    {
	.dbms = "SQLite",
	.session = ts_store_sql_sqlite_session_sql,
	/* Readers and the writer do not wait for each other; this is kept in the
	 * file. */
	.check = "pragma journal_mode = wal",
	.checked = "wal",
	.unfit = "it is no file with a write-ahead log (journal mode '%s')",
	.begin = "begin immediate",
	.migrations = sqlite_migrations,
	.set_words = ts_store_sql_sqlite_set_words_sql,
	.find = ts_store_sql_sqlite_find_words_sql,
	.each = "json_each(?)",
    },
    {
	.dbms = "PostgreSQL",
	.session = ts_store_sql_postgresql_session_sql,
	.check = "show server_encoding",
	.checked = "UTF8",
	.unfit = "its encoding is '%s': create the database with ENCODING 'UTF8'",
	.begin = ts_store_sql_postgresql_begin_sql,
	.patience = "set local statement_timeout = 0",
	.ping = "select 1",
	.migrations = postgresql_migrations,
	.set_words = ts_store_sql_postgresql_set_words_sql,
	.takes_grams = true,
	.find = ts_store_sql_postgresql_find_words_sql,
	.each = "json_array_elements_text(cast(? as json))",
    },
};

enum { DIALECTS = sizeof(dialects) / sizeof(dialects[0]) };

const struct ts_store_dialect *ts_store_dialect_of(const struct ts_conn *conn)
{
	for (size_t i = 0; i < DIALECTS; i++)
		if (ts_str_has_prefix(ts_conn_dbms(conn), dialects[i].dbms))
			return &dialects[i];
	return NULL;
}

void ts_store_dialect_add_options(struct ts_buf *connection)
{
	/* sqliteodbc waits 100 s for a lock unless it is told otherwise, and takes no
	 * notice of the pragma (0.9998).  Milliseconds; of a key that comes twice the
	 * first counts. */
	ts_buf_puts(connection, ";Timeout=2000");
	/* psqlODBC makes a savepoint for each statement unless it is told that an error
	 * ends the transaction. */
	if (!ts_glob_matches("*protocol=*", ts_buf_text(connection), true))
		ts_buf_puts(connection, ";Protocol=7.4-1");
}

void ts_store_dialect_names(struct ts_buf *buf)
{
	for (size_t i = 0; i < DIALECTS; i++)
		ts_buf_printf(buf, "%s%s", i ? " or " : "", dialects[i].dbms);
}
