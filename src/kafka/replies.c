/* replies.c - see replies.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/replies.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "contract/reply.h"
#include "kafka/topics.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RESEND_PAUSE_MS = 250 };

struct topic {
	const char *name; /* borrowed from the configuration */
	int partitions;   /* 0: not known, it was not there when the worker started */
};

struct ts_replies {
	rd_kafka_t *producer;
	struct topic *topics; /* the first is the default one */
	size_t topic_count;
	struct ts_chain parked; /* to be produced again */
	int64_t due_ms;
};

/* Also warms the producer up: its first record to a topic that it has not seen waits
 * for a tick of a second (librdkafka 2.0.2). */
static bool look_up(rd_kafka_t *consumer, rd_kafka_t *producer, int64_t deadline_ms,
		    struct topic *topic, struct ts_error *err)
{
	int partitions;

	return ts_topic_partitions(consumer, topic->name, deadline_ms,
				   &topic->partitions, err) &&
	       (topic->partitions == 0 ||
		ts_topic_partitions(producer, topic->name, deadline_ms, &partitions,
				    err));
}

bool ts_replies_new(const struct ts_config *config, rd_kafka_t *consumer,
		    rd_kafka_t *producer, int64_t deadline_ms,
		    struct ts_replies **ret_replies, struct ts_error *err)
{
	const struct ts_strings *allowed = &config->topics.reply_allow;
	struct ts_replies *replies = ts_calloc(1, sizeof(*replies));

	replies->producer = producer;
	replies->topic_count = allowed->count + 1;
	replies->topics = ts_calloc(replies->topic_count, sizeof(*replies->topics));
	replies->topics[0].name = config->topics.replies;
	for (size_t i = 0; i < allowed->count; i++)
		replies->topics[i + 1].name = allowed->items[i];

	for (size_t i = 0; i < replies->topic_count; i++) {
		struct topic *topic = &replies->topics[i];

		if (look_up(consumer, producer, deadline_ms, topic, err) &&
		    topic->partitions)
			continue;
		if (i > 0) {
			ts_log(TS_LOG_WARN, "reply_topic.missing",
			       TS_STR("topic", topic->name));
			continue;
		}
		if (topic->partitions == 0)
			ts_fail(err, TS_E_BROKER,
				"topic '%s' does not exist: create it, or set "
				"topics.create",
				topic->name);
		ts_replies_free(replies);
		return false;
	}
	*ret_replies = replies;
	return true;
}

void ts_replies_free(struct ts_replies *replies)
{
	if (!replies)
		return;
	ts_chain_release(&replies->parked);
	free(replies->topics);
	free(replies);
}

static const struct topic *find(const struct ts_replies *replies, const char *name)
{
	for (size_t i = 0; i < replies->topic_count; i++)
		if (strcmp(replies->topics[i].name, name) == 0)
			return &replies->topics[i];
	return NULL;
}

static void use_default(struct ts_request *request)
{
	free(request->reply_topic);
	request->reply_topic = NULL;
	request->reply_partition = -1;
}

void ts_replies_route(const struct ts_replies *replies, struct ts_request *request)
{
	const struct topic *topic = &replies->topics[0];

	if (request->reply_topic) {
		topic = find(replies, request->reply_topic);
		if (!topic) {
			ts_job_warn(&request->job,
				    "reply topic '%s' is not in topics.reply_allow",
				    request->reply_topic);
			use_default(request);
			return;
		}
	}
	if (topic->partitions && request->reply_partition >= topic->partitions) {
		ts_job_warn(&request->job, "topic '%s' has no partition %d",
			    topic->name, request->reply_partition);
		request->reply_partition = -1;
	}
}

/* Later; one line for all that waits together. */
static void park(struct ts_replies *replies, struct ts_task *task,
		 rd_kafka_resp_err_t code)
{
	if (!replies->parked.count) {
		replies->due_ms = ts_now_ms() + RESEND_PAUSE_MS;
		ts_log(code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? TS_LOG_DEBUG
							     : TS_LOG_WARN,
		       "reply.parked", TS_STR("job", task->request.job_id),
		       TS_STR("reason", rd_kafka_err2str(code)));
	}
	ts_chain_add(&replies->parked, task);
}

static rd_kafka_headers_t *make_headers(const struct ts_task *task)
{
	const struct ts_request *request = &task->request;
	rd_kafka_headers_t *headers = rd_kafka_headers_new(2 + TS_ECHO_COUNT);

	rd_kafka_header_add(headers, "status", -1,
			    task->err.code == TS_OK ? "ok" : "error", -1);
	rd_kafka_header_add(headers, "job-id", -1, request->job_id, -1);
	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		if (request->echo[i].value)
			rd_kafka_header_add(headers, request->echo[i].name, -1,
					    request->echo[i].value,
					    (ssize_t)request->echo[i].len);
	return headers;
}

static rd_kafka_resp_err_t produce(struct ts_replies *replies, struct ts_task *task)
{
	const struct ts_request *request = &task->request;
	const char *topic =
	    request->reply_topic ? request->reply_topic : replies->topics[0].name;
	rd_kafka_headers_t *headers = make_headers(task);
	/* The value is not copied: it lives in the task, until the delivery report. */
	const rd_kafka_vu_t record[] = {
	    {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
	    {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = request->reply_partition},
	    {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {request->key, request->key_len}},
	    {.vtype = RD_KAFKA_VTYPE_VALUE,
	     .u.mem = {task->reply.data, task->reply.len}},
	    {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	    {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = task},
	};
	rd_kafka_error_t *error = rd_kafka_produceva(replies->producer, record,
						     sizeof(record) / sizeof(*record));
	rd_kafka_resp_err_t code;

	if (!error)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	rd_kafka_headers_destroy(headers);
	return code;
}

/* Make the record shorter; false where nothing more can be left out. */
static bool shrink(struct ts_task *task)
{
	struct ts_buf shorter = {0};

	if (!ts_reply_shrink(task->reply.data, task->reply.len, task->reply.len / 2,
			     &shorter)) {
		ts_buf_release(&shorter);
		return false;
	}
	ts_buf_release(&task->reply);
	task->reply = shorter;
	return true;
}

/* The answer goes elsewhere than asked: say so in the encoded reply, too. */
static void warn(struct ts_task *task, const char *topic, const char *reason)
{
	/* Our own text, one level deeper than what is taken from outside. */
	json_t *reply = json_loadb(task->reply.data, task->reply.len, 0, NULL);

	if (!reply)
		return; /* the job holds a number that only its text can */
	ts_job_warn(&task->request.job, "reply topic '%s' refused the reply: %s", topic,
		    reason);
	json_object_set(reply, "warnings", task->request.job.warnings);
	ts_buf_clear(&task->reply);
	ts_json_print(reply, &task->reply);
	json_decref(reply);
}

/* Will this topic never take the record?  A time-out says nothing of the kind. */
static bool is_lasting(rd_kafka_resp_err_t code)
{
	static const rd_kafka_resp_err_t lasting[] = {
	    RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
	    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
	    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
	    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
	    RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
	    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
	    RD_KAFKA_RESP_ERR_INVALID_RECORD,
	    RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
	};

	for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
		if (lasting[i] == code)
			return true;
	return false;
}

/* The record was refused: what is to be tried next?  True: at once, otherwise later. */
static bool amend(struct ts_task *task, rd_kafka_resp_err_t code)
{
	struct ts_request *request = &task->request;
	bool is_too_large = code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;

	if (!is_lasting(code))
		return false;
	if (is_too_large && shrink(task))
		return true;
	if (request->reply_topic || request->reply_partition >= 0) {
		ts_log(TS_LOG_WARN, "reply.diverted", TS_STR("job", request->job_id),
		       TS_STR("topic", request->reply_topic),
		       TS_STR("reason", rd_kafka_err2str(code)));
		if (request->reply_topic)
			warn(task, request->reply_topic, rd_kafka_err2str(code));
		use_default(request);
		return true;
	}
	if (!is_too_large || !request->key)
		return false;
	free(request->key); /* the last thing that can be left out */
	request->key = NULL;
	request->key_len = 0;
	return true;
}

void ts_replies_send(struct ts_replies *replies, struct ts_task *task)
{
	rd_kafka_resp_err_t code;

	while ((code = produce(replies, task))) {
		if (!amend(task, code)) {
			park(replies, task, code);
			return;
		}
	}
}

bool ts_replies_serve(struct ts_replies *replies, rd_kafka_event_t *event,
		      struct ts_chain *ret_delivered, struct ts_error *err)
{
	const rd_kafka_message_t *message;
	char reason[256];

	while ((message = rd_kafka_event_message_next(event))) {
		struct ts_task *task = message->_private;

		assert(task->magic == TS_TASK_MAGIC);
		if (!message->err && message->offset >= 0)
			ts_chain_add(ret_delivered, task);
		else if (message->err && amend(task, message->err))
			ts_replies_send(replies, task);
		else /* without an offset nobody knows where it is: once more */
			park(replies, task, message->err);
	}
	if (rd_kafka_fatal_error(replies->producer, reason, sizeof(reason)))
		return ts_fail(err, TS_E_BROKER, "the producer is unfit: %s", reason);
	return true;
}

void ts_replies_take_due(struct ts_replies *replies, int64_t now_ms,
			 struct ts_chain *ret_tasks)
{
	if (now_ms >= ts_replies_due_ms(replies))
		ts_chain_join(ret_tasks, &replies->parked);
}

int64_t ts_replies_due_ms(const struct ts_replies *replies)
{
	return replies->parked.count ? replies->due_ms : TS_FOREVER;
}
