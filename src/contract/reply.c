/* reply.c - see reply.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/reply.h"
#include "base/json_text.h"
#include "contract/reply_form.h"
#include <inttypes.h>
#include <string.h>

/* UTF-8; NULL is JSON's null. */
static void put_text(const char *text, struct ts_buf *buf)
{
	if (text)
		ts_json_text_print(text, strlen(text), buf);
	else
		ts_buf_puts(buf, "null");
}

static void put_head(const struct ts_request *request, bool is_ok, int status,
		     struct ts_buf *buf)
{
	ts_buf_printf(buf, "{\"status\":\"%s\",\"code\":%d,\"job_id\":",
		      is_ok ? "ok" : "error", status);
	put_text(request->job_id, buf);
	ts_buf_puts(buf, ",\"correlation_id\":");
	put_text(ts_request_correlation(request), buf);
	ts_buf_printf(buf, ",\"replay\":%d", request->trail.replay);
}

static void put_error(const struct ts_error *err, struct ts_buf *buf)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	const enum ts_class class = ts_code_class(err->code);

	ts_error_message(err, message, sizeof(message));
	ts_buf_printf(
	    buf, ",\"error\":{\"code\":\"%s\",\"message\":", ts_code_name(err->code));
	put_text(message, buf);
	ts_buf_printf(buf, ",\"retryable\":%s}", class == TS_RETRY ? "true" : "false");
}

/* The clocks of two hosts may differ. */
static int64_t at_least_zero(int64_t ms)
{
	return ms < 0 ? 0 : ms;
}

static void put_tail(const struct ts_reply *reply, const struct ts_error *err,
		     struct ts_buf *buf)
{
	const json_t *warnings = reply->request->job.warnings;

	if (err)
		put_error(err, buf);
	else
		ts_buf_printf(buf,
			      ",\"timing\":{\"queued_ms\":%" PRId64
			      ",\"read_ms\":%" PRId64 ",\"write_ms\":%" PRId64 "}",
			      at_least_zero(reply->queued_ms),
			      at_least_zero(reply->read_ms),
			      at_least_zero(reply->write_ms));
	ts_buf_puts(buf, ",\"warnings\":");
	if (warnings)
		ts_json_print(warnings, buf);
	else
		ts_buf_puts(buf, "[]");
}

/* NULL: it is not there. */
static struct ts_slice slice(const char *text)
{
	return (struct ts_slice){text, text ? strlen(text) : 0};
}

void ts_reply_encode(const struct ts_reply *reply, size_t max_bytes, struct ts_buf *buf)
{
	TS_AUTO(ts_buf) head = {0};
	TS_AUTO(ts_buf) tail = {0};
	const char *job = reply->request->job.text ? reply->request->job.text : "null";
	const struct ts_error *err = reply->err;
	struct ts_error internal;

	if (err && err->code == TS_OK)
		err = NULL;
	if (err && ts_code_status(err->code) == 0) { /* no code of the contract */
		internal = *err;
		internal.code = TS_E_INTERNAL;
		err = &internal;
	}
	put_head(reply->request, !err, err ? ts_code_status(err->code) : 201, &head);
	put_tail(reply, err, &tail);

	struct ts_pieces pieces = {
	    .head = {head.data, head.len},
	    .job = slice(job),
	    .is_ok = !err,
	    .change = slice(reply->change),
	    .table = slice(reply->table),
	    .tail = {tail.data, tail.len},
	};
	(void)ts_pieces_put(&pieces, TS_LOSS_NONE, max_bytes, buf);
}
