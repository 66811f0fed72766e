/* topics.c - see topics.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/topics.h"
#include "base/clock.h"
#include "base/log.h"
#include <limits.h>

bool ts_topic_partitions(rd_kafka_t *handle, const char *topic, int64_t deadline_ms,
			 int *ret_partitions, struct ts_error *err)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(handle, topic, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code;

	code = rd_kafka_metadata(handle, 0, rkt, &metadata,
				 ts_remaining_ms(deadline_ms, INT_MAX));
	rd_kafka_topic_destroy(rkt);
	if (code)
		return ts_fail(err, TS_E_BROKER, "asking for topic '%s': %s", topic,
			       rd_kafka_err2str(code));
	code = metadata->topics[0].err;
	if (code && code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
	    code != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
		rd_kafka_metadata_destroy(metadata);
		return ts_fail(err, TS_E_BROKER, "topic '%s': %s", topic,
			       rd_kafka_err2str(code));
	}
	*ret_partitions = metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

static bool fail_creating(const char *topic, int partitions, const char *reason,
			  struct ts_error *err)
{
	return ts_fail(
	    err, TS_E_BROKER,
	    "creating topic '%s': %s; create it with: kafka-topics.sh "
	    "--bootstrap-server HOST:PORT --create --topic %s --partitions %d",
	    topic, reason, topic, partitions);
}

/* Judge the result of CreateTopics for the one topic that was asked for. */
static bool judge(rd_kafka_event_t *event, const char *topic, int partitions,
		  struct ts_error *err)
{
	const rd_kafka_CreateTopics_result_t *result =
	    rd_kafka_event_CreateTopics_result(event);
	const rd_kafka_topic_result_t **topics;
	rd_kafka_resp_err_t code;
	size_t count;

	if (rd_kafka_event_error(event))
		return fail_creating(topic, partitions,
				     rd_kafka_event_error_string(event), err);
	topics = rd_kafka_CreateTopics_result_topics(result, &count);
	code = rd_kafka_topic_result_error(topics[0]);
	if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return true; /* another worker was faster */
	if (code)
		return fail_creating(topic, partitions, rd_kafka_err2str(code), err);
	ts_log(TS_LOG_INFO, "topic.created", TS_STR("topic", topic),
	       TS_INT("partitions", partitions));
	return true;
}

/* A topic that was made is known to every broker a little later only. */
static bool await(rd_kafka_t *handle, const char *topic, int64_t deadline_ms,
		  struct ts_error *err)
{
	int partitions = 0;

	while (partitions == 0) {
		if (ts_now_ms() >= deadline_ms)
			return ts_fail(err, TS_E_BROKER,
				       "topic '%s' was created, but is not there yet",
				       topic);
		if (!ts_topic_partitions(handle, topic, deadline_ms, &partitions, err))
			return false;
	}
	return true;
}

static bool create(rd_kafka_t *handle, const char *topic, int partitions,
		   int64_t deadline_ms, struct ts_error *err)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_NewTopic_t *wanted;
	rd_kafka_event_t *event;
	char reason[256];
	bool ok;

	wanted = rd_kafka_NewTopic_new(topic, partitions, -1, reason, sizeof(reason));
	if (!wanted) {
		rd_kafka_queue_destroy(queue);
		return fail_creating(topic, partitions, reason, err);
	}
	rd_kafka_CreateTopics(handle, &wanted, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, ts_remaining_ms(deadline_ms, INT_MAX));
	ok = event ? judge(event, topic, partitions, err)
		   : fail_creating(topic, partitions, "no answer in time", err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(wanted);
	rd_kafka_queue_destroy(queue);
	return ok && await(handle, topic, deadline_ms, err);
}

bool ts_topics_create(rd_kafka_t *handle, const struct ts_config *config,
		      int64_t deadline_ms, struct ts_error *err)
{
	int partitions, replies;

	if (!ts_topic_partitions(handle, config->topics.jobs, deadline_ms, &partitions,
				 err) ||
	    !ts_topic_partitions(handle, config->topics.replies, deadline_ms, &replies,
				 err))
		return false;
	if (!config->topics.create)
		return true;
	if (partitions == 0) {
		partitions = config->topics.partitions;
		if (!create(handle, config->topics.jobs, partitions, deadline_ms, err))
			return false;
	}
	return replies ||
	       create(handle, config->topics.replies, partitions, deadline_ms, err);
}
