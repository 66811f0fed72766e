/* browse.c - see browse.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/browse.h"
#include "base/clock.h"
#include "store/conditions.h"
#include "store/dialect.h"
#include "store/reading.h"
#include "store/shape.h"
#include "store_files.h"
#include <inttypes.h>

static bool print_datasource(struct ts_conn *conn, bool is_brief, struct ts_buf *items,
			     int64_t *ret_mark, struct ts_error *err)
{
	char observed_at[TS_TIMESTAMP_SIZE];

	(void)is_brief;
	(void)err;
	*ret_mark = ts_storage_cell_number(conn, 0);
	ts_buf_printf(items,
		      "{\"id\":%" PRId64 ",\"schemas\":%" PRId64 ",\"tables\":%" PRId64
		      ",\"removed\":%" PRId64 ",\"observed_at\":",
		      *ret_mark, ts_storage_cell_number(conn, 1),
		      ts_storage_cell_number(conn, 2), ts_storage_cell_number(conn, 3));
	ts_timestamp_print(ts_storage_cell_number(conn, 4), observed_at);
	ts_buf_printf(items, "\"%s\"}", observed_at);
	return true;
}

bool ts_browse_datasources(struct ts_conn *conn, const struct ts_scope *scope,
			   struct ts_buf *ret_items, struct ts_error *err)
{
	TS_AUTO(ts_conditions) conditions = {0};
	int64_t next;
	size_t count;

	ts_conditions_add_number(&conditions, 0);
	ts_conditions_where_scope(&conditions, "s.ds_id", "s.name",
				  ts_store_dialect_of(conn)->each, scope);
	return ts_conditions_query(conn, ts_store_sql_list_datasources_sql, "",
				   &conditions, err) &&
	       ts_reading_page(conn, SIZE_MAX, print_datasource, false, ret_items,
			       &count, &next, err);
}

static bool print_schema(struct ts_conn *conn, bool is_brief, struct ts_buf *items,
			 int64_t *ret_mark, struct ts_error *err)
{
	const char *name = ts_conn_cell(conn, 2);

	(void)is_brief;
	*ret_mark = ts_storage_cell_number(conn, 0);
	if (!name)
		return ts_fail(err, TS_E_INTERNAL, "a schema is damaged");
	ts_buf_printf(items,
		      "{\"id\":%" PRId64 ",\"ds_id\":%" PRId64 ",\"name\":", *ret_mark,
		      ts_storage_cell_number(conn, 1));
	ts_shape_print_text(name, items);
	ts_buf_printf(items, ",\"tables\":%" PRId64 ",\"removed\":%" PRId64 "}",
		      ts_storage_cell_number(conn, 3), ts_storage_cell_number(conn, 4));
	return true;
}

bool ts_browse_schemas(struct ts_conn *conn, const struct ts_browse_schemas *which,
		       struct ts_buf *ret_items, size_t *ret_count, int64_t *ret_next,
		       struct ts_error *err)
{
	TS_AUTO(ts_conditions) conditions = {0};

	ts_conditions_add_number(&conditions, 0);
	if (which->ds_id >= 0)
		ts_conditions_where(&conditions, "s.ds_id = cast(? as bigint)",
				    which->ds_id);
	if (which->id)
		ts_conditions_where(&conditions, "s.id = cast(? as bigint)", which->id);
	if (which->after)
		ts_conditions_where(&conditions,
				    "(s.ds_id, s.name) > (select m.ds_id, m.name "
				    "from catalog_schema m where m.id = "
				    "cast(? as bigint))",
				    which->after);
	ts_conditions_where_scope(&conditions, "s.ds_id", "s.name",
				  ts_store_dialect_of(conn)->each, which->scope);
	ts_conditions_add_number(&conditions, (int64_t)which->limit + 1);
	return ts_conditions_query(conn, ts_store_sql_list_schemas_sql, "", &conditions,
				   err) &&
	       ts_reading_page(conn, which->limit, print_schema, false, ret_items,
			       ret_count, ret_next, err);
}
