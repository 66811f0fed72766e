/* call.c - see call.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/call.h"
#include "base/str.h"
#include <inttypes.h>
#include <string.h>

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {504, "Gateway Timeout"},
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

void ts_call_refuse(struct ts_call *call, int status, const struct ts_error *err)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	const char *detail = ts_code_sentence(err->code);
	json_t *problem = json_object();

	/* What is not there need not be a table of a data source. */
	if (status == 404 || status == 405) {
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
	call->content_type = "application/problem+json";
	call->etag = -1;
}

void ts_call_fail(struct ts_call *call, const struct ts_error *err)
{
	ts_call_refuse(call, ts_code_status(err->code), err);
}
