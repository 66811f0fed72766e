/* listing.h - lists of tables, as store.h promises them, on one connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LISTING_H
#define TS_LISTING_H
#include "store/storage.h"
#include "store/store.h"

TS_MUST_CHECK bool ts_listing_make(struct ts_conn *conn,
				   const struct ts_store_query *query,
				   struct ts_buf *ret_items, int64_t *ret_next,
				   struct ts_error *err);

#endif
