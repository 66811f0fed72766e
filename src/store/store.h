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
 * Failures of the storage are TS_E_BUSY (it is locked or cannot be reached: again
 * later) and TS_E_INTERNAL.
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
struct ts_scope;

enum {
	TS_PUT_MAX = 256,  /* documents of one call */
	TS_LIST_MAX = 256, /* items of one page */
};

/* Open the storage, an ODBC connection string of a SQLite file or of a PostgreSQL
 * database (`password` NULL: it needs none, or holds it), and make its tables or bring
 * them up to date.  TS_E_CONFIG where that cannot be. */
TS_MUST_CHECK bool ts_store_open(const char *connection, const char *password,
				 struct ts_store **ret_store, struct ts_error *err);
/* Nobody may be using it. */
void ts_store_close(struct ts_store *store);

/* What was written since it was opened. */
struct ts_store_counts {
	int64_t documents; /* of lists */
	int64_t writes;    /* lists, and whatever else is one change */
	int64_t commits;   /* of transactions, each with one or more of those */
};
void ts_store_count(const struct ts_store *store, struct ts_store_counts *ret_counts);

/* Write an array of documents in one transaction.  The results are an
 * array with an item for each, in their order: {"status": "ok", "change", "table"} or
 * {"status": "error", "error"} for one that is wrong in itself or outside the scope,
 * which keeps none of the others from being written.  Where the call fails nothing was
 * written. */
TS_MUST_CHECK bool ts_store_put(struct ts_store *store,
				const struct ts_json_node *documents,
				const struct ts_scope *scope,
				struct ts_buf *ret_results, struct ts_error *err);

/* A table, and how often people wrote something about it: the number that
 * ts_store_patch expects.  TS_E_TABLE_NOT_FOUND. */
TS_MUST_CHECK bool ts_store_get(struct ts_store *store, int64_t id,
				struct ts_buf *ret_table, int64_t *ret_curated,
				struct ts_error *err);

/* Change what people write: `patch` has any of title, description and custom_fields.
 * The description and fields of rich text are HTML, made safe before they are kept
 * (rich_text.h); a text without tags is such HTML too.
 * `expected` -1: whatever was written before, else TS_E_CONFLICT where somebody wrote
 * since.  TS_E_TABLE_NOT_FOUND; TS_E_BAD_VALUE and TS_E_MISSING_VALUE for the patch. */
TS_MUST_CHECK bool ts_store_patch(struct ts_store *store, int64_t id,
				  const json_t *patch, int64_t expected,
				  struct ts_buf *ret_table, int64_t *ret_curated,
				  struct ts_error *err);

enum ts_store_order {
	TS_ORDER_ID,
	TS_ORDER_NAME,   /* for one schema_id */
	TS_ORDER_NEWEST, /* seen last comes first; there is no second page */
};

/* Conditions on a list; NULL, and -1 for ds_id: none. */
struct ts_store_query {
	int64_t ds_id;
	int64_t schema_id;              /* 0: any */
	const char *schema_name, *name; /* exactly */
	/* Words, between white space, each of which must be part of the table's or
	 * schema's name, a column's name, a comment, the title, the description or a
	 * custom field; one of less than three characters: part of the table's name.
	 * Letters count without their case.  Sorted by id, whatever `order` says. */
	const char *text;
	bool is_removed; /* those that are gone, not those that are there */
	bool is_brief;   /* items without `columns` and what follows */
	const struct ts_scope *scope; /* leave out what is outside; NULL: nothing */
	enum ts_store_order order;
	int64_t after; /* the `next` of the page before; 0: from the start */
	size_t limit;  /* 1 to TS_LIST_MAX */
};

/* A JSON array of tables, and the `after` of the next page, 0 where there is none.  A
 * page may hold less than `limit`, and even nothing, and yet have a next one: a search
 * looks at so many tables a page and no more. */
TS_MUST_CHECK bool ts_store_list(struct ts_store *store,
				 const struct ts_store_query *query,
				 struct ts_buf *ret_items, int64_t *ret_next,
				 struct ts_error *err);

/* What the catalog has of data sources: a JSON array by id of {"id", "schemas",
 * "tables", "removed", "observed_at"}: how many schemas, of tables those that are there
 * and those that are gone, and when one was seen last. */
TS_MUST_CHECK bool ts_store_datasources(struct ts_store *store,
					const struct ts_scope *scope,
					struct ts_buf *ret_items, struct ts_error *err);

/* Schemas of a data source (-1: of all) by name: a JSON array of {"id", "ds_id",
 * "name", "tables", "removed"}, and the `after` of the next page, 0 where there is
 * none. */
TS_MUST_CHECK bool ts_store_schemas(struct ts_store *store, int64_t ds_id,
				    const struct ts_scope *scope, int64_t after,
				    size_t limit, struct ts_buf *ret_items,
				    int64_t *ret_next, struct ts_error *err);
/* One of them.  TS_E_SCHEMA_NOT_FOUND, also where it is outside the scope. */
TS_MUST_CHECK bool ts_store_schema(struct ts_store *store, int64_t id,
				   const struct ts_scope *scope,
				   struct ts_buf *ret_schema, struct ts_error *err);

/* The versions of a table below `before` (INT64_MAX: from the newest), the newest
 * first: a JSON array of {"version", "observed_at", "removed", "change", "document"},
 * and the `before` of the next page, 0 where there is none.  TS_E_TABLE_NOT_FOUND. */
TS_MUST_CHECK bool ts_store_versions(struct ts_store *store, int64_t id, int64_t before,
				     size_t limit, struct ts_buf *ret_items,
				     int64_t *ret_next, struct ts_error *err);

#endif
