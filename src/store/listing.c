/* listing.c - see listing.h.
 *
 * A list is made of an inner query, which finds ids along an index and ends as soon as
 * there are enough, and list_tables.sql around it, which reads what belongs to them.
 *
 * A search goes through the ids in ranges.  The first is small: a word that many tables
 * have fills the page from it.  While a range is quickly looked through, the next one
 * is larger: a word that few have is found in one or two.  When the time is up, the
 * page ends where the search has come to. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/listing.h"
#include "base/clock.h"
#include "store/conditions.h"
#include "store/dialect.h"
#include "store/reading.h"
#include "store/scope.h"
#include "store/search.h"
#include "store_files.h"
#include <string.h>

enum {
	RANGE = 8192,       /* the first one, ids */
	RANGE_MAX = 262144, /* the largest */
	QUICK_MS = 5,
	/* No range is begun later than that; while nothing is found, people would
	 * rather wait than turn an empty page. */
	SEARCH_MS = 25,
	EMPTY_MS = 1000,
};

static const char *const orders[] = {
    [TS_ORDER_ID] = "t.id",
    [TS_ORDER_NAME] = "t.ds_id, t.schema_name, t.name",
    [TS_ORDER_NEWEST] = "t.observed_at desc, t.id desc",
};

/* One schema in the order of names: the index is by what the schema is called. */
static void where_schema_by_name(const struct ts_store_query *query,
				 struct ts_conditions *conditions)
{
	ts_conditions_where(conditions,
			    "t.ds_id = (select s.ds_id from catalog_schema s "
			    "where s.id = cast(? as bigint))",
			    query->schema_id);
	ts_conditions_where(conditions,
			    "t.schema_name = (select s.name from catalog_schema s "
			    "where s.id = cast(? as bigint))",
			    query->schema_id);
	if (query->after)
		ts_conditions_where(conditions,
				    "t.name > (select m.name from catalog_table m "
				    "where m.id = cast(? as bigint))",
				    query->after);
}

/* In the order of ids the indexes are by ds_id, schema_id and name. */
static void where_place(const struct ts_store_query *query,
			struct ts_conditions *conditions)
{
	if (query->ds_id >= 0)
		ts_conditions_where(conditions, "t.ds_id = cast(? as bigint)",
				    query->ds_id);
	if (query->schema_id)
		ts_conditions_where(conditions, "t.schema_id = cast(? as bigint)",
				    query->schema_id);
	if (query->schema_name)
		ts_conditions_where_text(
		    conditions,
		    "t.schema_id in (select s.id from catalog_schema s "
		    "where s.name = cast(? as text))",
		    query->schema_name);
}

static void add_conditions(const struct ts_store_query *query, const char *each,
			   struct ts_conditions *conditions)
{
	ts_conditions_add_number(conditions, query->is_removed);
	if (query->order == TS_ORDER_NAME && query->schema_id)
		where_schema_by_name(query, conditions);
	else
		where_place(query, conditions);
	if (query->name)
		ts_conditions_where_text(conditions, "t.name = cast(? as text)",
					 query->name);
	if (query->order == TS_ORDER_ID && query->after)
		ts_conditions_where(conditions, "t.id > cast(? as bigint)",
				    query->after);
	ts_conditions_where_scope(conditions, "t.ds_id", "t.schema_name", each,
				  query->scope);
}

static bool print_table(struct ts_conn *conn, bool is_brief, struct ts_buf *items,
			int64_t *ret_mark, struct ts_error *err)
{
	TS_AUTO(ts_row) row = {0};

	ts_row_read(conn, &row);
	*ret_mark = row.id;
	return is_brief ? ts_row_print_brief(&row, items, err)
			: ts_row_print(&row, items, err);
}

/* Run list_tables.sql around `ids`. */
static bool run(struct ts_conn *conn, const char *ids, enum ts_store_order order,
		const struct ts_conditions *conditions, struct ts_error *err)
{
	TS_AUTO(ts_buf) sql = {0};

	ts_buf_fill(&sql, ts_store_sql_list_tables_sql, "{ids}", ids);
	return ts_conditions_query(conn, sql.data, orders[order], conditions, err);
}

static bool list(struct ts_conn *conn, const struct ts_store_query *query,
		 struct ts_buf *ret_items, int64_t *ret_next, struct ts_error *err)
{
	TS_AUTO(ts_conditions) conditions = {0};
	bool has_pages = query->order != TS_ORDER_NEWEST;
	size_t count;
	int64_t next;

	add_conditions(query, ts_store_dialect_of(conn)->each, &conditions);
	ts_conditions_add_number(&conditions, (int64_t)query->limit + has_pages);
	if (!run(conn, ts_store_sql_page_tables_sql, query->order, &conditions, err) ||
	    !ts_reading_page(conn, query->limit, print_table, query->is_brief,
			     ret_items, &count, &next, err))
		return false;
	*ret_next = has_pages ? next : 0;
	return true;
}

/* The highest id. */
static bool find_end(struct ts_conn *conn, int64_t *ret_end, struct ts_error *err)
{
	bool has_row;

	if (!ts_storage_query(conn, ts_store_sql_newest_table_sql, NULL, 0, err) ||
	    !ts_storage_fetch(conn, &has_row, err))
		return false;
	*ret_end = has_row ? ts_storage_cell_number(conn, 0) : 0;
	return true;
}

/* How far a search has come. */
struct progress {
	size_t count; /* found */
	int64_t low;  /* up to this id everything was looked at */
	int64_t next; /* where the next page begins; 0: not known yet */
};

/* Append those of one range. */
static bool search_range(struct ts_conn *conn, const struct ts_store_query *query,
			 const struct ts_search *search, int64_t high,
			 struct progress *progress, struct ts_buf *items,
			 struct ts_error *err)
{
	const struct ts_store_dialect *dialect = ts_store_dialect_of(conn);
	TS_AUTO(ts_conditions) conditions = {0};
	TS_AUTO(ts_buf) page = {0};
	struct ts_store_query rest = *query;
	size_t count;

	rest.after = 0; /* the range says it */
	rest.order = TS_ORDER_ID;
	rest.limit -= progress->count;
	ts_conditions_add_text(&conditions, ts_buf_text(&search->grams));
	ts_conditions_add_number(&conditions, progress->low);
	ts_conditions_add_number(&conditions, high);
	ts_conditions_add_text(&conditions, ts_buf_text(&search->words));
	add_conditions(&rest, dialect->each, &conditions);
	ts_conditions_add_number(&conditions, (int64_t)rest.limit + 1);
	if (!run(conn, dialect->find, TS_ORDER_ID, &conditions, err) ||
	    !ts_reading_page(conn, rest.limit, print_table, query->is_brief, &page,
			     &count, &progress->next, err))
		return false;
	if (count && progress->count)
		ts_buf_putc(items, ',');
	ts_buf_add(items, page.data + 1, page.len - 2); /* without its brackets */
	progress->count += count;
	progress->low = high;
	return true;
}

static bool search_ranges(struct ts_conn *conn, const struct ts_store_query *query,
			  const struct ts_search *search, int64_t end,
			  struct progress *progress, struct ts_buf *items,
			  struct ts_error *err)
{
	int64_t begun_ms = ts_now_ms(), range = RANGE;

	while (progress->low < end && !progress->next) {
		int64_t at_ms = ts_now_ms();
		int64_t high = progress->low + range;
		int64_t patience_ms = progress->count ? SEARCH_MS : EMPTY_MS;

		if (at_ms - begun_ms > patience_ms || progress->count == query->limit) {
			progress->next = progress->low;
			break;
		}
		if (!search_range(conn, query, search, high < end ? high : end,
				  progress, items, err))
			return false;
		if (range < RANGE_MAX && ts_now_ms() - at_ms < QUICK_MS)
			range *= 4;
	}
	return true;
}

static bool find(struct ts_conn *conn, const struct ts_store_query *query,
		 struct ts_buf *ret_items, int64_t *ret_next, struct ts_error *err)
{
	struct progress progress = {.low = query->after};
	TS_AUTO(ts_search) search = {0};
	int64_t end;

	if (!ts_search_make(query, ts_store_dialect_of(conn)->takes_grams, &search,
			    err) ||
	    !find_end(conn, &end, err))
		return false;
	ts_buf_putc(ret_items, '[');
	if (!search_ranges(conn, query, &search, end, &progress, ret_items, err))
		return false;
	ts_buf_putc(ret_items, ']');
	*ret_next = progress.next;
	return true;
}

/* A token for one data source asks for that one, so that the index by it is used. */
static struct ts_store_query narrow(const struct ts_store_query *query)
{
	bool has_place = query->schema_id || query->schema_name || query->name;
	struct ts_store_query narrowed = *query;

	if (query->ds_id < 0 && !has_place && query->scope &&
	    query->scope->datasource_count == 1)
		narrowed.ds_id = query->scope->datasources[0];
	return narrowed;
}

bool ts_listing_make(struct ts_conn *conn, const struct ts_store_query *query,
		     struct ts_buf *ret_items, int64_t *ret_next, struct ts_error *err)
{
	const struct ts_store_query narrowed = narrow(query);

	return ts_search_is_asked(query->text)
		   ? find(conn, &narrowed, ret_items, ret_next, err)
		   : list(conn, &narrowed, ret_items, ret_next, err);
}
