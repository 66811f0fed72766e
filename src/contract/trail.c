/* trail.c - see trail.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/trail.h"
#include "base/str.h"
#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that a trail sets: of the message's own headers these are dropped. */
#define TOPIC "x-original-topic"
#define PARTITION "x-original-partition"
#define OFFSET "x-original-offset"
#define TIMESTAMP "x-original-timestamp"
#define FIRST_FAILURE "x-first-failure"
#define ATTEMPT "x-attempt"
#define NOT_BEFORE "x-not-before"
#define ERROR_CODE "x-error-code"
#define ERROR_CLASS "x-error-class"
#define ERROR_MESSAGE "x-error-message"
#define GROUP "x-consumer-group"
#define REPLAY "x-replay-count"
#define VALUE_BYTES "x-value-bytes"

static const char *const ours[] = {TOPIC,         PARTITION, OFFSET,        TIMESTAMP,
				   FIRST_FAILURE, ATTEMPT,   NOT_BEFORE,    ERROR_CODE,
				   ERROR_CLASS,   GROUP,     ERROR_MESSAGE, REPLAY,
				   VALUE_BYTES};

enum {
	OURS = sizeof(ours) / sizeof(*ours),
	NUMBER_BYTES = 24,
	COUNT_MAX = 1000000000, /* of what is counted: one can go on counting */
};

bool ts_topic_is_name(const char *bytes, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (len == 0 || len >= TS_TOPIC_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!bytes[i] || !strchr(allowed, bytes[i]))
			return false;
	return len > 2 || bytes[0] != '.' || bytes[len - 1] != '.';
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < OURS; i++)
		if (strcmp(ours[i], name) == 0)
			return true;
	return false;
}

/* Leaves `ret_number` as it is where there is no such number. */
static bool read_number(const struct ts_message *message, const char *name, int64_t max,
			int64_t *ret_number)
{
	const struct ts_header *header = ts_message_header(message, name);
	char text[NUMBER_BYTES];

	if (!header || header->len >= sizeof(text))
		return false;
	memcpy(text, header->value, header->len);
	text[header->len] = '\0';
	return strlen(text) == header->len && ts_int64_parse(text, 0, max, ret_number);
}

/* Where the job was first delivered; all three or nothing. */
static void read_origin(const struct ts_message *message, struct ts_trail *trail)
{
	const struct ts_header *topic = ts_message_header(message, TOPIC);
	int64_t partition, offset;

	if (!topic || !ts_topic_is_name(topic->value, topic->len) ||
	    !read_number(message, PARTITION, INT32_MAX, &partition) ||
	    !read_number(message, OFFSET, INT64_MAX, &offset))
		return;
	memcpy(trail->topic, topic->value, topic->len);
	trail->topic[topic->len] = '\0';
	trail->partition = (int32_t)partition;
	trail->offset = offset;
	trail->timestamp_ms = -1;
	read_number(message, TIMESTAMP, INT64_MAX, &trail->timestamp_ms);
}

static enum ts_code read_code(const struct ts_message *message)
{
	const struct ts_header *header = ts_message_header(message, ERROR_CODE);
	char name[64];

	if (!header || header->len >= sizeof(name))
		return TS_OK;
	memcpy(name, header->value, header->len);
	name[header->len] = '\0';
	return ts_code_find(name);
}

void ts_trail_read(const struct ts_message *message, struct ts_trail *ret_trail)
{
	int64_t attempts = 0, replay = 0;

	*ret_trail = (struct ts_trail){.partition = message->partition,
				       .offset = message->offset,
				       .timestamp_ms = message->timestamp_ms};
	snprintf(ret_trail->topic, sizeof(ret_trail->topic), "%s", message->topic);
	if (!message->is_ours)
		return;
	read_origin(message, ret_trail);
	read_number(message, FIRST_FAILURE, INT64_MAX, &ret_trail->first_failure_ms);
	read_number(message, NOT_BEFORE, INT64_MAX, &ret_trail->not_before_ms);
	read_number(message, ATTEMPT, COUNT_MAX, &attempts);
	read_number(message, REPLAY, COUNT_MAX, &replay);
	ret_trail->last = read_code(message);
	ret_trail->attempts = (int)attempts;
	ret_trail->replay = (int)replay;
}

void ts_headers_release(struct ts_headers *headers)
{
	free(headers->items);
	ts_buf_release(&headers->text);
	*headers = (struct ts_headers){0};
}

/* The values stand in headers->text, which moves while it grows: until the end each
 * header has its place there instead of its value. */
static void add_text(struct ts_headers *headers, const char *name, const char *text)
{
	headers->items[headers->count++] =
	    (struct ts_header){.name = name, .len = strlen(text)};
	ts_buf_puts(&headers->text, text);
}

static void add_number(struct ts_headers *headers, const char *name, int64_t number)
{
	char text[NUMBER_BYTES];

	snprintf(text, sizeof(text), "%" PRId64, number);
	add_text(headers, name, text);
}

static void add_trail(const struct ts_trail *trail, struct ts_headers *headers)
{
	add_text(headers, TOPIC, trail->topic);
	add_number(headers, PARTITION, trail->partition);
	add_number(headers, OFFSET, trail->offset);
	if (trail->timestamp_ms >= 0)
		add_number(headers, TIMESTAMP, trail->timestamp_ms);
	if (trail->first_failure_ms)
		add_number(headers, FIRST_FAILURE, trail->first_failure_ms);
	if (trail->not_before_ms)
		add_number(headers, NOT_BEFORE, trail->not_before_ms);
	if (trail->replay)
		add_number(headers, REPLAY, trail->replay);
}

static void add_failure(const struct ts_trail *trail, const struct ts_error *err,
			struct ts_headers *headers)
{
	static const char *const classes[] = {
	    [TS_RETRY] = "RETRY", [TS_REJECT] = "REJECT", [TS_STOP] = "STOP"};
	char message[TS_ERROR_MESSAGE_BYTES];

	ts_error_message(err, message, sizeof(message));
	add_number(headers, ATTEMPT, trail->attempts);
	add_text(headers, ERROR_CODE, ts_code_name(err->code));
	add_text(headers, ERROR_CLASS, classes[ts_code_class(err->code)]);
	add_text(headers, ERROR_MESSAGE, message);
}

static bool is_kept(const struct ts_header *header, const struct ts_failure *failure)
{
	return !is_ours(header->name) && !ts_header_is_secret(header) &&
	       (failure->err || strcmp(header->name, "x-deadline") != 0);
}

void ts_trail_write(const struct ts_trail *trail, const struct ts_message *message,
		    const struct ts_failure *failure, struct ts_headers *ret_headers)
{
	size_t kept = 0, at = 0;

	*ret_headers = (struct ts_headers){0};
	ret_headers->items =
	    ts_calloc(message->header_count + OURS, sizeof(*ret_headers->items));
	for (size_t i = 0; i < message->header_count; i++)
		if (is_kept(&message->headers[i], failure))
			ret_headers->items[kept++] = message->headers[i];
	ret_headers->count = kept;
	add_trail(trail, ret_headers);
	if (failure->err)
		add_failure(trail, failure->err, ret_headers);
	add_text(ret_headers, GROUP, failure->group);
	if (failure->value_bytes)
		add_number(ret_headers, VALUE_BYTES, (int64_t)failure->value_bytes);
	for (size_t i = kept; i < ret_headers->count; i++) {
		ret_headers->items[i].value = ret_headers->text.data + at;
		at += ret_headers->items[i].len;
	}
}
