/* store.h - the reference catalog (design.md 4.6): tables, their versions, and what
 * people wrote about them, in a database.
 *
 * The sync writes documents, people write title, description and custom fields; neither
 * ever touches the other's.  An id never changes.  Each new version of a table keeps
 * its document and what changed.
 *
 * What comes out is JSON text, appended to the caller's buffer (a part of it where the
 * call fails): most of a table is kept in the form in which it is told.
 *
 * Failures of the storage are TS_E_BUSY (it is locked: again later) and TS_E_INTERNAL.
 *
 * Thread: any.  Writes are gathered into transactions (writer.h), reads have
 * connections of their own and do not wait for writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STORE_H
#define TS_STORE_H
#include "base/json.h"
#include "base/json_index.h"
#include <stdint.h>

struct ts_store;

enum {
	TS_PUT_MAX = 256,  /* documents of one call */
	TS_LIST_MAX = 256, /* items of one page */
};

/* Open the storage, an ODBC connection string of a SQLite file, and make its tables or
 * bring them up to date.  TS_E_CONFIG where that cannot be. */
TS_MUST_CHECK bool ts_store_open(const char *connection, struct ts_store **ret_store,
				 struct ts_error *err);
/* Nobody may be using it. */
void ts_store_close(struct ts_store *store);

/* Write an array of documents in one transaction.  The results are an
 * array with an item for each, in their order: {"status": "ok", "change", "table"} or
 * {"status": "error", "error"} for one that is wrong in itself, which keeps none of the
 * others from being written. Where the call fails nothing was written. */
TS_MUST_CHECK bool ts_store_put(struct ts_store *store,
				const struct ts_json_node *documents,
				struct ts_buf *ret_results, struct ts_error *err);

/* A table, and how often people wrote something about it: the number that
 * ts_store_patch expects.  TS_E_TABLE_NOT_FOUND. */
TS_MUST_CHECK bool ts_store_get(struct ts_store *store, int64_t id,
				struct ts_buf *ret_table, int64_t *ret_curated,
				struct ts_error *err);

/* Change what people write: `patch` has any of title, description and custom_fields.
 * `expected` -1: whatever was written before, else TS_E_CONFLICT where somebody wrote
 * since.  TS_E_TABLE_NOT_FOUND; TS_E_BAD_VALUE and TS_E_MISSING_VALUE for the patch. */
TS_MUST_CHECK bool ts_store_patch(struct ts_store *store, int64_t id,
				  const json_t *patch, int64_t expected,
				  struct ts_buf *ret_table, int64_t *ret_curated,
				  struct ts_error *err);

/* Conditions on a list; NULL and -1: none. */
struct ts_store_query {
	int64_t ds_id;
	const char *schema_name, *name; /* exactly */
	const char *text; /* part of a name, a comment, a title or a description */
	bool is_removed;  /* those that are gone, instead of those that are there */
	int64_t after;    /* only ids above this one; 0: from the start */
	size_t limit;     /* 1 to TS_LIST_MAX */
};

/* A JSON array of tables by id, and the `after` of the next page, 0 where there is
 * none. */
TS_MUST_CHECK bool ts_store_list(struct ts_store *store,
				 const struct ts_store_query *query,
				 struct ts_buf *ret_items, int64_t *ret_next,
				 struct ts_error *err);

/* The versions of a table below `before` (INT64_MAX: from the newest), the newest
 * first: a JSON array of {"version", "observed_at", "removed", "change", "document"},
 * and the `before` of the next page, 0 where there is none.  TS_E_TABLE_NOT_FOUND. */
TS_MUST_CHECK bool ts_store_versions(struct ts_store *store, int64_t id, int64_t before,
				     size_t limit, struct ts_buf *ret_items,
				     int64_t *ret_next, struct ts_error *err);

#endif
