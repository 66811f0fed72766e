/* trigger_api.c - see trigger_api.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trigger_api.h"
#include "base/json_index.h"
#include "base/str.h"
#include "contract/reply_form.h"
#include "http/prefer.h"
#include "http/trigger.h"
#include "http/trigger_body.h"
#include <string.h>

#define JOBS "/api/v1/jobs/"

/* The code of a reply's error, and its text without the sentence that is put before it
 * again; of a code that is none of ours, that of a newer worker, all. */
static void read_error(const struct ts_json_node *reply, struct ts_error *ret_error)
{
	const struct ts_json_node *error = ts_json_node_get(reply, "error");
	const struct ts_json_node *name = ts_json_node_get(error, "code");
	const struct ts_json_node *message = ts_json_node_get(error, "message");
	TS_AUTO(ts_buf) text = {0};
	TS_AUTO(ts_buf) prefix = {0};
	enum ts_code code;

	if (ts_json_node_is_text(name))
		ts_json_node_decode(name, &text);
	code = ts_code_find(ts_buf_text(&text));
	if (code == TS_OK || ts_code_status(code) == 0)
		code = TS_E_INTERNAL;
	ts_buf_clear(&text);
	if (ts_json_node_is_text(message))
		ts_json_node_decode(message, &text);
	ts_buf_printf(&prefix, "%s: ", ts_code_sentence(code));
	ts_fail(ret_error, code, "%s",
		ts_buf_text(&text) + (ts_str_has_prefix(ts_buf_text(&text), prefix.data)
					  ? prefix.len
					  : 0));
}

static bool put_reply(struct ts_call *call, const struct ts_json_node *reply,
		      struct ts_error *err)
{
	const struct ts_json_node *table = ts_json_node_get(reply, "table");

	if (ts_json_node_equals(ts_json_node_get(reply, "status"), "ok") &&
	    ts_json_node_is_object(table)) {
		call->status = 201;
		ts_table_put_answer(table, &call->answer);
		return true;
	}
	read_error(reply, err);
	return false;
}

/* 201 with what the catalog says of the table, or the reply's error. */
static bool answer_reply(struct ts_call *call, const struct ts_trigger_result *result,
			 struct ts_error *err)
{
	TS_AUTO(ts_json_index) index = {0};

	if (!ts_json_index_make(result->reply, result->reply_len, result->reply_len,
				&index, err) ||
	    !ts_json_node_is_object(index.nodes))
		return ts_fail(err, TS_E_INTERNAL, "the reply to %s cannot be read",
			       result->job_id);
	return put_reply(call, index.nodes, err);
}

static void point_to_job(struct ts_call *call, const char *job_id)
{
	TS_AUTO(ts_buf) path = {0};

	if (!*job_id)
		return;
	ts_buf_printf(&path, JOBS "%s", job_id);
	ts_call_add_header(call, "Location", path.data);
}

/* The wait ran out. */
static void answer_expired(struct ts_call *call, const struct ts_trigger_result *result)
{
	struct ts_error err = {0};

	ts_fail(&err, TS_E_WAIT_EXPIRED, "what becomes of it is told at " JOBS "%s",
		result->job_id);
	ts_call_fail(call, &err);
	point_to_job(call, result->job_id);
}

static void answer_published(struct ts_call *call,
			     const struct ts_trigger_result *result)
{
	json_t *job =
	    json_pack("{s:s, s:s}", "job_id", result->job_id, "state", "pending");

	call->status = 202;
	ts_json_print(job, &call->answer);
	json_decref(job);
	point_to_job(call, result->job_id);
	ts_call_add_header(call, "Preference-Applied", "respond-async");
}

static void fail(struct ts_call *call, const struct ts_error *err)
{
	if (err->code == TS_E_INTERNAL)
		ts_call_log_failure(call, err);
	ts_call_fail(call, err);
}

/* For who waits for the answer. */
static void done(struct ts_call *call, const struct ts_trigger_result *result)
{
	struct ts_error err = {0};

	switch (result->status) {
	case TS_TRIGGER_ANSWERED:
		if (!answer_reply(call, result, &err))
			fail(call, &err);
		break;
	case TS_TRIGGER_PUBLISHED:
		answer_expired(call, result);
		break;
	case TS_TRIGGER_FAILED:
		ts_call_fail(call, result->err);
		break;
	}
}

/* For who does not mind when it does not come in time. */
static void done_or_published(struct ts_call *call,
			      const struct ts_trigger_result *result)
{
	if (result->status == TS_TRIGGER_PUBLISHED)
		answer_published(call, result);
	else
		done(call, result);
}

/* For who does not wait: a reply that was quicker than the report of the delivery
 * changes nothing. */
static void done_at_once(struct ts_call *call, const struct ts_trigger_result *result)
{
	if (result->status == TS_TRIGGER_FAILED)
		done(call, result);
	else
		answer_published(call, result);
}

static void apply(const struct ts_prefer *prefer, int64_t longest_ms,
		  struct ts_trigger_order *order)
{
	order->wait_ms = prefer->wait_ms >= 0 && prefer->wait_ms < longest_ms
			     ? prefer->wait_ms
			     : longest_ms;
	order->has_deadline = !prefer->wants_no_answer;
	order->done = done;
	if (!prefer->wants_no_answer)
		return;
	if (prefer->wait_ms < 0)
		order->wait_ms = 0;
	order->done = order->wait_ms ? done_or_published : done_at_once;
}

static bool submit(struct ts_call *call, const struct ts_job *job, struct ts_error *err)
{
	struct ts_trigger_order order = {
	    .datasource_id = job->datasource_id,
	    .schema = job->schema,
	    .table = job->table,
	    .is_view = job->is_view,
	    .traceparent = call->traceparent,
	    .tracestate = call->tracestate,
	};
	struct ts_prefer prefer;

	ts_prefer_parse(call->prefer, &prefer);
	apply(&prefer, call->services->config->http.wait_ms, &order);
	return ts_access_covers(&call->access, job->datasource_id, job->schema, err) &&
	       ts_trigger_submit(call->services->trigger, call, &order, err);
}

static bool handle_sync(struct ts_call *call, struct ts_error *err)
{
	struct ts_job job;
	const bool ok = ts_trigger_body_decode(call->media_type, call->body,
					       call->body_len, &job, err) &&
			submit(call, &job, err);

	ts_job_release(&job);
	return ok;
}

static const struct ts_route routes[] = {
    {"POST",
     "/api/v1/table/sync",
     handle_sync,
     TS_ROLES_ADMIN,
     TS_ROUTE_TRIGGER,
     TS_BODY_JSON | TS_BODY_FORM,
     TS_JOB_BYTES,
     {0}},
};

const struct ts_routes ts_trigger_routes = {routes, sizeof(routes) / sizeof(*routes)};
