/* request.c - see request.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/request.h"
#include "base/mem.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ECHO_BYTES = 8192,       /* of a header that the reply repeats */
	CORRELATION_BYTES = 256, /* of `correlation_id` in the reply */
};

/* In the order of ts_request.echo. */
static const struct echo_row {
	const char *name;
	bool is_any_bytes; /* else printable ASCII: it goes into HTTP headers too */
} echo_rows[TS_ECHO_COUNT] = {
    {"kafka_correlationId", true},
    {"correlationId", true},
    {"traceparent", false},
    {"tracestate", false},
};

void ts_request_release(struct ts_request *request)
{
	ts_job_release(&request->job);
	free(request->key);
	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		free(request->echo[i].value);
	free(request->reply_topic);
	*request = (struct ts_request){0};
}

static bool is_printable(const struct ts_header *header)
{
	const char *bytes = header->value;

	for (size_t i = 0; i < header->len; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return true;
}

static void copy_echo(const struct ts_message *message, struct ts_request *request)
{
	for (size_t i = 0; i < TS_ECHO_COUNT; i++) {
		const struct echo_row *row = &echo_rows[i];
		const struct ts_header *header = ts_message_header(message, row->name);

		request->echo[i].name = row->name;
		if (!header)
			continue;
		if (header->len > ECHO_BYTES) {
			ts_job_warn(&request->job,
				    "header '%s' was dropped: it is longer than %d "
				    "bytes",
				    row->name, ECHO_BYTES);
		} else if (!row->is_any_bytes && !is_printable(header)) {
			ts_job_warn(&request->job,
				    "header '%s' was dropped: it is not printable "
				    "ASCII",
				    row->name);
		} else {
			request->echo[i].value = ts_memdup(header->value, header->len);
			request->echo[i].len = header->len;
		}
	}
}

static int32_t partition_of(const struct ts_header *header)
{
	const unsigned char *byte = header->value;

	if (header->len != 4 || byte[0] > 0x7F)
		return -1;
	return (int32_t)((uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 |
			 (uint32_t)byte[2] << 8 | byte[3]);
}

/* Where to answer.  A partition is one of the topic that was named with it. */
static void copy_address(const struct ts_message *message, struct ts_request *request)
{
	const struct ts_header *topic = ts_message_header(message, "kafka_replyTopic");
	const struct ts_header *partition =
	    ts_message_header(message, "kafka_replyPartition");

	request->reply_partition = -1;
	if (!topic)
		topic = ts_message_header(message, "replyTo");
	if (topic) {
		char *name = ts_memdup(topic->value, topic->len);

		if (!ts_topic_is_name(name, topic->len)) {
			free(name);
			ts_job_warn(&request->job,
				    "header '%s' was ignored: it is not the name of a "
				    "topic",
				    topic->name);
			return;
		}
		request->reply_topic = name;
	}
	if (partition) {
		request->reply_partition = partition_of(partition);
		if (request->reply_partition < 0)
			ts_job_warn(&request->job,
				    "header 'kafka_replyPartition' was ignored: it is "
				    "not a 4-byte big-endian number of a partition");
	}
}

static void copy_deadline(const struct ts_message *message, struct ts_request *request)
{
	const struct ts_header *header = ts_message_header(message, "x-deadline");
	char *text;

	request->deadline_unix_ms = INT64_MAX;
	if (!header)
		return;
	text = ts_memdup(header->value, header->len);
	if (strlen(text) != header->len ||
	    !ts_int64_parse(text, 0, INT64_MAX, &request->deadline_unix_ms))
		ts_job_warn(&request->job, "header 'x-deadline' was ignored: it is not "
					   "a Unix time in milliseconds as text");
	free(text);
}

bool ts_request_make(const struct ts_message *message, struct ts_request *ret_request,
		     struct ts_error *err)
{
	bool ok;

	*ret_request = (struct ts_request){0};
	ok = ts_job_decode(message->value, message->value_len, &ret_request->job, err);
	ts_trail_read(message, &ret_request->trail);
	snprintf(ret_request->job_id, sizeof(ret_request->job_id),
		 "%s-%" PRId32 "-%" PRId64, ret_request->trail.topic,
		 ret_request->trail.partition, ret_request->trail.offset);
	if (message->key) {
		ret_request->key = ts_memdup(message->key, message->key_len);
		ret_request->key_len = message->key_len;
	}
	copy_echo(message, ret_request);
	copy_address(message, ret_request);
	copy_deadline(message, ret_request);
	return ok;
}

size_t ts_request_overhead(const struct ts_request *request)
{
	/* The names `status` and `job-id`, what `status` may be, lengths. */
	size_t bytes = 64 + strlen(request->job_id) + request->key_len;

	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		bytes += request->echo[i].len + 32;
	return bytes;
}

/* UTF-8 without control characters: C0, DEL, and C1, which are C2 80 to C2 9F. */
static bool is_plain_text(const char *text, size_t len)
{
	if (!ts_utf8_is_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < ' ' || byte == 0x7F ||
		    (byte == 0xC2 && (unsigned char)text[i + 1] < 0xA0))
			return false;
	}
	return true;
}

const char *ts_request_correlation(const struct ts_request *request)
{
	for (size_t i = 0; i < 2; i++) {
		const struct ts_echo *echo = &request->echo[i];

		if (echo->value && echo->len <= CORRELATION_BYTES &&
		    is_plain_text(echo->value, echo->len))
			return echo->value;
	}
	return NULL;
}
