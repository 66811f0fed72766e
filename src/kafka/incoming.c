/* incoming.c - see incoming.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/incoming.h"
#include "base/clock.h"
#include "base/mem.h"
#include <stdlib.h>

enum { HEADER_COUNT = 1000 }; /* looked at in one message; nobody sends as many */

/* The headers as an array that the caller frees; what they point to is the message's.
 */
static struct ts_header *get_headers(const rd_kafka_message_t *message,
				     size_t *ret_count)
{
	rd_kafka_headers_t *headers;
	struct ts_header *array;
	size_t count;

	*ret_count = 0;
	if (rd_kafka_message_headers(message, &headers))
		return NULL;
	count = rd_kafka_header_cnt(headers);
	if (count > HEADER_COUNT)
		count = HEADER_COUNT;
	array = ts_calloc(count, sizeof(*array));
	for (size_t i = 0; i < count; i++)
		rd_kafka_header_get_all(headers, i, &array[i].name, &array[i].value,
					&array[i].len);
	*ret_count = count;
	return array;
}

/* The requester counts on the wall clock, which may be set; ours only goes on. */
static int64_t on_our_clock(int64_t unix_ms, int64_t now_ms)
{
	return unix_ms == INT64_MAX ? TS_FOREVER : now_ms + (unix_ms - ts_unix_ms());
}

struct ts_task *ts_incoming_task(const rd_kafka_message_t *message, bool is_ours)
{
	struct ts_task *task = ts_task_new();
	rd_kafka_timestamp_type_t type;
	struct ts_message view = {
	    .topic = rd_kafka_topic_name(message->rkt),
	    .partition = message->partition,
	    .offset = message->offset,
	    .timestamp_ms = rd_kafka_message_timestamp(message, &type),
	    .key = message->key,
	    .key_len = message->key_len,
	    .value = message->payload,
	    .value_len = message->len,
	    .is_ours = is_ours,
	};
	struct ts_header *headers = get_headers(message, &view.header_count);

	view.headers = headers;
	task->message = ts_message_copy(&view);
	free(headers);
	task->received_ms = ts_now_ms();
	task->offset = message->offset;
	task->bytes = ts_message_bytes(task->message) + message->len;
	if (ts_request_make(task->message, &task->request, &task->err))
		task->err.code = TS_OK;
	task->deadline_ms =
	    on_our_clock(task->request.deadline_unix_ms, task->received_ms);
	if (task->request.trail.not_before_ms)
		task->due_ms =
		    on_our_clock(task->request.trail.not_before_ms, task->received_ms);
	return task;
}
