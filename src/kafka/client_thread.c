/* client_thread.c - the client's own thread: reports and replies in, calls ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_state.h"
#include "base/clock.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum {
	TURN_MS = 1000,       /* librdkafka is polled at least as often */
	PARTITIONS_MS = 10000 /* between two looks for new partitions */
};

void ts_call_free(struct tablesync_call *call)
{
	pthread_cond_destroy(&call->changed);
	ts_answer_release(&call->answer);
	free(call->failure);
	free(call);
}

void ts_client_free(struct tablesync_client *client)
{
	struct tablesync_call *call;

	while ((call = ts_calls_any(&client->calls))) {
		ts_calls_remove(&client->calls, call);
		ts_call_free(call);
	}
	for (size_t i = 0; i < client->options.kafka_count; i++) {
		free((char *)(uintptr_t)client->options.kafka[i].key);
		free((char *)(uintptr_t)client->options.kafka[i].value);
	}
	free((struct tablesync_setting *)(uintptr_t)client->options.kafka);
	free((char *)(uintptr_t)client->options.jobs_topic);
	free((char *)(uintptr_t)client->options.replies_topic);
	pthread_cond_destroy(&client->changed);
	pthread_mutex_destroy(&client->mutex);
	free(client);
}

static void on_report(void *opaque, uint64_t number, const char *failure,
		      int32_t partition, int64_t offset)
{
	struct tablesync_client *client = opaque;
	struct tablesync_call *call;

	pthread_mutex_lock(&client->mutex);
	call = ts_calls_find(&client->calls, number);
	if (call) {
		call->is_delivered = !failure;
		call->partition = partition;
		call->offset = offset;
		/* A call that has its reply keeps it. */
		if (failure && !call->has_ended)
			call->failure = ts_strdup(failure);
		if (failure || call->is_publish_only)
			ts_calls_end(&client->calls, call);
		pthread_cond_signal(&call->changed);
	}
	pthread_mutex_unlock(&client->mutex);
}

static char *header_text(const rd_kafka_headers_t *headers, const char *name)
{
	const void *value;
	size_t len;

	if (rd_kafka_header_get_last(headers, name, &value, &len) || !value)
		return NULL;
	return ts_memdup(value, len);
}

static void on_record(void *opaque, const rd_kafka_message_t *record)
{
	struct tablesync_client *client = opaque;
	struct ts_answer answer = {0};
	struct tablesync_call *call;
	rd_kafka_headers_t *headers;
	const void *correlation;
	uint64_t number;
	size_t len;

	if (rd_kafka_message_headers(record, &headers) ||
	    rd_kafka_header_get_last(headers, "kafka_correlationId", &correlation,
				     &len) ||
	    !correlation ||
	    !ts_correlation_parse(client->random, correlation, len, &number))
		return; /* somebody else's */

	answer.json = ts_memdup(record->payload, record->len);
	answer.len = record->len;
	answer.status = header_text(headers, "status");
	answer.job_id = header_text(headers, "job-id");
	pthread_mutex_lock(&client->mutex);
	call = ts_calls_find(&client->calls, number);
	if (call && !call->answer.json) { /* else late, or there twice */
		call->answer = answer;
		answer = (struct ts_answer){0};
		ts_calls_end(&client->calls, call);
		pthread_cond_signal(&call->changed);
	}
	pthread_mutex_unlock(&client->mutex);
	ts_answer_release(&answer);
}

/* Is there still something to do before the link is closed? */
static bool is_busy(struct tablesync_client *client)
{
	bool is_closing;
	int64_t deadline_ms;

	pthread_mutex_lock(&client->mutex);
	is_closing = client->is_closing;
	deadline_ms = client->close_deadline_ms;
	pthread_mutex_unlock(&client->mutex);
	return !is_closing ||
	       (ts_link_pending(&client->link) > 0 && ts_now_ms() < deadline_ms);
}

/* Hand out what has come, and wake whoever takes the calls of all: once, however many
 * have ended. */
static void serve(struct tablesync_client *client, const struct ts_link_events *events)
{
	ts_link_poll(&client->link, events);
	pthread_mutex_lock(&client->mutex);
	if (client->calls.first)
		pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->mutex);
}

static void run(struct tablesync_client *client)
{
	const struct ts_link_events events = {on_report, on_record, client};
	int64_t look_ms = ts_now_ms() + PARTITIONS_MS;

	/* What came while the link was opened wakes nobody again. */
	serve(client, &events);
	while (is_busy(client)) {
		ts_link_wait(&client->link, TURN_MS);
		serve(client, &events);
		if (ts_now_ms() >= look_ms) {
			ts_link_look_for_partitions(&client->link);
			look_ms = ts_now_ms() + PARTITIONS_MS;
		}
	}
}

static void enter(struct tablesync_client *client, enum ts_client_phase phase)
{
	pthread_mutex_lock(&client->mutex);
	client->phase = phase;
	pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->mutex);
}

void *ts_client_thread(void *opaque)
{
	struct tablesync_client *client = opaque;
	bool is_abandoned;

	if (ts_link_open(&client->link, &client->options,
			 ts_now_ms() + client->options.open_timeout_ms,
			 &client->open_error)) {
		enter(client, TS_CLIENT_OPEN);
		run(client);
	} else {
		enter(client, TS_CLIENT_FAILED);
	}
	ts_link_close(&client->link);

	pthread_mutex_lock(&client->mutex);
	client->phase = TS_CLIENT_DOWN;
	pthread_cond_broadcast(&client->changed);
	is_abandoned = client->is_abandoned;
	pthread_mutex_unlock(&client->mutex);
	if (is_abandoned)
		ts_client_free(client);
	return NULL;
}
