/* virtuoso_table.h - what everybody may read of one table; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_VIRTUOSO_TABLE_H
#define TS_VIRTUOSO_TABLE_H
#include "base/json.h"
#include "odbc/odbc.h"
#include "source/dialects/virtuoso_name.h"

struct ts_virtuoso_table {
	char *observed_at;            /* owned */
	struct ts_virtuoso_name name; /* all NULL: there is no such table */
	json_t *document;             /* owned; NULL where there is no such table */
	bool is_view;
	bool is_visible; /* does the server show it to the account? */
};

void ts_virtuoso_table_release(struct ts_virtuoso_table *table);
/* Look `full` up as SQL would.  The name found may be another one than was meant: a
 * part that is too long is cut by the server, and dots are ambiguous.  TS_E_SOURCE_BUSY
 * for one that is altered again and again. */
TS_MUST_CHECK bool ts_virtuoso_table_read(struct ts_conn *conn, const char *full,
					  struct ts_virtuoso_table *ret_table,
					  struct ts_error *err);

#endif
