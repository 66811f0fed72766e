/* reading.h - what store.h promises of its reading functions, on one connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_READING_H
#define TS_READING_H
#include "store/row.h"
#include "store/store.h"

TS_MUST_CHECK bool ts_reading_get(struct ts_conn *conn, int64_t id,
				  struct ts_buf *ret_table, int64_t *ret_curated,
				  struct ts_error *err);
TS_MUST_CHECK bool ts_reading_versions(struct ts_conn *conn, int64_t id, int64_t before,
				       size_t limit, struct ts_buf *ret_items,
				       int64_t *ret_next, struct ts_error *err);

/* Append the row that was fetched last; what the next page begins after. */
typedef bool ts_reading_print(struct ts_conn *conn, bool is_brief, struct ts_buf *items,
			      int64_t *ret_mark, struct ts_error *err);
/* The rows of a query that asked for one more than the page takes, as a JSON array;
 * *ret_next 0 where there are no more. */
TS_MUST_CHECK bool ts_reading_page(struct ts_conn *conn, size_t limit,
				   ts_reading_print *print, bool is_brief,
				   struct ts_buf *ret_items, size_t *ret_count,
				   int64_t *ret_next, struct ts_error *err);

/* TS_E_TABLE_NOT_FOUND for this id; false. */
bool ts_reading_not_found(int64_t id, struct ts_error *err);

#endif
