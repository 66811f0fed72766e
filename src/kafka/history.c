/* history.c - see history.h; librdkafka's simple consumer, as in scan.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/history.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/conf.h"
#include "kafka/farewell.h"
#include "kafka/history_start.h"
#include "kafka/poke.h"
#include "kafka/trouble.h"
#include "kafka/view.h"
#include <stdlib.h>
#include <string.h>

enum {
	ASK_MS = 1000,   /* for an answer to one question */
	START_MS = 3000, /* for all that the start asks, as long as a stop may wait */
	HURRY_MS = 5,
	TURN_MS = 100, /* to look for a stop */
	END_MS = 1000,
	LOOK_MS = 3000,       /* between two looks for new partitions */
	LEAST_PAUSE_MS = 250, /* between two tries to reach Kafka, doubling up to … */
	MOST_PAUSE_MS = 8000,
	QUIET_MS = 2000, /* a topic that was made just now has no leader yet */
	/* Records still to come of the partitions that are read back at the same time:
	 * librdkafka holds some megabytes of each. */
	BACKLOG = 5000,
};

struct ts_history {
	const char *topic; /* borrowed */
	int64_t count;
	struct ts_history_sink sink;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_stopping; /* guarded by the lock */

	/* The thread's. */
	rd_kafka_t *handle;
	rd_kafka_topic_t *rkt;
	rd_kafka_queue_t *records;
	struct ts_trouble trouble;
	struct ts_poke poke; /* while it reads back */
	struct ts_view view;
	struct ts_history_part *parts;
	size_t part_count, next_part; /* to be started */
	int64_t begin_ms, look_ms, noted;
	bool is_complete;
};

static bool is_stopping(struct ts_history *history)
{
	bool stops;

	pthread_mutex_lock(&history->lock);
	stops = history->is_stopping;
	pthread_mutex_unlock(&history->lock);
	return stops;
}

/* Until the time has passed, or a stop. */
static void pause_for(struct ts_history *history, int64_t ms)
{
	const int64_t until_ms = ts_now_ms() + ms;

	pthread_mutex_lock(&history->lock);
	while (!history->is_stopping &&
	       ts_cond_wait(&history->changed, &history->lock, until_ms))
		;
	pthread_mutex_unlock(&history->lock);
}

/* Find out what there is, and where to begin. */
static bool find_parts(struct ts_history *history, struct ts_error *err)
{
	struct ts_history_part *parts;
	int64_t since_ms;
	int count;

	if (!ts_trouble_partitions(&history->trouble, history->handle, history->topic,
				   ts_now_ms() + ASK_MS, &count, err))
		return false;
	if (!count)
		return ts_fail(err, TS_E_BROKER, "topic '%s' does not exist",
			       history->topic);
	parts = ts_calloc((size_t)count, sizeof(*parts));
	if (!ts_history_find_start(history->handle, history->topic, parts,
				   (size_t)count, history->count, START_MS, &since_ms,
				   err)) {
		free(parts);
		return false;
	}
	history->parts = parts;
	history->part_count = (size_t)count;
	/* Without it, it is slower. */
	(void)!ts_poke_open(&history->poke, history->handle, ts_now_ms() + ASK_MS, err);
	if (since_ms != INT64_MIN)
		history->sink.on_since(history->sink.opaque, since_ms);
	return true;
}

/* False: it is to stop. */
static bool reach(struct ts_history *history)
{
	const int64_t told_ms = ts_now_ms() + QUIET_MS;
	int64_t pause_ms = LEAST_PAUSE_MS;
	bool is_told = false;
	struct ts_error err;

	while (!is_stopping(history)) {
		err = (struct ts_error){0};
		if (find_parts(history, &err))
			return true;
		if (!is_told && ts_now_ms() >= told_ms) {
			ts_log(TS_LOG_WARN, "history.waits",
			       TS_STR("topic", history->topic),
			       TS_STR("reason", err.text));
			is_told = true;
		}
		pause_for(history, pause_ms);
		pause_ms = pause_ms * 2 < MOST_PAUSE_MS ? pause_ms * 2 : MOST_PAUSE_MS;
	}
	return false;
}

static void begin_part(struct ts_history *history, size_t number)
{
	struct ts_history_part *part = &history->parts[number];

	part->is_started = true;
	part->next = part->start;
	part->is_read = part->start >= part->to;
	/* All that was there is gone: what is known begins now. */
	if (part->is_cut && part->is_read) {
		history->sink.on_since(history->sink.opaque, ts_unix_ms());
		part->is_cut = false;
	}
	rd_kafka_consume_start_queue(history->rkt, (int32_t)number, part->start,
				     history->records);
}

static int64_t backlog(const struct ts_history *history)
{
	int64_t sum = 0;

	for (size_t i = 0; i < history->next_part; i++)
		if (!history->parts[i].is_read)
			sum += history->parts[i].to - history->parts[i].next;
	return sum;
}

static bool is_all_read(const struct ts_history *history)
{
	for (size_t i = 0; i < history->part_count; i++)
		if (!history->parts[i].is_read)
			return false;
	return true;
}

/* Begin as many partitions as may be read at the same time. */
static void go_on(struct ts_history *history)
{
	while (history->next_part < history->part_count && backlog(history) < BACKLOG)
		begin_part(history, history->next_part++);
	if (history->is_complete || !is_all_read(history))
		return;
	history->is_complete = true;
	ts_log(TS_LOG_INFO, "history.read", TS_STR("topic", history->topic),
	       TS_INT("records", history->noted),
	       TS_INT("ms", ts_now_ms() - history->begin_ms));
	history->sink.on_complete(history->sink.opaque);
}

static void take(struct ts_history *history, const rd_kafka_message_t *record)
{
	struct ts_history_part *part = &history->parts[record->partition];
	const struct ts_history_sink *sink = &history->sink;

	part->next = record->offset + 1;
	if (record->err) {
		part->is_read = true; /* at its end */
		return;
	}
	ts_view_set(&history->view, record, true);
	if (part->is_cut)
		sink->on_since(sink->opaque, history->view.message.timestamp_ms);
	part->is_cut = false;
	sink->on_record(sink->opaque, &history->view.message);
	history->noted++;
	if (part->next >= part->to)
		part->is_read = true;
}

/* Partitions that were added are read from their beginning. */
static void look_for_parts(struct ts_history *history)
{
	struct ts_error err = {0};
	size_t count;
	int found;

	if (ts_now_ms() < history->look_ms)
		return;
	history->look_ms = ts_now_ms() + LOOK_MS;
	if (!ts_trouble_partitions(&history->trouble, history->handle, history->topic,
				   ts_now_ms() + ASK_MS, &found, &err) ||
	    (size_t)found <= history->part_count)
		return;
	count = (size_t)found;
	history->parts = ts_realloc(history->parts, count, sizeof(*history->parts));
	memset(history->parts + history->part_count, 0,
	       (count - history->part_count) * sizeof(*history->parts));
	history->part_count = count;
}

/* NULL where there is none for now.  Much is fetched at once, and what is read back
 * faster than that would be waited for. */
static rd_kafka_message_t *next_record(struct ts_history *history)
{
	rd_kafka_message_t *record = rd_kafka_consume_queue(
	    history->records, history->is_complete ? TURN_MS : HURRY_MS);

	if (!record && !history->is_complete)
		ts_poke_all(&history->poke, ts_now_ms());
	return record;
}

static void follow(struct ts_history *history)
{
	history->begin_ms = ts_now_ms();
	history->look_ms = history->begin_ms + LOOK_MS;
	while (!is_stopping(history)) {
		rd_kafka_message_t *record;

		go_on(history);
		record = next_record(history);
		if (record &&
		    (!record->err || record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF))
			take(history, record);
		if (record)
			rd_kafka_message_destroy(record);
		else
			ts_trouble_wait(&history->trouble, 0);
		look_for_parts(history);
	}
}

static void *run(void *opaque)
{
	struct ts_history *history = opaque;

	if (reach(history))
		follow(history);
	for (size_t i = 0; i < history->next_part; i++)
		rd_kafka_consume_stop(history->rkt, (int32_t)i);
	return NULL;
}

static void release(struct ts_history *history)
{
	if (history->rkt)
		rd_kafka_topic_destroy(history->rkt);
	if (history->records)
		rd_kafka_queue_destroy(history->records);
	ts_trouble_release(&history->trouble);
	ts_poke_close(&history->poke);
	ts_farewell(history->handle, END_MS);
	ts_view_release(&history->view);
	free(history->parts);
	pthread_cond_destroy(&history->changed);
	pthread_mutex_destroy(&history->lock);
	free(history);
}

static bool start_thread(struct ts_history *history, struct ts_error *err)
{
	int code = pthread_create(&history->thread, NULL, run, history);

	return !code || ts_fail(err, TS_E_SYSTEM, "pthread_create: %s", strerror(code));
}

bool ts_history_start(const struct ts_config *config, const char *topic, int64_t count,
		      const struct ts_history_sink *sink,
		      struct ts_history **ret_history, struct ts_error *err)
{
	struct ts_history *history = ts_calloc(1, sizeof(*history));

	history->topic = topic;
	history->count = count;
	history->sink = *sink;
	pthread_mutex_init(&history->lock, NULL);
	ts_cond_init(&history->changed);
	if (!ts_kafka_follower_new(config, &history->handle, err)) {
		release(history);
		return false;
	}
	ts_trouble_listen(&history->trouble, history->handle);
	history->records = rd_kafka_queue_new(history->handle);
	history->rkt = rd_kafka_topic_new(history->handle, topic, NULL);
	if (!start_thread(history, err)) {
		release(history);
		return false;
	}
	*ret_history = history;
	return true;
}

void ts_history_stop(struct ts_history *history)
{
	if (!history)
		return;
	pthread_mutex_lock(&history->lock);
	history->is_stopping = true;
	pthread_cond_broadcast(&history->changed);
	pthread_mutex_unlock(&history->lock);
	pthread_join(history->thread, NULL);
	release(history);
}
