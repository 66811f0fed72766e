/* scan.c - see scan.h; librdkafka's simple consumer, which knows no groups. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/scan.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "kafka/client_topics.h"
#include "kafka/conf.h"
#include "kafka/extent.h"
#include "kafka/trouble.h"
#include "kafka/view.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	ASK_MS = 10000,   /* for an answer to one question */
	STALL_MS = 30000, /* without any record, and not at the end */
	TURN_MS = 100,
	PAUSE_MS = 50,
};

struct ts_scan {
	const struct ts_config *config; /* borrowed */
	rd_kafka_t *handle;
	rd_kafka_queue_t *records;
	struct ts_trouble trouble;

	rd_kafka_topic_t *topic; /* NULL: nothing is being read */
	const struct ts_extents *extents;
	size_t next;     /* partition to be read */
	bool is_reading; /* partition next - 1 */

	rd_kafka_message_t *record; /* that the caller looks at */
	struct ts_view view;
};

void ts_extents_release(struct ts_extents *extents)
{
	free(extents->items);
	*extents = (struct ts_extents){0};
}

int64_t ts_extents_total(const struct ts_extents *extents)
{
	int64_t total = 0;

	for (size_t i = 0; i < extents->count; i++)
		total += extents->items[i].to - extents->items[i].from;
	return total;
}

bool ts_scan_open(const struct ts_config *config, struct ts_scan **ret_scan,
		  struct ts_error *err)
{
	struct ts_scan *scan = ts_calloc(1, sizeof(*scan));

	scan->config = config;
	if (!ts_kafka_reader_new(config, false, &scan->handle, err)) {
		free(scan);
		return false;
	}
	ts_trouble_listen(&scan->trouble, scan->handle);
	scan->records = rd_kafka_queue_new(scan->handle);
	*ret_scan = scan;
	return true;
}

static void let_go(struct ts_scan *scan)
{
	if (scan->record)
		rd_kafka_message_destroy(scan->record);
	scan->record = NULL;
}

static void stop(struct ts_scan *scan)
{
	let_go(scan);
	if (scan->is_reading)
		rd_kafka_consume_stop(scan->topic, (int32_t)scan->next - 1);
	scan->is_reading = false;
}

static void end(struct ts_scan *scan)
{
	stop(scan);
	if (scan->topic)
		rd_kafka_topic_destroy(scan->topic);
	scan->topic = NULL;
}

void ts_scan_free(struct ts_scan *scan)
{
	if (!scan)
		return;
	end(scan);
	rd_kafka_queue_destroy(scan->records);
	ts_trouble_release(&scan->trouble);
	rd_kafka_destroy(scan->handle);
	ts_view_release(&scan->view);
	free(scan);
}

static rd_kafka_resp_err_t ask_extent(rd_kafka_t *handle, struct ts_trouble *trouble,
				      const char *topic, int32_t partition,
				      int64_t deadline_ms, struct ts_extent *ret_extent)
{
	rd_kafka_resp_err_t code;

	for (;;) {
		code = ts_extent_ask(handle, topic, partition, deadline_ms,
				     &ret_extent->from, &ret_extent->to);
		if (!ts_topic_is_passing(code) || ts_now_ms() >= deadline_ms)
			return code;
		ts_trouble_wait(trouble, PAUSE_MS);
	}
}

static bool measure(rd_kafka_t *handle, struct ts_trouble *trouble, const char *topic,
		    struct ts_extents *ret_extents, struct ts_error *err)
{
	const int64_t deadline_ms = ts_now_ms() + ASK_MS;
	TS_AUTO(ts_extents) extents = {0};
	int partitions;

	if (!ts_trouble_partitions(trouble, handle, topic, deadline_ms, &partitions,
				   err))
		return false;
	extents.items = ts_calloc((size_t)partitions + 1, sizeof(*extents.items));
	extents.count = (size_t)partitions;
	for (int32_t i = 0; i < partitions; i++) {
		rd_kafka_resp_err_t code = ask_extent(handle, trouble, topic, i,
						      deadline_ms, &extents.items[i]);

		if (code)
			return ts_trouble_fail(trouble, topic, code, err);
	}
	*ret_extents = extents;
	extents = (struct ts_extents){0};
	return true;
}

bool ts_scan_measure(struct ts_scan *scan, const char *topic,
		     struct ts_extents *ret_extents, struct ts_error *err)
{
	return measure(scan->handle, &scan->trouble, topic, ret_extents, err);
}

bool ts_scan_measure_open(struct ts_scan *scan, const char *topic,
			  struct ts_extents *ret_extents, struct ts_error *err)
{
	struct ts_trouble trouble;
	rd_kafka_t *handle;
	bool ok;

	if (!ts_kafka_reader_new(scan->config, true, &handle, err))
		return false;
	ts_trouble_listen(&trouble, handle);
	ok = measure(handle, &trouble, topic, ret_extents, err);
	ts_trouble_release(&trouble);
	rd_kafka_destroy(handle);
	return ok;
}

void ts_scan_begin(struct ts_scan *scan, const char *topic,
		   const struct ts_extents *extents)
{
	end(scan);
	scan->topic = rd_kafka_topic_new(scan->handle, topic, NULL);
	scan->extents = extents;
	scan->next = 0;
}

/* Go to the next partition with something in it.  False: there is none. */
static bool go_on(struct ts_scan *scan)
{
	stop(scan);
	while (scan->next < scan->extents->count) {
		const struct ts_extent *extent = &scan->extents->items[scan->next++];

		if (extent->from >= extent->to)
			continue;
		scan->is_reading = true;
		rd_kafka_consume_start_queue(scan->topic, (int32_t)scan->next - 1,
					     extent->from, scan->records);
		return true;
	}
	return false;
}

/* Will no record come any more? */
static bool is_lasting(rd_kafka_resp_err_t code)
{
	return ts_trouble_is_forbidden(code) ||
	       code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	       code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

/* What came out of the queue: a record, the end of the partition, or trouble. */
static bool judge(struct ts_scan *scan, bool *ret_is_record, bool *ret_is_end,
		  struct ts_error *err)
{
	const rd_kafka_message_t *record = scan->record;
	const int64_t to = scan->extents->items[scan->next - 1].to;
	const bool is_current = record->partition == (int32_t)scan->next - 1;

	*ret_is_record = !record->err && is_current && record->offset < to;
	*ret_is_end =
	    (!record->err || record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) &&
	    is_current && record->offset >= to;
	if (!record->err || record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		return true;
	if (is_lasting(record->err))
		return ts_trouble_fail(&scan->trouble, rd_kafka_topic_name(scan->topic),
				       record->err, err);
	ts_trouble_note(&scan->trouble, rd_kafka_err2str(record->err));
	return true;
}

/* The next thing out of the queue, waited for. */
static bool take(struct ts_scan *scan, int64_t deadline_ms, struct ts_error *err)
{
	let_go(scan);
	while (!(scan->record = rd_kafka_consume_queue(scan->records, TURN_MS))) {
		ts_trouble_wait(&scan->trouble, 0);
		if (ts_now_ms() >= deadline_ms)
			return ts_trouble_fail(&scan->trouble,
					       rd_kafka_topic_name(scan->topic),
					       RD_KAFKA_RESP_ERR__TIMED_OUT, err);
	}
	return true;
}

bool ts_scan_next(struct ts_scan *scan, const struct ts_message **ret_record,
		  struct ts_error *err)
{
	int64_t deadline_ms = ts_now_ms() + STALL_MS;
	bool is_record = false, is_end = !scan->is_reading;

	while (!is_record) {
		if (is_end) {
			if (!go_on(scan)) {
				*ret_record = NULL;
				return true;
			}
			deadline_ms = ts_now_ms() + STALL_MS;
		}
		if (!take(scan, deadline_ms, err) ||
		    !judge(scan, &is_record, &is_end, err))
			return false;
	}
	ts_view_set(&scan->view, scan->record, true);
	*ret_record = &scan->view.message;
	return true;
}
