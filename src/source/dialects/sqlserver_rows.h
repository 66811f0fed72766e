/* sqlserver_rows.h - the rows of sqlserver_read.sql; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_ROWS_H
#define TS_SQLSERVER_ROWS_H
#include "odbc/odbc.h"

/* What a row tells of, in the order in which they are sorted. */
enum ts_sqlserver_part {
	TS_SQLSERVER_CATALOG, /* one row, the first */
	TS_SQLSERVER_TABLE,
	TS_SQLSERVER_COLUMN,
	TS_SQLSERVER_INDEX,
	TS_SQLSERVER_CHECK,
	TS_SQLSERVER_FOREIGN,
};

enum { TS_SQLSERVER_NUMBERS = 8, TS_SQLSERVER_TEXTS = 5 };

/* The numbers of a row, by its part. */
enum { TS_CATALOG_SEES_ALL, TS_CATALOG_COMPARES_ALIKE };
enum { TS_TABLE_MAY_READ, TS_TABLE_EXTERNAL, TS_TABLE_TEMPORAL, TS_TABLE_PARTITIONED };
enum {
	TS_COLUMN_BYTES,
	TS_COLUMN_PRECISION,
	TS_COLUMN_SCALE,
	TS_COLUMN_NULLABLE,
	TS_COLUMN_IDENTITY,
	TS_COLUMN_COMPUTED, /* 1: when it is read, 2: and kept */
	TS_COLUMN_OWN_TYPE,
	TS_COLUMN_HAS_TEXT, /* is there a default or an expression? */
};
enum {
	TS_INDEX_TYPE,
	TS_INDEX_UNIQUE,
	TS_INDEX_PRIMARY,
	TS_INDEX_CONSTRAINT, /* of a UNIQUE */
	TS_INDEX_DESCENDING,
	TS_INDEX_INCLUDED,
};
enum { TS_FOREIGN_UPDATE, TS_FOREIGN_DELETE };

/* Its texts, beside the name. */
enum { TS_CATALOG_UTC, TS_CATALOG_NOW };
enum {
	TS_TABLE_SCHEMA,
	TS_TABLE_TYPE,
	TS_TABLE_COMMENT,
	TS_TABLE_VIEW,
	TS_TABLE_CHANGED
};
enum {
	TS_COLUMN_TYPE,
	TS_COLUMN_TYPE_SCHEMA,
	TS_COLUMN_BASE,
	TS_COLUMN_TEXT,
	TS_COLUMN_COMMENT
};
enum { TS_INDEX_COLUMN, TS_INDEX_FILTER };
enum { TS_CHECK_TEXT };
enum { TS_FOREIGN_COLUMN, TS_FOREIGN_SCHEMA, TS_FOREIGN_TABLE, TS_FOREIGN_REFERENCED };

struct ts_sqlserver_row {
	long nth;  /* the table, from 1; 0: the catalog */
	long part; /* enum ts_sqlserver_part */
	long seq;
	long numbers[TS_SQLSERVER_NUMBERS]; /* -1: null */
	char *name;                         /* owned, as the texts are */
	char *texts[TS_SQLSERVER_TEXTS];
};

/* Zero-initialised is empty. */
struct ts_sqlserver_rows {
	struct ts_sqlserver_row *items;
	size_t count;
};

void ts_sqlserver_rows_release(struct ts_sqlserver_rows *rows);
/* Fetch what was queried: sorted by table, part, name and sequence, the catalog's row
 * first.  Fails where rows are missing. */
TS_MUST_CHECK bool ts_sqlserver_rows_fetch(struct ts_conn *conn,
					   struct ts_sqlserver_rows *ret_rows,
					   struct ts_error *err);
/* The rows of a table: *ret_first … *ret_first + *ret_count - 1; its own row comes
 * first.  *ret_count 0: there is no such table. */
void ts_sqlserver_rows_find(const struct ts_sqlserver_rows *rows, long nth,
			    const struct ts_sqlserver_row **ret_first,
			    size_t *ret_count);

#endif
