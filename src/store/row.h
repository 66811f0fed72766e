/* row.h - a table as the storage holds it, and as the reply shows it.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ROW_H
#define TS_ROW_H
#include "base/json.h"
#include "store/storage.h"

/* Zero-initialised is empty; the texts are owned. */
struct ts_row {
	int64_t id, schema_id, ds_id;
	char *schema_name, *name;
	int64_t version;
	int64_t observed_us;
	bool is_removed;
	int64_t curated; /* counts how often people wrote something */
	char *title, *description, *custom_fields;
	char *document; /* JSON text, in the form of document.h */
};

void ts_row_release(struct ts_row *row);

/* Run one of find_table.sql, get_table.sql and list_tables.sql's like and take its
 * first row; *ret_is_there false where there is none. */
TS_MUST_CHECK bool ts_row_query(struct ts_conn *conn, const char *sql,
				const char *const *params, size_t count,
				bool *ret_is_there, struct ts_row *ret_row,
				struct ts_error *err);
/* The row that was fetched last. */
void ts_row_read(struct ts_conn *conn, struct ts_row *ret_row);

/* Append the reply's `table`.  A removed one has `"removed": true` besides.  False
 * where the storage was damaged. */
TS_MUST_CHECK bool ts_row_print(const struct ts_row *row, struct ts_buf *buf,
				struct ts_error *err);
/* The same without `columns` and what follows. */
TS_MUST_CHECK bool ts_row_print_brief(const struct ts_row *row, struct ts_buf *buf,
				      struct ts_error *err);

#endif
