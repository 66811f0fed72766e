/* jobs_api.c - see jobs_api.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/jobs_api.h"
#include "http/job_search.h"
#include "http/url.h"

enum { DEFAULT_LIMIT = 100 };

static void answer(struct ts_call *call, json_t *job, int status,
		   const struct ts_error *why)
{
	if (!job) {
		ts_call_refuse(call, status, why);
		return;
	}
	ts_json_print(job, &call->answer);
	json_decref(job);
}

static bool get_job(struct ts_call *call, struct ts_error *err)
{
	return ts_job_search_find(call, answer, err);
}

bool ts_jobs_api_filter(const struct ts_call *call, struct ts_job_filter *filter,
			struct ts_error *err)
{
	const char *state = ts_call_parameter(call, "state");
	int64_t limit;

	*filter = (struct ts_job_filter){
	    .scope = &call->access.token.scope,
	    .schema = ts_call_parameter(call, "schema"),
	    .table = ts_call_parameter(call, "table"),
	    .error = ts_call_parameter(call, "error"),
	    .before = ts_call_parameter(call, "before"),
	};
	if (state && !ts_job_state_find(state, &filter->state))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'state' is none of pending, ok and error");
	if (filter->error && ts_code_find(filter->error) == TS_OK)
		return ts_fail(err, TS_E_BAD_VALUE, "'error' is no error's name");
	if (!ts_call_number(call, "datasource_id", 0, INT32_MAX, -1, &filter->ds_id,
			    err) ||
	    !ts_call_number(call, "limit", 1, INT32_MAX, DEFAULT_LIMIT, &limit, err))
		return false;
	filter->limit = limit < TS_JOB_LIST_MAX ? (size_t)limit : TS_JOB_LIST_MAX;
	return true;
}

static bool list_jobs(struct ts_call *call, struct ts_error *err)
{
	struct ts_job_filter filter;
	TS_AUTO(ts_buf) place = {0};
	TS_AUTO(ts_buf) next = {0};
	json_t *jobs, *list;

	if (!ts_jobs_api_filter(call, &filter, err) ||
	    !ts_job_log_list(call->services->jobs, &filter, &jobs, &place, err))
		return false;
	if (place.len) {
		ts_url_print_request(call, "before", &next);
		ts_url_add_parameter(&next, "before", place.data);
	}
	list = json_pack("{s:o, s:o}", "items", jobs, "next",
			 next.len ? json_string(next.data) : json_null());
	ts_json_print(list, &call->answer);
	json_decref(list);
	return true;
}

static const struct ts_route routes[] = {
    {"GET",
     "/api/v1/jobs",
     list_jobs,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {"state", "datasource_id", "schema", "table", "error", "limit", "before"}},
    {"GET", "/api/v1/jobs/{name}", get_job, TS_ROLES_READ, TS_ROUTE_API, 0, 0, {0}},
};

const struct ts_routes ts_job_routes = {routes, sizeof(routes) / sizeof(*routes)};
