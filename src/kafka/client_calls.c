/* client_calls.c - see client_calls.h; chains in buckets, and a list of the ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_calls.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct tablesync_call **bucket(struct ts_calls *calls, uint64_t number)
{
	return &calls->buckets[number % TS_CALLS_BUCKETS];
}

void ts_calls_add(struct ts_calls *calls, struct tablesync_call *call)
{
	struct tablesync_call **head;

	call->number = ++calls->last_number;
	head = bucket(calls, call->number);
	call->next = *head;
	*head = call;
	calls->count++;
}

struct tablesync_call *ts_calls_find(struct ts_calls *calls, uint64_t number)
{
	struct tablesync_call *call = *bucket(calls, number);

	while (call && call->number != number)
		call = call->next;
	return call;
}

static void unlist(struct ts_calls *calls, struct tablesync_call *call)
{
	if (!call->is_listed)
		return;
	*(call->before ? &call->before->after : &calls->first) = call->after;
	*(call->after ? &call->after->before : &calls->last) = call->before;
	call->before = call->after = NULL;
	call->is_listed = false;
}

void ts_calls_remove(struct ts_calls *calls, struct tablesync_call *call)
{
	struct tablesync_call **link = bucket(calls, call->number);

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	call->next = NULL;
	unlist(calls, call);
	calls->count--;
}

struct tablesync_call *ts_calls_any(struct ts_calls *calls)
{
	for (size_t i = 0; calls->count && i < TS_CALLS_BUCKETS; i++)
		if (calls->buckets[i])
			return calls->buckets[i];
	return NULL;
}

void ts_calls_end(struct ts_calls *calls, struct tablesync_call *call)
{
	if (call->has_ended)
		return;
	call->has_ended = true;
	call->is_listed = true;
	call->before = calls->last;
	*(calls->last ? &calls->last->after : &calls->first) = call;
	calls->last = call;
}

struct tablesync_call *ts_calls_next(struct ts_calls *calls)
{
	struct tablesync_call *call = calls->first;

	if (call)
		unlist(calls, call);
	return call;
}

void ts_correlation_print(const char *random, uint64_t number,
			  char ret_text[TS_CORRELATION_SIZE])
{
	snprintf(ret_text, TS_CORRELATION_SIZE, "%s-%" PRIu64, random, number);
}

bool ts_correlation_parse(const char *random, const void *text, size_t len,
			  uint64_t *ret_number)
{
	const size_t digits = strlen(random);
	char copy[TS_CORRELATION_SIZE];
	int64_t number;

	if (len <= digits + 1 || len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (memcmp(copy, random, digits) != 0 || copy[digits] != '-' ||
	    !ts_int64_parse(copy + digits + 1, 1, INT64_MAX, &number))
		return false;
	*ret_number = (uint64_t)number;
	return true;
}
