/* page_home.c - the first page: search, and what was synced last (pages.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_places.h"
#include "http/pages.h"

enum { RESULT_ROWS = 25, NEWEST_ROWS = 10 };

static bool add_tables(const struct ts_call *call, const struct ts_store_query *query,
		       json_t *data, struct ts_error *err)
{
	json_t *list;
	int64_t next;

	if (!ts_page_tables(call, *query, &list, &next, err))
		return false;
	ts_page_name_datasources(call, list, "ds_id");
	json_object_set_new(data, "items", list);
	ts_page_set_next(call, data, "after", next);
	return true;
}

static bool add_results(const struct ts_call *call, int64_t ds_id, json_t *data,
			struct ts_error *err)
{
	struct ts_store_query query = {
	    .ds_id = ds_id,
	    .text = ts_call_parameter(call, "q"),
	    .is_removed = ts_call_parameter(call, "removed"),
	    .limit = RESULT_ROWS,
	};

	if (!ts_call_number(call, "after", 0, INT64_MAX, 0, &query.after, err))
		return false;
	json_object_set_new(data, "is_later_page", json_boolean(query.after));
	return add_tables(call, &query, data, err);
}

static bool add_newest(const struct ts_call *call, json_t *data, struct ts_error *err)
{
	const struct ts_store_query query = {
	    .ds_id = -1, .order = TS_ORDER_NEWEST, .limit = NEWEST_ROWS};

	return add_tables(call, &query, data, err);
}

static void mark_chosen(json_t *datasources, int64_t chosen)
{
	json_t *item;
	size_t i;

	json_array_foreach(datasources, i, item)
	{
		if (json_integer_value(json_object_get(item, "id")) == chosen)
			json_object_set_new(item, "is_chosen", json_true());
	}
}

bool ts_page_home(struct ts_call *call, struct ts_error *err)
{
	const char *text = ts_call_parameter(call, "q");
	bool is_removed = ts_call_parameter(call, "removed"), is_search;
	json_t *data, *datasources;
	int64_t ds_id;

	if (!ts_call_number(call, "datasource_id", 0, INT32_MAX, -1, &ds_id, err) ||
	    !ts_page_datasources(call, &datasources, err))
		return false;
	is_search = text || ds_id >= 0 || is_removed;
	mark_chosen(datasources, ds_id);
	data =
	    json_pack("{ss, ss*, sb, sb, so}", "title",
		      is_search ? "Search" : "Catalog", "q", text, "is_search",
		      is_search, "is_removed", is_removed, "datasources", datasources);
	if (is_search ? add_results(call, ds_id, data, err)
		      : add_newest(call, data, err))
		return ts_page_print(call, is_search ? "results" : "home", data, err);
	json_decref(data);
	return false;
}
