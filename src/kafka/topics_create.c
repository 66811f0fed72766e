/* topics_create.c - see topics.h; making what is missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/topics.h"
#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAUSE_MS = 20, /* between two questions: nothing tells that a topic is there */
	CONTEXT_BYTES =
	    96, /* of an error, beside the brokers: what callers put before it */
};

/* Topics that are not there; borrowed. */
struct missing {
	struct ts_topic **items;
	size_t count;
};

/* The jobs topic, which is the first, is looked at before the others are made. */
static int wanted_partitions(const struct ts_topics *topics)
{
	return topics->items[0].partitions ? topics->items[0].partitions
					   : topics->jobs_partitions;
}

static void put_command(struct ts_buf *text, const struct ts_topics *topics,
			const struct ts_topic *topic)
{
	ts_buf_printf(text,
		      "kafka-topics.sh --bootstrap-server %s --create --topic %s "
		      "--partitions %d%s",
		      topics->brokers ? topics->brokers : "HOST:PORT", topic->name,
		      wanted_partitions(topics),
		      topic->is_compacted ? " --config cleanup.policy=compact" : "");
}

static void log_commands(const struct ts_topics *topics, const struct missing *missing)
{
	for (size_t i = 0; i < missing->count; i++) {
		TS_AUTO(ts_buf) command = {0};

		put_command(&command, topics, missing->items[i]);
		ts_log(TS_LOG_WARN, "topic.missing",
		       TS_STR("topic", missing->items[i]->name),
		       TS_STR("command", command.data));
	}
}

/* The commands for all that is missing, in the error where they fit. */
static bool fail_missing(struct ts_topics *topics, const struct missing *missing,
			 const char *reason, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	size_t context =
	    CONTEXT_BYTES + (topics->brokers ? strlen(topics->brokers) : 0);

	ts_buf_printf(&text, "topic '%s'", missing->items[0]->name);
	if (missing->count > 1)
		ts_buf_printf(&text, " and %zu more", missing->count - 1);
	ts_buf_printf(&text, ": %s; ", reason);
	ts_fail(err, TS_E_BROKER,
		"%sthe log has the commands that create what is missing", text.data);
	ts_buf_puts(&text, "create what is missing with: ");
	for (size_t i = 0; i < missing->count; i++) {
		if (i)
			ts_buf_puts(&text, "; ");
		put_command(&text, topics, missing->items[i]);
	}
	if (text.len + context < TS_ERROR_TEXT_BYTES)
		return ts_fail(err, TS_E_BROKER, "%s", text.data);
	if (!topics->is_told)
		log_commands(topics, missing);
	topics->is_told = true;
	return false;
}

/* Is it nobody's fault, and over in a moment? */
static bool is_passing(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
	       code == RD_KAFKA_RESP_ERR__TRANSPORT ||
	       code == RD_KAFKA_RESP_ERR_NOT_CONTROLLER ||
	       code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
	       code == RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED;
}

static bool fail_creating(struct ts_topics *topics, const struct missing *missing,
			  rd_kafka_resp_err_t code, const char *reason,
			  struct ts_error *err)
{
	if (is_passing(code))
		return ts_fail(err, TS_E_BROKER, "creating topic '%s': %s",
			       missing->items[0]->name, reason);
	return fail_missing(topics, missing, reason, err);
}

/* What a broker says to each of the topics, in their order. */
static bool judge(const rd_kafka_CreateTopics_result_t *result,
		  struct ts_topics *topics, const struct missing *missing,
		  struct ts_error *err)
{
	struct missing refused = {
	    .items = ts_calloc(missing->count, sizeof(*refused.items))};
	rd_kafka_resp_err_t first = RD_KAFKA_RESP_ERR_NO_ERROR;
	const char *reason = NULL;
	size_t count;
	const rd_kafka_topic_result_t **results =
	    rd_kafka_CreateTopics_result_topics(result, &count);

	for (size_t i = 0; i < count && i < missing->count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);

		assert(strcmp(rd_kafka_topic_result_name(results[i]),
			      missing->items[i]->name) == 0);
		if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			continue; /* another worker was faster */
		if (!code) {
			ts_log(TS_LOG_INFO, "topic.created",
			       TS_STR("topic", missing->items[i]->name),
			       TS_INT("partitions", wanted_partitions(topics)));
			continue;
		}
		refused.items[refused.count++] = missing->items[i];
		if (reason && !is_passing(first))
			continue;
		first = code;
		reason = rd_kafka_topic_result_error_string(results[i]);
		if (!reason)
			reason = rd_kafka_err2str(code);
	}
	if (refused.count)
		fail_creating(topics, &refused, first, reason, err);
	free(refused.items);
	return refused.count == 0;
}

/* Send the request; NULL where nothing came back in time. */
static rd_kafka_event_t *request(rd_kafka_t *handle, rd_kafka_NewTopic_t **wanted,
				 size_t count, int64_t deadline_ms)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle);
	rd_kafka_AdminOptions_t *options =
	    rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	int timeout_ms = ts_remaining_ms(deadline_ms, INT_MAX);
	rd_kafka_event_t *event;

	rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
	rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, NULL, 0);
	rd_kafka_CreateTopics(handle, wanted, count, options, queue);
	event = rd_kafka_queue_poll(queue, timeout_ms);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_queue_destroy(queue);
	return event;
}

static rd_kafka_NewTopic_t *new_topic(const struct ts_topics *topics,
				      const struct ts_topic *topic)
{
	char reason[256];
	/* As many replicas as the broker likes. */
	rd_kafka_NewTopic_t *wanted = rd_kafka_NewTopic_new(
	    topic->name, wanted_partitions(topics), -1, reason, sizeof(reason));

	assert(wanted); /* the configuration was checked */
	if (topic->is_compacted)
		rd_kafka_NewTopic_set_config(wanted, "cleanup.policy", "compact");
	return wanted;
}

static bool create(rd_kafka_t *handle, struct ts_topics *topics,
		   const struct missing *missing, int64_t deadline_ms,
		   struct ts_error *err)
{
	rd_kafka_NewTopic_t **wanted = ts_calloc(missing->count, sizeof(*wanted));
	rd_kafka_resp_err_t code;
	rd_kafka_event_t *event;
	bool ok;

	for (size_t i = 0; i < missing->count; i++)
		wanted[i] = new_topic(topics, missing->items[i]);
	event = request(handle, wanted, missing->count, deadline_ms);
	code = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
	if (code)
		ok = fail_creating(topics, missing, code,
				   event ? rd_kafka_event_error_string(event)
					 : "no answer in time",
				   err);
	else
		ok = judge(rd_kafka_event_CreateTopics_result(event), topics, missing,
			   err);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy_array(wanted, missing->count);
	free(wanted);
	return ok;
}

/* A topic that was made is known to every broker a little later only. */
static bool await(rd_kafka_t *handle, struct ts_topic *topic, int64_t deadline_ms,
		  struct ts_error *err)
{
	for (;;) {
		if (!ts_topic_partitions(handle, topic->name, deadline_ms,
					 &topic->partitions, err))
			return false;
		if (topic->partitions)
			return true;
		if (ts_now_ms() >= deadline_ms)
			return ts_fail(err, TS_E_BROKER,
				       "topic '%s' was created, but is not there yet",
				       topic->name);
		poll(NULL, 0, PAUSE_MS);
	}
}

static bool make_missing(rd_kafka_t *handle, struct ts_topics *topics,
			 const struct missing *missing, int64_t deadline_ms,
			 struct ts_error *err)
{
	if (!topics->may_create)
		return fail_missing(topics, missing,
				    "does not exist, and topics.create is false", err);
	if (!create(handle, topics, missing, deadline_ms, err))
		return false;
	for (size_t i = 0; i < missing->count; i++)
		if (!await(handle, missing->items[i], deadline_ms, err))
			return false;
	return true;
}

bool ts_topics_create(rd_kafka_t *handle, struct ts_topics *topics, int64_t deadline_ms,
		      struct ts_error *err)
{
	struct missing missing = {0};
	bool ok;

	for (size_t i = 0; i < topics->count; i++)
		if (!ts_topic_partitions(handle, topics->items[i].name, deadline_ms,
					 &topics->items[i].partitions, err))
			return false;
	missing.items = ts_calloc(topics->count, sizeof(*missing.items));
	for (size_t i = 0; i < topics->count; i++)
		if (!topics->items[i].partitions)
			missing.items[missing.count++] = &topics->items[i];
	ok = !missing.count || make_missing(handle, topics, &missing, deadline_ms, err);
	free(missing.items);
	return ok;
}
