/* call.c - see call.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/call.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "contract/trace.h"
#include "http/route.h"
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
    {400, "Bad Request"},         {403, "Forbidden"},
    {404, "Not Found"},           {405, "Method Not Allowed"},
    {412, "Precondition Failed"}, {413, "Content Too Large"},
    {414, "URI Too Long"},        {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},   {500, "Internal Server Error"},
    {503, "Service Unavailable"}, {504, "Gateway Timeout"},
};

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Error";
}

const char *ts_call_parameter(const struct ts_call *call, const char *name)
{
	for (size_t i = 0; call->parameter_names[i]; i++)
		if (strcmp(call->parameter_names[i], name) == 0)
			return call->values[i] && *call->values[i] ? call->values[i]
								   : NULL;
	return NULL;
}

bool ts_call_number(const struct ts_call *call, const char *name, int64_t min,
		    int64_t max, int64_t absent, int64_t *ret_number,
		    struct ts_error *err)
{
	const char *text = ts_call_parameter(call, name);

	if (!text) {
		*ret_number = absent;
		return true;
	}
	if (!ts_int64_parse(text, min, max, ret_number))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'%s' is not a whole number from %" PRId64
			       " to %" PRId64,
			       name, min, max);
	return true;
}

void ts_call_add_header(struct ts_call *call, const char *name, const char *value)
{
	TS_AUTO(ts_buf) line = {0};

	assert(call->header_count < TS_ANSWER_HEADERS);
	for (; *value; value++)
		if ((unsigned char)*value >= ' ' && *value != 0x7f)
			ts_buf_putc(&line, *value);
	call->headers[call->header_count++] =
	    (struct ts_answer_header){name, ts_buf_detach(&line)};
}

void ts_call_redirect(struct ts_call *call, const char *path)
{
	call->status = 303;
	ts_call_add_header(call, "Location", path);
}

/* Callers of the trigger API get their errors in its form, also for what has no route
 * there. */
static bool is_trigger(const struct ts_call *call)
{
	return call->route ? call->route->kind == TS_ROUTE_TRIGGER
			   : ts_str_has_prefix(call->path, "/api/v1/table/sync");
}

void ts_call_refuse(struct ts_call *call, int status, const struct ts_error *err)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	const char *detail = ts_code_sentence(err->code);
	json_t *problem = json_object();

	/* What is not there need not be a table of a data source, but that is what the
	 * trigger API is about. */
	if (status != ts_code_status(err->code) ||
	    (status == 404 && !is_trigger(call))) {
		detail = err->text;
	} else if (err->code != TS_E_INTERNAL) {
		ts_error_message(err, message, sizeof(message));
		detail = message;
	}
	json_object_set_new(problem, "type", json_string("about:blank"));
	json_object_set_new(problem, "title", json_string(phrase_of(status)));
	json_object_set_new(problem, "status", json_integer(status));
	json_object_set_new(problem, "detail", json_string(detail));
	json_object_set_new(problem, "code", json_string(ts_code_name(err->code)));
	ts_buf_clear(&call->answer);
	ts_json_print(problem, &call->answer);
	json_decref(problem);
	call->status = status;
	call->content_type =
	    is_trigger(call) ? "application/json" : "application/problem+json";
	call->etag = -1;
}

void ts_call_fail(struct ts_call *call, const struct ts_error *err)
{
	ts_call_refuse(call, ts_code_status(err->code), err);
}

void ts_call_log_failure(const struct ts_call *call, const struct ts_error *err)
{
	struct ts_field fields[] = {TS_STR("path", call->path),
				    TS_STR("code", ts_code_name(err->code)),
				    TS_STR("error", err->text), TS_LOG_END, TS_LOG_END};
	char trace[TS_TRACE_ID_SIZE];

	if (ts_trace_id(call->traceparent, trace))
		fields[3] = (struct ts_field){"trace_id", trace, 0};
	ts_log_event(TS_LOG_ERROR, "http.failed", fields);
}

void ts_call_release(struct ts_call *call)
{
	ts_access_release(&call->access);
	ts_buf_release(&call->answer);
	for (size_t i = 0; i < call->header_count; i++)
		free(call->headers[i].value);
	call->header_count = 0;
}
