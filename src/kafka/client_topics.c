/* client_topics.c - see client_topics.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_topics.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/extent.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	PATIENCE_MS = 1000, /* a topic made just now is not known to each broker yet */
	PAUSE_MS = 50,      /* between two questions: nothing tells that it is */
	LOOK_MS = 500,      /* bounds the look for new partitions */
};

void ts_link_note(struct ts_link *link, rd_kafka_event_t *event)
{
	if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_ERROR)
		return;
	/* That all brokers are down says less than why one is. */
	if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
	    !link->trouble[0])
		snprintf(link->trouble, sizeof(link->trouble), "%s",
			 rd_kafka_event_error_string(event));
}

void ts_link_listen(struct ts_link *link, rd_kafka_queue_t *queue)
{
	rd_kafka_event_t *event;

	while (queue && (event = rd_kafka_queue_poll(queue, 0))) {
		ts_link_note(link, event);
		rd_kafka_event_destroy(event);
	}
}

static int remaining(int64_t deadline_ms)
{
	int ms = ts_remaining_ms(deadline_ms, INT_MAX);

	return ms ? ms : 1;
}

static bool say_silent(struct ts_link *link, rd_kafka_resp_err_t code,
		       struct ts_error *err)
{
	ts_link_listen(link, link->reports);
	ts_link_listen(link, link->notices);
	return ts_fail(err, TS_E_BROKER, "no broker answered in time: %s",
		       link->trouble[0] ? link->trouble : rd_kafka_err2str(code));
}

static bool say_unusable(const char *topic, rd_kafka_resp_err_t code,
			 struct ts_error *err)
{
	if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		return ts_fail(err, TS_E_BROKER, "topic '%s': %s", topic,
			       rd_kafka_err2str(code));
	return ts_fail(err, TS_E_BROKER,
		       "topic '%s' does not exist: start a worker, which creates it, "
		       "or create it with kafka-topics.sh --create --topic %s",
		       topic, topic);
}

static bool ask(rd_kafka_t *handle, rd_kafka_topic_t *topic, int timeout_ms,
		int32_t *ret_partitions, rd_kafka_resp_err_t *ret_topic_code,
		rd_kafka_resp_err_t *ret_code)
{
	const struct rd_kafka_metadata *metadata;

	*ret_code = rd_kafka_metadata(handle, 0, topic, &metadata, timeout_ms);
	if (*ret_code)
		return false;
	*ret_topic_code = metadata->topic_cnt ? metadata->topics[0].err
					      : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	*ret_partitions = metadata->topic_cnt ? metadata->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

bool ts_topic_find(struct ts_link *link, rd_kafka_t *handle, rd_kafka_topic_t *topic,
		   int64_t deadline_ms, int32_t *ret_partitions, struct ts_error *err)
{
	const int64_t patience_ms = ts_now_ms() + PATIENCE_MS;
	rd_kafka_resp_err_t code, topic_code;
	int32_t partitions;

	for (;;) {
		if (!ask(handle, topic, remaining(deadline_ms), &partitions,
			 &topic_code, &code))
			return say_silent(link, code, err);
		if (!topic_code && partitions > 0)
			break;
		if (topic_code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
		    topic_code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
			return say_unusable(rd_kafka_topic_name(topic), topic_code,
					    err);
		if (ts_now_ms() >= patience_ms || ts_now_ms() >= deadline_ms)
			return say_unusable(rd_kafka_topic_name(topic), topic_code,
					    err);
		ts_link_wait(link, PAUSE_MS);
	}
	*ret_partitions = partitions;
	return true;
}

static bool start(struct ts_link *link, int32_t partition, int64_t offset)
{
	if (rd_kafka_consume_start_queue(link->replies, partition, offset,
					 link->incoming) != 0)
		return false;
	link->partitions = partition + 1;
	return true;
}

static bool say_unreadable(struct ts_link *link, int32_t partition,
			   rd_kafka_resp_err_t code, struct ts_error *err)
{
	return ts_fail(err, TS_E_BROKER, "topic '%s', partition %d: %s",
		       rd_kafka_topic_name(link->replies), (int)partition,
		       rd_kafka_err2str(code));
}

bool ts_topic_is_passing(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
	       code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
	       code == RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE ||
	       code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	       code == RD_KAFKA_RESP_ERR__TRANSPORT;
}

/* Of a reader of what is committed, the end is where that ends. */
static rd_kafka_resp_err_t find_end(struct ts_link *link, int32_t partition,
				    int64_t deadline_ms, int64_t *ret_end)
{
	rd_kafka_resp_err_t code;
	int64_t end;

	for (;;) {
		code = ts_extent_find(link->reader, rd_kafka_topic_name(link->replies),
				      partition, 1, RD_KAFKA_OFFSET_END,
				      remaining(deadline_ms), &end);
		if (!ts_topic_is_passing(code) || ts_now_ms() >= deadline_ms)
			break;
		ts_link_wait(link, PAUSE_MS);
	}
	if (!code)
		*ret_end = end;
	return code;
}

/* Where each partition ends; free it. */
static bool find_ends(struct ts_link *link, int32_t partitions, int64_t deadline_ms,
		      int64_t **ret_ends, struct ts_error *err)
{
	int64_t *ends = ts_calloc((size_t)partitions, sizeof(*ends));

	for (int32_t i = 0; i < partitions; i++) {
		rd_kafka_resp_err_t code = find_end(link, i, deadline_ms, &ends[i]);

		if (code) {
			free(ends);
			return say_unreadable(link, i, code, err);
		}
	}
	*ret_ends = ends;
	return true;
}

bool ts_topic_read(struct ts_link *link, int64_t deadline_ms, struct ts_error *err)
{
	int32_t partitions;
	int64_t *ends = NULL;
	bool ok = true;

	if (!ts_topic_find(link, link->reader, link->replies, deadline_ms, &partitions,
			   err))
		return false;
	/* All of them before the first is read: a broker answers nothing else on a
	 * connection on which a fetch waits. */
	if (!find_ends(link, partitions, deadline_ms, &ends, err))
		return false;
	for (int32_t i = 0; ok && i < partitions; i++)
		ok = start(link, i, ends[i]) ||
		     say_unreadable(link, i, rd_kafka_last_error(), err);
	free(ends);
	return ok;
}

void ts_link_look_for_partitions(struct ts_link *link)
{
	rd_kafka_resp_err_t code, topic_code;
	int32_t partitions;

	if (!link->reader ||
	    !ask(link->reader, link->replies, LOOK_MS, &partitions, &topic_code, &code))
		return;
	while (link->partitions < partitions)
		if (!start(link, link->partitions, RD_KAFKA_OFFSET_BEGINNING))
			return;
}
