/* page_data.c - see page_data.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page_data.h"
#include "base/clock.h"
#include "config/datasources.h"
#include "http/url.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { AGO_SIZE = 32, REFRESH_SECONDS = 2 };

json_t *ts_page_parse(const struct ts_buf *text, struct ts_error *err)
{
	json_t *value = json_loadb(ts_buf_text(text), text->len, 0, NULL);

	if (!value)
		ts_fail(err, TS_E_INTERNAL, "the storage told no JSON");
	return value;
}

static void print_ago(int64_t seconds, char ret_text[AGO_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (seconds < units[i].seconds)
			continue;
		snprintf(ret_text, AGO_SIZE, "%" PRId64 " %s ago",
			 seconds / units[i].seconds, units[i].unit);
		return;
	}
	snprintf(ret_text, AGO_SIZE, "just now");
}

void ts_page_show_time(json_t *object, const char *member)
{
	const char *iso = ts_json_text(object, member);
	char ago[AGO_SIZE], text[TS_TIMESTAMP_SIZE];
	int64_t unix_us;

	if (!iso || !ts_timestamp_parse(iso, &unix_us))
		return;
	print_ago((ts_unix_us() - unix_us) / 1000000, ago);
	ts_timestamp_print(unix_us, text);
	json_object_set_new(object, member,
			    json_pack("{ss, so, ss}", "iso", iso, "text",
				      json_sprintf("%.10s %.8s UTC", text, text + 11),
				      "ago", ago));
}

void ts_page_show_times(json_t *list, const char *member)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		ts_page_show_time(item, member);
	}
}

const char *ts_page_datasource_name(const struct ts_call *call, int64_t id)
{
	return ts_datasource_name(call->services->config, id);
}

void ts_page_name_datasource(const struct ts_call *call, json_t *object,
			     const char *id_member)
{
	json_int_t id = json_integer_value(json_object_get(object, id_member));
	const char *name = ts_page_datasource_name(call, id);

	json_object_set_new(
	    object, "datasource",
	    name ? json_string(name)
		 : json_sprintf("data source %" JSON_INTEGER_FORMAT, id));
}

void ts_page_name_datasources(const struct ts_call *call, json_t *list,
			      const char *id_member)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		ts_page_name_datasource(call, item, id_member);
	}
}

/* What pages tell of a job as it was sent; a job may hold anything besides. */
static json_t *make_job(const struct ts_call *call, const json_t *sent)
{
	const json_t *ds_id = json_object_get(sent, "datasource_id");
	json_t *job = json_pack("{ss*, ss*}", "schema", ts_json_text(sent, "schema"),
				"table", ts_json_text(sent, "table"));

	if (json_is_integer(ds_id)) {
		json_object_set_new(job, "datasource_id",
				    json_integer(json_integer_value(ds_id)));
		ts_page_name_datasource(call, job, "datasource_id");
	}
	return job;
}

bool ts_page_show_job(const struct ts_call *call, json_t *job)
{
	static const char *const flags[] = {"is_pending", "is_ok", "is_error"};
	const char *state = ts_json_text(job, "state");
	const json_t *sent = json_object_get(job, "job");
	json_t *table = json_object_get(job, "table");

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		json_object_set_new(
		    job, flags[i],
		    json_boolean(strcmp(flags[i] + strlen("is_"), state) == 0));
	json_object_set_new(job, "job",
			    json_is_object(sent) ? make_job(call, sent) : json_null());
	if (json_is_object(table))
		json_object_set(job, "table_id", json_object_get(table, "id"));
	ts_page_show_time(job, "answered_at");
	return json_is_true(json_object_get(job, "is_pending"));
}

bool ts_page_get_table(const struct ts_call *call, json_t **ret_table,
		       int64_t *ret_curated, struct ts_error *err)
{
	struct ts_store *store = call->services->store;
	TS_AUTO(ts_buf) text = {0};

	if (!ts_access_covers_table(&call->access, store, call->id, err) ||
	    !ts_store_get(store, call->id, &text, ret_curated, err))
		return false;
	*ret_table = ts_page_parse(&text, err);
	return *ret_table;
}

bool ts_page_tables(const struct ts_call *call, struct ts_store_query query,
		    json_t **ret_list, int64_t *ret_next, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};

	query.is_brief = true;
	query.scope = &call->access.token.scope;
	if (!ts_store_list(call->services->store, &query, &text, ret_next, err))
		return false;
	*ret_list = ts_page_parse(&text, err);
	if (*ret_list)
		ts_page_show_times(*ret_list, "observed_at");
	return *ret_list;
}

void ts_page_set_next(const struct ts_call *call, json_t *data, const char *parameter,
		      int64_t number)
{
	TS_AUTO(ts_buf) path = {0};

	if (!number)
		return;
	ts_url_print_request(call, parameter, &path);
	ts_url_add_number(&path, parameter, number);
	json_object_set_new(data, "next", json_string(ts_buf_text(&path)));
}

void ts_page_set_live(const struct ts_call *call, json_t *data)
{
	bool is_live = !ts_call_parameter(call, "live");
	TS_AUTO(ts_buf) path = {0};

	ts_url_print_request(call, "live", &path);
	if (is_live) {
		json_object_set_new(data, "refresh", json_integer(REFRESH_SECONDS));
		ts_url_add_parameter(&path, "live", "no");
	}
	json_object_set_new(data, is_live ? "stop" : "go_on",
			    json_string(ts_buf_text(&path)));
}
