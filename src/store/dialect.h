/* dialect.h - what is special about each database under the reference catalog.
 *
 * Everything else is SQL that all of them take, in sql/ without a prefix.
 *
 * Pure data.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STORE_DIALECT_H
#define TS_STORE_DIALECT_H
#include "odbc/odbc.h"

struct ts_store_dialect {
	const char *dbms;     /* how SQL_DBMS_NAME begins */
	const char *session;  /* statements, for each new connection */
	const char *check;    /* a query with one value, … */
	const char *checked;  /* … this one, where the database can be used … */
	const char *unfit;    /* … and what it is otherwise */
	const char *begin;    /* from then on nobody else writes */
	const char *patience; /* for a transaction of any length; NULL: needs nothing */
	const char *ping;     /* NULL: there is no server that could go away */
	/* Statements; file i makes version i + 1 out of version i. */
	const char *const *migrations;
	const char *set_words; /* index a table's words, … */
	bool takes_grams;      /* … which is given them taken apart as well */
	const char *find;      /* ids by words: the inner query of list_tables.sql */
	const char *each;      /* a JSON list of texts, as rows `value` */
};

enum { TS_STORE_VERSION = 3 }; /* of the tables: so many migrations has each */

/* NULL where we do not know how to use it. */
const struct ts_store_dialect *ts_store_dialect_of(const struct ts_conn *conn);

/* Append options that some drivers need, and the others take no notice of. */
struct ts_buf;
void ts_store_dialect_add_options(struct ts_buf *connection);
/* Append the names of those that there are: "SQLite or PostgreSQL". */
void ts_store_dialect_names(struct ts_buf *buf);

#endif
