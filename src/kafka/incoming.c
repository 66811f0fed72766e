/* incoming.c - see incoming.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/incoming.h"
#include "base/clock.h"
#include "kafka/view.h"

/* The requester counts on the wall clock, which may be set; ours only goes on. */
static int64_t on_our_clock(int64_t unix_ms, int64_t now_ms)
{
	return unix_ms == INT64_MAX ? TS_FOREVER : now_ms + (unix_ms - ts_unix_ms());
}

struct ts_task *ts_incoming_task(const rd_kafka_message_t *message, bool is_ours)
{
	struct ts_task *task = ts_task_new();
	struct ts_view view = {0};

	ts_view_set(&view, message, is_ours);
	task->message = ts_message_copy(&view.message);
	ts_view_release(&view);
	task->received_ms = ts_now_ms();
	task->offset = message->offset;
	task->bytes = ts_message_bytes(task->message) + message->len;
	if (ts_request_make(task->message, &task->request, &task->err))
		task->err.code = TS_OK;
	task->deadline_ms =
	    on_our_clock(task->request.deadline_unix_ms, task->received_ms);
	if (task->request.trail.not_before_ms) /* 1: both clocks are cut to a ms */
		task->due_ms = on_our_clock(task->request.trail.not_before_ms,
					    task->received_ms + 1);
	return task;
}
