/* browse.h - data sources and schemas, as store.h promises them, on one connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_BROWSE_H
#define TS_BROWSE_H
#include "store/scope.h"
#include "store/storage.h"
#include "store/store.h"

TS_MUST_CHECK bool ts_browse_datasources(struct ts_conn *conn,
					 const struct ts_scope *scope,
					 struct ts_buf *ret_items,
					 struct ts_error *err);

/* Which schemas; zero but for ds_id: all. */
struct ts_browse_schemas {
	int64_t ds_id; /* -1: any */
	int64_t id;    /* 0: any */
	int64_t after;
	size_t limit;
	const struct ts_scope *scope;
};
TS_MUST_CHECK bool ts_browse_schemas(struct ts_conn *conn,
				     const struct ts_browse_schemas *which,
				     struct ts_buf *ret_items, size_t *ret_count,
				     int64_t *ret_next, struct ts_error *err);

#endif
