/* page_places.c - the pages of a data source and of a schema (pages.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page_places.h"
#include "base/str.h"
#include "config/config.h"
#include "http/job_log.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/pages.h"
#include <string.h>

enum { PAGE_ROWS = 100 };

static json_t *find_id(json_t *list, int64_t id)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_integer_value(json_object_get(item, "id")) == id)
			return item;
	}
	return NULL;
}

/* Those that are configured and have no table yet come last. */
static void add_configured(const struct ts_call *call, json_t *list)
{
	const struct ts_config *config = call->services->config;

	for (size_t i = 0; i < config->datasource_count; i++) {
		int32_t id = config->datasources[i].id;

		if (!find_id(list, id) &&
		    ts_scope_has_datasource(&call->access.token.scope, id))
			json_array_append_new(list,
					      json_pack("{si, si, si, si, sn}", "id",
							id, "schemas", 0, "tables", 0,
							"removed", 0, "observed_at"));
	}
}

bool ts_page_datasources(const struct ts_call *call, json_t **ret_list,
			 struct ts_error *err)
{
	const struct ts_scope *scope = &call->access.token.scope;
	TS_AUTO(ts_buf) text = {0};
	json_t *list, *item;
	size_t i;

	if (!ts_store_datasources(call->services->store, scope, &text, err))
		return false;
	list = ts_page_parse(&text, err);
	if (!list)
		return false;
	add_configured(call, list);
	ts_page_show_times(list, "observed_at");
	ts_page_name_datasources(call, list, "id");
	json_array_foreach(list, i, item)
	{
		json_int_t id = json_integer_value(json_object_get(item, "id"));
		json_t *last = ts_job_log_last(call->services->jobs, scope, id);

		if (last)
			(void)ts_page_show_job(call, last);
		json_object_set_new(item, "last", last ? last : json_null());
	}
	*ret_list = list;
	return true;
}

static bool add_schemas(const struct ts_call *call, json_t *data, int64_t ds_id,
			struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	int64_t after, next;
	json_t *list;

	if (!ts_call_number(call, "after", 0, INT64_MAX, 0, &after, err) ||
	    !ts_store_schemas(call->services->store, ds_id, &call->access.token.scope,
			      after, PAGE_ROWS, &text, &next, err))
		return false;
	list = ts_page_parse(&text, err);
	if (!list)
		return false;
	json_object_set_new(data, "items", list);
	ts_page_set_next(call, data, "after", next);
	return true;
}

bool ts_page_datasource(struct ts_call *call, struct ts_error *err)
{
	json_t *list, *data;
	int64_t id;

	if (!ts_int64_parse(call->name, 0, INT32_MAX, &id))
		return ts_fail(err, TS_E_DATASOURCE_UNKNOWN,
			       "a data source has a number");
	if (!ts_page_datasources(call, &list, err))
		return false;
	data = json_incref(find_id(list, id));
	json_decref(list);
	if (!data)
		return ts_fail(err, TS_E_DATASOURCE_UNKNOWN,
			       "there is no data source %lld", (long long)id);
	json_object_set(data, "title", json_object_get(data, "datasource"));
	if (add_schemas(call, data, id, err))
		return ts_page_print(call, "datasource", data, err);
	json_decref(data);
	return false;
}

static bool add_tables(const struct ts_call *call, json_t *data, struct ts_error *err)
{
	struct ts_store_query query = {
	    .ds_id = -1,
	    .schema_id = call->id,
	    .is_removed = ts_call_parameter(call, "removed"),
	    .order = TS_ORDER_NAME,
	    .limit = PAGE_ROWS,
	};
	int64_t next;
	json_t *list;

	if (!ts_call_number(call, "after", 0, INT64_MAX, 0, &query.after, err) ||
	    !ts_page_tables(call, query, &list, &next, err))
		return false;
	json_object_set_new(data, "items", list);
	json_object_set_new(data, "is_removed", json_boolean(query.is_removed));
	ts_page_set_next(call, data, "after", next);
	return true;
}

bool ts_page_schema(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	json_t *data;

	if (!ts_store_schema(call->services->store, call->id, &call->access.token.scope,
			     &text, err))
		return false;
	data = ts_page_parse(&text, err);
	if (!data)
		return false;
	ts_page_name_datasource(call, data, "ds_id");
	json_object_set(data, "title", json_object_get(data, "name"));
	if (add_tables(call, data, err))
		return ts_page_print(call, "schema", data, err);
	json_decref(data);
	return false;
}
