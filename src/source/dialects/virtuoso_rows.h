/* virtuoso_rows.h - the rows of virtuoso_read.sql; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_VIRTUOSO_ROWS_H
#define TS_VIRTUOSO_ROWS_H
#include "odbc/odbc.h"

/* What a row tells of, in the order in which they are sorted. */
enum { TS_ROW_CLOCK, TS_ROW_TABLE, TS_ROW_COLUMN, TS_ROW_KEY, TS_ROW_FOREIGN };

/* The texts of a row, by its kind. */
enum { TS_CLOCK_NOW };
enum { TS_TABLE_TYPE, TS_TABLE_GRANTS, TS_TABLE_ID };
enum {
	TS_COLUMN_NAME,
	TS_COLUMN_TYPE,
	TS_COLUMN_NOT_NULL,
	TS_COLUMN_CHECK,
	TS_COLUMN_DEFAULT_TYPE,
	TS_COLUMN_DEFAULT,
	TS_COLUMN_ID
};
enum { TS_KEY_IS_MAIN, TS_KEY_IS_UNIQUE, TS_KEY_COLUMN, TS_KEY_ID };
enum {
	TS_FOREIGN_COLUMN,
	TS_FOREIGN_TABLE,
	TS_FOREIGN_REFERENCED,
	TS_FOREIGN_UPDATE,
	TS_FOREIGN_DELETE
};
enum { TS_ROW_TEXTS = 7 };

struct ts_virtuoso_row {
	int64_t kind;
	char *name; /* of the table or the key */
	int64_t nth;
	char *texts[TS_ROW_TEXTS];
};

/* Zero-initialised is empty. */
struct ts_virtuoso_rows {
	struct ts_virtuoso_row *items;
	size_t count;
};

void ts_virtuoso_rows_release(struct ts_virtuoso_rows *rows);
/* Sorted by kind, name and nth; the first is the clock's. */
TS_MUST_CHECK bool ts_virtuoso_rows_read(struct ts_conn *conn, const char *full,
					 struct ts_virtuoso_rows *ret_rows,
					 struct ts_error *err);
/* Do all rows tell of the same state of the table?  False if it was altered, dropped or
 * made while it was read. */
bool ts_virtuoso_rows_are_whole(const struct ts_virtuoso_rows *rows);

#endif
