/* store.c - see store.h; the storage's connections, and what is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"
#include "base/mem.h"
#include "odbc/driver.h"
#include "store/browse.h"
#include "store/curated.h"
#include "store/listing.h"
#include "store/parts.h"
#include "store/put.h"
#include "store/reading.h"
#include "store/search.h"
#include "store/scope.h"
#include <stdlib.h>

bool ts_store_open(const char *connection, const char *password,
		   struct ts_store **ret_store, struct ts_error *err)
{
	TS_AUTO(ts_buf) whole = {0};
	struct ts_store *store;
	struct ts_conn *conn;

	ts_buf_puts(&whole, connection);
	if (password)
		ts_driver_add_password(&whole, password);
	if (!ts_storage_open(ts_buf_text(&whole), &conn, err))
		return false;
	if (!ts_storage_migrate(conn, ts_search_fill, err)) {
		ts_conn_close(conn);
		return false;
	}
	store = ts_calloc(1, sizeof(*store));
	store->writer = ts_writer_new(ts_buf_text(&whole), conn);
	store->readers = ts_readers_new(ts_buf_text(&whole));
	*ret_store = store;
	return true;
}

void ts_store_close(struct ts_store *store)
{
	if (!store)
		return;
	ts_readers_free(store->readers);
	ts_writer_free(store->writer);
	free(store);
}

void ts_store_count(const struct ts_store *store, struct ts_store_counts *ret_counts)
{
	ts_writer_count(store->writer, &ret_counts->commits, &ret_counts->writes);
	ret_counts->documents = store->documents;
}

static size_t count_items(const struct ts_json_node *list)
{
	const struct ts_json_node *item = ts_json_node_first(list);
	size_t count = 0;

	for (; item; item = ts_json_node_next(list, item))
		count++;
	return count;
}

static void take_document(const struct ts_json_node *item, const struct ts_scope *scope,
			  struct ts_put *put)
{
	const struct ts_submission *document = &put->document;

	/* A wrong one keeps its error, which is its result. */
	if (ts_submission_make(item, &put->document, &put->err) &&
	    !ts_scope_has_schema(scope, document->ds_id, document->schema_name))
		ts_fail(&put->err, TS_E_NOT_ADMIN,
			"the token is limited to other data sources or schemas");
}

bool ts_store_put(struct ts_store *store, const struct ts_json_node *documents,
		  const struct ts_scope *scope, struct ts_buf *ret_results,
		  struct ts_error *err)
{
	struct ts_put_list list = {.scope = scope};
	const struct ts_json_node *item;
	bool is_ok;

	if (ts_json_node_is_array(documents))
		list.count = count_items(documents);
	if (!ts_json_node_is_array(documents) || list.count > TS_PUT_MAX)
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'tables' is not a list of at most %d documents",
			       TS_PUT_MAX);
	list.puts = ts_calloc(list.count, sizeof(*list.puts));
	item = ts_json_node_first(documents);
	for (size_t i = 0; i < list.count; i++) {
		take_document(item, scope, &list.puts[i]);
		item = ts_json_node_next(documents, item);
	}
	is_ok = ts_writer_run(store->writer, ts_put_write, &list, err);
	if (is_ok)
		store->documents += (int64_t)list.count;
	ts_buf_putc(ret_results, '[');
	for (size_t i = 0; i < list.count; i++) {
		if (i)
			ts_buf_putc(ret_results, ',');
		is_ok = is_ok && ts_put_print(&list.puts[i], ret_results, err);
		ts_put_release(&list.puts[i]);
	}
	ts_buf_putc(ret_results, ']');
	free(list.puts);
	return is_ok;
}

bool ts_store_patch(struct ts_store *store, int64_t id, const json_t *patch,
		    int64_t expected, struct ts_buf *ret_table, int64_t *ret_curated,
		    struct ts_error *err)
{
	struct ts_curated curated = {.id = id, .expected = expected, .patch = patch};
	bool is_ok;

	if (!ts_curated_judge(patch, err))
		return false;
	is_ok = ts_writer_run(store->writer, ts_curated_write, &curated, err);
	if (is_ok && !curated.is_there)
		is_ok = ts_reading_not_found(id, err);
	else if (is_ok && curated.is_conflict)
		is_ok = ts_fail(err, TS_E_CONFLICT, "table %lld", (long long)id);
	else if (is_ok)
		is_ok = ts_row_print(&curated.row, ret_table, err);
	if (is_ok)
		*ret_curated = curated.row.curated;
	ts_row_release(&curated.row);
	return is_ok;
}

bool ts_store_get(struct ts_store *store, int64_t id, struct ts_buf *ret_table,
		  int64_t *ret_curated, struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && ts_reading_get(conn, id, ret_table, ret_curated, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

bool ts_store_list(struct ts_store *store, const struct ts_store_query *query,
		   struct ts_buf *ret_items, int64_t *ret_next, struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && ts_listing_make(conn, query, ret_items, ret_next, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

bool ts_store_versions(struct ts_store *store, int64_t id, int64_t before, size_t limit,
		       struct ts_buf *ret_items, int64_t *ret_next,
		       struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && ts_reading_versions(conn, id, before, limit, ret_items,
						 ret_next, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

bool ts_store_datasources(struct ts_store *store, const struct ts_scope *scope,
			  struct ts_buf *ret_items, struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && ts_browse_datasources(conn, scope, ret_items, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

static bool list_schemas(struct ts_store *store, const struct ts_browse_schemas *which,
			 struct ts_buf *ret_items, size_t *ret_count, int64_t *ret_next,
			 struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok =
	    conn && ts_browse_schemas(conn, which, ret_items, ret_count, ret_next, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

bool ts_store_schemas(struct ts_store *store, int64_t ds_id,
		      const struct ts_scope *scope, int64_t after, size_t limit,
		      struct ts_buf *ret_items, int64_t *ret_next, struct ts_error *err)
{
	struct ts_browse_schemas which = {
	    .ds_id = ds_id, .after = after, .limit = limit, .scope = scope};
	size_t count;

	return list_schemas(store, &which, ret_items, &count, ret_next, err);
}

bool ts_store_schema(struct ts_store *store, int64_t id, const struct ts_scope *scope,
		     struct ts_buf *ret_schema, struct ts_error *err)
{
	struct ts_browse_schemas which = {
	    .ds_id = -1, .id = id, .limit = 1, .scope = scope};
	TS_AUTO(ts_buf) items = {0};
	int64_t next;
	size_t count;

	if (!list_schemas(store, &which, &items, &count, &next, err))
		return false;
	if (!count)
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "the catalog has no schema with the id %lld",
			       (long long)id);
	ts_buf_add(ret_schema, items.data + 1, items.len - 2); /* without brackets */
	return true;
}
