/* reading.h - what store.h promises of its reading functions, on one connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_READING_H
#define TS_READING_H
#include "store/row.h"
#include "store/store.h"

TS_MUST_CHECK bool ts_reading_get(struct ts_conn *conn, int64_t id,
				  struct ts_buf *ret_table, int64_t *ret_curated,
				  struct ts_error *err);
TS_MUST_CHECK bool ts_reading_list(struct ts_conn *conn,
				   const struct ts_store_query *query,
				   struct ts_buf *ret_items, int64_t *ret_next,
				   struct ts_error *err);
TS_MUST_CHECK bool ts_reading_versions(struct ts_conn *conn, int64_t id, int64_t before,
				       size_t limit, struct ts_buf *ret_items,
				       int64_t *ret_next, struct ts_error *err);

/* TS_E_TABLE_NOT_FOUND for this id; false. */
bool ts_reading_not_found(int64_t id, struct ts_error *err);

/* Append the pattern that finds `text` anywhere, in lower case: for LIKE … ESCAPE '!'.
 */
void ts_reading_pattern(const char *text, struct ts_buf *pattern);

#endif
