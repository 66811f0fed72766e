/* page_jobs.c - what became of jobs, all and one (pages.h).
 *
 * While a job is pending its page, and the newest page of the list, are asked for again
 * and again, unless the reader says no (live=no). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_search.h"
#include "http/jobs_api.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_error.h"
#include "http/pages.h"
#include "http/url.h"
#include <string.h>

enum { PAGE_JOBS = 50 };

static const char *const states[] = {"pending", "ok", "error"};

static json_t *list_states(const char *chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		json_array_append_new(
		    list, json_pack("{ss, sb}", "name", states[i], "is_chosen",
				    chosen && strcmp(chosen, states[i]) == 0));
	return list;
}

/* What was asked for, for the form. */
static void set_filter(const struct ts_call *call, json_t *data)
{
	json_t *filter = json_object();

	for (size_t i = 0; call->parameter_names[i]; i++) {
		const char *value = ts_call_parameter(call, call->parameter_names[i]);

		if (value)
			json_object_set_new(filter, call->parameter_names[i],
					    json_string(value));
	}
	json_object_set_new(data, "filter", filter);
	json_object_set_new(data, "states",
			    list_states(ts_call_parameter(call, "state")));
}

bool ts_page_jobs(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_buf) mark = {0}, path = {0};
	struct ts_job_filter filter;
	json_t *data, *jobs, *job;
	bool is_pending = false;
	size_t i;

	if (!ts_jobs_api_filter(call, &filter, err))
		return false;
	filter.limit = PAGE_JOBS;
	if (!ts_job_log_list(call->services->jobs, &filter, &jobs, &mark, err))
		return false;
	json_array_foreach(jobs, i, job)
	{
		is_pending |= ts_page_show_job(call, job);
	}
	data = json_pack("{ss, so}", "title", "Jobs", "items", jobs);
	set_filter(call, data);
	if (is_pending && !filter.before)
		ts_page_set_live(call, data);
	if (mark.len) {
		ts_url_print_request(call, "before", &path);
		ts_url_add_parameter(&path, "before", ts_buf_text(&mark));
		json_object_set_new(data, "next", json_string(ts_buf_text(&path)));
	}
	return ts_page_print(call, "jobs", data, err);
}

static void answer(struct ts_call *call, json_t *job, int status,
		   const struct ts_error *why)
{
	struct ts_error err = {0};
	json_t *data;

	if (!job) {
		ts_page_refuse(call, status, why);
		return;
	}
	data = json_pack("{so, so}", "title", json_sprintf("Job %s", call->name), "job",
			 job);
	if (ts_page_show_job(call, job))
		ts_page_set_live(call, data);
	if (!ts_page_print(call, "job", data, &err)) {
		ts_call_log_failure(call, &err);
		ts_page_refuse(call, ts_code_status(err.code), &err);
	}
}

bool ts_page_job(struct ts_call *call, struct ts_error *err)
{
	return ts_job_search_find(call, answer, err);
}
