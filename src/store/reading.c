/* reading.c - see reading.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reading.h"
#include "base/clock.h"
#include "store_files.h"
#include <inttypes.h>

/* A page ends early where its documents are long. */
enum { PAGE_BYTES = 16 * 1024 * 1024 };

bool ts_reading_not_found(int64_t id, struct ts_error *err)
{
	return ts_fail(err, TS_E_TABLE_NOT_FOUND,
		       "the catalog has no table with the id %" PRId64, id);
}

bool ts_reading_get(struct ts_conn *conn, int64_t id, struct ts_buf *ret_table,
		    int64_t *ret_curated, struct ts_error *err)
{
	char number[TS_NUMBER_SIZE];
	const char *const key[] = {ts_storage_number(id, number)};
	TS_AUTO(ts_row) row = {0};
	bool is_there;

	if (!ts_row_query(conn, ts_store_sql_get_table_sql, key, 1, &is_there, &row,
			  err))
		return false;
	if (!is_there)
		return ts_reading_not_found(id, err);
	if (!ts_row_print(&row, ret_table, err))
		return false;
	*ret_curated = row.curated;
	return true;
}

bool ts_reading_page(struct ts_conn *conn, size_t limit, ts_reading_print *print,
		     bool is_brief, struct ts_buf *ret_items, size_t *ret_count,
		     int64_t *ret_next, struct ts_error *err)
{
	size_t begin = ret_items->len, count = 0;
	int64_t mark = 0;
	bool has_row;

	ts_buf_putc(ret_items, '[');
	for (;; count++) {
		if (!ts_storage_fetch(conn, &has_row, err))
			return false;
		if (!has_row || count == limit || ret_items->len - begin > PAGE_BYTES)
			break;
		if (count)
			ts_buf_putc(ret_items, ',');
		if (!print(conn, is_brief, ret_items, &mark, err))
			return false;
	}
	ts_buf_putc(ret_items, ']');
	*ret_count = count;
	*ret_next = has_row ? mark : 0;
	return true;
}

static bool print_version(struct ts_conn *conn, bool is_brief, struct ts_buf *items,
			  int64_t *ret_mark, struct ts_error *err)
{
	const char *change = ts_conn_cell(conn, 3), *document = ts_conn_cell(conn, 4);
	char observed_at[TS_TIMESTAMP_SIZE];

	(void)is_brief;
	*ret_mark = ts_storage_cell_number(conn, 0);
	if (!change || !document)
		return ts_fail(err, TS_E_INTERNAL, "a version is damaged");
	ts_timestamp_print(ts_storage_cell_number(conn, 1), observed_at);
	ts_buf_printf(items, "{\"version\":%" PRId64 ",\"observed_at\":\"%s\",",
		      *ret_mark, observed_at);
	ts_buf_printf(items, "\"removed\":%s,\"change\":%s,\"document\":",
		      ts_storage_cell_number(conn, 2) ? "true" : "false", change);
	ts_buf_puts(items, document);
	ts_buf_putc(items, '}');
	return true;
}

bool ts_reading_versions(struct ts_conn *conn, int64_t id, int64_t before, size_t limit,
			 struct ts_buf *ret_items, int64_t *ret_next,
			 struct ts_error *err)
{
	char number[TS_NUMBER_SIZE], version[TS_NUMBER_SIZE], count[TS_NUMBER_SIZE];
	const char *const params[] = {ts_storage_number(id, number),
				      ts_storage_number(before, version),
				      ts_storage_number((int64_t)limit + 1, count)};
	size_t size;

	if (!ts_storage_query(conn, ts_store_sql_list_versions_sql, params, 3, err) ||
	    !ts_reading_page(conn, limit, print_version, false, ret_items, &size,
			     ret_next, err))
		return false;
	/* Every table has its first version, which is never forgotten. */
	return size || before <= 1 || ts_reading_not_found(id, err);
}
