/* topics_ask.c - see topics.h; what the broker says of a topic. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/topics.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "kafka/extent.h"
#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES "max.message.bytes"

enum { DESCRIBE_MS = 1000 }; /* for an answer that one can do without */

struct answer {
	int partitions;
	rd_kafka_resp_err_t
	    code;       /* 0 for one that is not there, or has no leader yet */
	int32_t broker; /* who gave it */
};

/* Ask for one topic; the code with which no broker answered. */
static rd_kafka_resp_err_t ask(rd_kafka_t *handle, const char *topic,
			       int64_t deadline_ms, struct answer *ret_answer)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code =
	    ts_extent_topic(handle, topic, deadline_ms, &metadata);

	if (code)
		return code;
	code = metadata->topics[0].err;
	if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		code = RD_KAFKA_RESP_ERR_NO_ERROR;
	*ret_answer =
	    (struct answer){.partitions = code ? 0 : metadata->topics[0].partition_cnt,
			    .code = code,
			    .broker = metadata->orig_broker_id};
	rd_kafka_metadata_destroy(metadata);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool fail_asking(const char *topic, rd_kafka_resp_err_t code,
			struct ts_error *err)
{
	return ts_fail(err, TS_E_BROKER, "asking for topic '%s': %s", topic,
		       rd_kafka_err2str(code));
}

bool ts_topic_partitions(rd_kafka_t *handle, const char *topic, int64_t deadline_ms,
			 int *ret_partitions, struct ts_error *err)
{
	struct answer answer;
	rd_kafka_resp_err_t code = ask(handle, topic, deadline_ms, &answer);

	if (code)
		return fail_asking(topic, code, err);
	if (answer.code)
		return ts_fail(err, TS_E_BROKER, "topic '%s': %s", topic,
			       rd_kafka_err2str(answer.code));
	*ret_partitions = answer.partitions;
	return true;
}

static struct ts_topic_limit *find(struct ts_topic_limit *topics, size_t count,
				   const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}

static void take_entries(const rd_kafka_ConfigResource_t *resource,
			 struct ts_topic_limit *topic)
{
	size_t count;
	const rd_kafka_ConfigEntry_t **entries =
	    rd_kafka_ConfigResource_configs(resource, &count);
	int64_t bytes;

	for (size_t i = 0; i < count; i++) {
		const char *value = rd_kafka_ConfigEntry_value(entries[i]);

		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), BATCH_BYTES) == 0 &&
		    value && ts_int64_parse(value, 0, INT32_MAX, &bytes))
			topic->batch_bytes = (size_t)bytes;
	}
}

static void take_answer(rd_kafka_event_t *event, struct ts_topic_limit *topics,
			size_t count)
{
	const rd_kafka_DescribeConfigs_result_t *result =
	    rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	struct ts_topic_limit *topic;
	size_t resource_count;

	if (rd_kafka_event_error(event)) {
		ts_log(TS_LOG_DEBUG, "topic.not_described",
		       TS_STR("reason", rd_kafka_event_error_string(event)));
		return;
	}
	resources = rd_kafka_DescribeConfigs_result_resources(result, &resource_count);
	for (size_t i = 0; i < resource_count; i++) {
		const char *name = rd_kafka_ConfigResource_name(resources[i]);

		if (rd_kafka_ConfigResource_error(resources[i]))
			ts_log(
			    TS_LOG_DEBUG, "topic.not_described", TS_STR("topic", name),
			    TS_STR("reason",
				   rd_kafka_ConfigResource_error_string(resources[i])));
		else if ((topic = find(topics, count, name)))
			take_entries(resources[i], topic);
	}
}

/* One request for the one setting of all topics that are there.  It goes to a broker
 * that is known to answer: librdkafka would send it to the controller, and waits where
 * it knows none, as with the trial broker. */
static void describe(rd_kafka_t *handle, int32_t broker, struct ts_topic_limit *topics,
		     size_t count, int64_t deadline_ms)
{
	rd_kafka_ConfigResource_t **resources = ts_calloc(count, sizeof(*resources));
	rd_kafka_AdminOptions_t *options =
	    rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	int timeout_ms = ts_remaining_ms(deadline_ms, DESCRIBE_MS);
	rd_kafka_event_t *event;
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		if (!topics[i].partitions)
			continue;
		resources[asked] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC,
							       topics[i].name);
		/* Only the name is asked for; the value is not used. */
		rd_kafka_ConfigResource_set_config(resources[asked++], BATCH_BYTES, "");
	}
	if (asked) {
		rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
		if (broker >= 0)
			rd_kafka_AdminOptions_set_broker(options, broker, NULL, 0);
		rd_kafka_DescribeConfigs(handle, resources, asked, options, queue);
		event = rd_kafka_queue_poll(queue, timeout_ms);
		if (event) {
			take_answer(event, topics, count);
			rd_kafka_event_destroy(event);
		}
	}
	rd_kafka_ConfigResource_destroy_array(resources, asked);
	free(resources);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
}

bool ts_topic_limits(rd_kafka_t *handle, struct ts_topic_limit *topics, size_t count,
		     int64_t deadline_ms, struct ts_error *err)
{
	struct answer answer = {.broker = -1};

	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code =
		    ask(handle, topics[i].name, deadline_ms, &answer);

		if (code)
			return fail_asking(topics[i].name, code, err);
		topics[i].partitions = answer.partitions;
		topics[i].batch_bytes = 0;
	}
	describe(handle, answer.broker, topics, count, deadline_ms);
	return true;
}
