/* record.c - see record.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/record.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "contract/reply.h"
#include "kafka/sketch.h"
#include "kafka/view.h"
#include "sync/sync.h"
#include <stdlib.h>
#include <string.h>

/* What a dead letter goes without, each with all that stand before it. */
enum { CUT_NOTHING, CUT_VALUE, CUT_HEADERS, CUT_KEY };

enum ts_record ts_record_next(const struct ts_task *task)
{
	static const enum ts_record order[] = {TS_RECORD_LETTER, TS_RECORD_RETRY,
					       TS_RECORD_REPLY};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (task->records & order[i])
			return order[i];
	return TS_RECORD_NONE;
}

bool ts_record_warm_up(const struct ts_records *records, rd_kafka_t *producer,
		       int64_t deadline_ms, struct ts_error *err)
{
	const struct ts_topic_limit *topic;
	int partitions;

	for (size_t i = 0; i < records->topics->count; i++) {
		const struct ts_topic *item = &records->topics->items[i];

		if ((item->role == TS_TOPIC_RETRY || item->role == TS_TOPIC_LETTERS) &&
		    !ts_topic_partitions(producer, item->name, deadline_ms, &partitions,
					 err))
			return false;
	}
	for (size_t i = 0; (topic = ts_destinations_at(records->destinations, i)); i++)
		if (topic->partitions &&
		    !ts_topic_partitions(producer, topic->name, deadline_ms,
					 &partitions, err))
			return false;
	return true;
}

/* Make the reply shorter; false where nothing more can be left out. */
static bool shrink(const struct ts_records *records, struct ts_task *task, size_t bytes)
{
	struct ts_buf shorter = {0};

	if (!ts_reply_shrink(task->reply.data, task->reply.len, bytes, &shorter)) {
		ts_buf_release(&shorter);
		return false;
	}
	ts_buf_release(&task->reply);
	task->reply = shorter;
	ts_tally_add(records->tally, TS_TALLY_CUT, 1);
	return true;
}

/* Of a batch of one record, beside its key, value and headers. */
enum { BATCH_BYTES = 128 };

static void fit(const struct ts_records *records, struct ts_task *task)
{
	const struct ts_topic_limit *topic =
	    ts_destinations_find(records->destinations, task->request.reply_topic);
	size_t overhead = BATCH_BYTES + ts_request_overhead(&task->request);

	if (topic && topic->batch_bytes > overhead &&
	    task->reply.len > topic->batch_bytes - overhead)
		shrink(records, task, topic->batch_bytes - overhead);
}

void ts_record_prepare(const struct ts_records *records, struct ts_task *task)
{
	switch (task->fate) {
	case TS_FATE_NONE:
		break;
	case TS_FATE_ANSWER:
		task->records = TS_RECORD_REPLY;
		break;
	case TS_FATE_RETRY:
		task->records = TS_RECORD_RETRY;
		return;
	case TS_FATE_LETTER:
		task->records = TS_RECORD_LETTER | TS_RECORD_REPLY;
		break;
	}
	fit(records, task);
}

static rd_kafka_headers_t *make_reply_headers(const struct ts_task *task)
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

/* The trail as this process leaves it. */
static struct ts_trail make_trail(const struct ts_task *task, enum ts_record which)
{
	struct ts_trail trail = task->request.trail;
	int64_t now = ts_unix_ms();

	trail.attempts += task->attempts;
	trail.not_before_ms = 0;
	if (which == TS_RECORD_RETRY)
		trail.not_before_ms = now + (task->due_ms - ts_now_ms());
	if (!trail.first_failure_ms)
		trail.first_failure_ms = now;
	return trail;
}

static rd_kafka_headers_t *make_trail_headers(const struct ts_records *records,
					      const struct ts_task *task,
					      enum ts_record which)
{
	const struct ts_trail trail = make_trail(task, which);
	const bool has_value = which == TS_RECORD_RETRY || task->cuts < CUT_VALUE;
	struct ts_message message = *task->message;
	struct ts_headers list;
	rd_kafka_headers_t *headers;

	if (which == TS_RECORD_LETTER && task->cuts >= CUT_HEADERS)
		message.header_count = 0;
	ts_trail_write(&trail, &message,
		       &(struct ts_failure){
			   .err = &task->err,
			   .group = records->group,
			   .value_bytes = has_value ? 0 : message.value_len,
		       },
		       &list);
	headers = ts_view_headers(&list);
	ts_headers_release(&list);
	return headers;
}

static struct ts_sketch draw_reply(const struct ts_records *records,
				   const struct ts_task *task)
{
	const struct ts_request *request = &task->request;

	return (struct ts_sketch){
	    .topic = request->reply_topic ? request->reply_topic
					  : records->config->topics.replies,
	    .partition = request->reply_partition,
	    .key = request->key,
	    .key_len = request->key_len,
	    .value = task->reply.data,
	    .value_len = task->reply.len,
	    .headers = make_reply_headers(task),
	};
}

/* The job as it came, to a retry topic or to the dead letters. */
static struct ts_sketch draw_job(const struct ts_records *records,
				 const struct ts_task *task, enum ts_record which)
{
	const struct ts_message *message = task->message;
	const bool is_letter = which == TS_RECORD_LETTER;
	struct ts_sketch sketch = {
	    .topic = is_letter ? ts_topics_get(records->topics, TS_TOPIC_LETTERS)->name
			       : ts_topics_next(records->topics, task->stage)->name,
	    .partition = RD_KAFKA_PARTITION_UA,
	    .key = message->key,
	    .key_len = message->key_len,
	    .value = message->value,
	    .value_len = message->value_len,
	    .headers = make_trail_headers(records, task, which),
	};

	if (is_letter && task->cuts >= CUT_VALUE) {
		sketch.value = "";
		sketch.value_len = 0;
	}
	if (is_letter && task->cuts >= CUT_KEY) {
		sketch.key = NULL;
		sketch.key_len = 0;
	}
	return sketch;
}

rd_kafka_resp_err_t ts_record_produce(const struct ts_records *records,
				      rd_kafka_t *producer, struct ts_task *task,
				      enum ts_record which)
{
	struct ts_sketch sketch = which == TS_RECORD_REPLY
				      ? draw_reply(records, task)
				      : draw_job(records, task, which);

	sketch.opaque = task;
	return ts_sketch_produce(producer, &sketch);
}

enum ts_record ts_record_of(const struct ts_records *records,
			    const rd_kafka_message_t *report)
{
	const struct ts_topic *topic =
	    ts_topics_find(records->topics, rd_kafka_topic_name(report->rkt));

	if (topic && topic->role == TS_TOPIC_LETTERS)
		return TS_RECORD_LETTER;
	return topic && topic->role == TS_TOPIC_RETRY ? TS_RECORD_RETRY
						      : TS_RECORD_REPLY;
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

static bool is_too_large(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
}

/* Of this record and of none else; another time it says the same. */
static bool is_about_record(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
	       code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION;
}

/* No retry topic takes the job: its failure is its answer. */
static bool amend_retry(const struct ts_records *records, struct ts_task *task,
			rd_kafka_resp_err_t code)
{
	ts_task_log(task, TS_LOG_WARN, "retry.refused",
		    TS_STR("reason", rd_kafka_err2str(code)));
	task->fate = TS_FATE_LETTER;
	ts_sync_answer_error(task, records->record_bytes);
	ts_record_prepare(records, task);
	return true;
}

/* Without the dead letters' topic nothing can be set aside: wait for it. */
static bool amend_letter(struct ts_task *task, rd_kafka_resp_err_t code)
{
	if (!is_too_large(code) || task->cuts == CUT_KEY)
		return false;
	task->cuts++;
	return true;
}

/* Nobody takes the answer: the job is set aside with that. */
static bool give_up_reply(const struct ts_records *records, struct ts_task *task,
			  rd_kafka_resp_err_t code)
{
	task->records &= ~(unsigned)TS_RECORD_REPLY;
	ts_tally_add(records->tally, TS_TALLY_REPLY_LETTERS, 1);
	ts_task_log(task, TS_LOG_ERROR, "reply.refused",
		    TS_STR("reason", rd_kafka_err2str(code)));
	if (task->fate == TS_FATE_LETTER)
		return true; /* it is among them already */
	ts_fail(&task->err, TS_E_PUBLISH_FAILED, "no topic takes the reply: %s",
		rd_kafka_err2str(code));
	task->fate = TS_FATE_LETTER;
	task->records = TS_RECORD_LETTER;
	return true;
}

static bool amend_reply(const struct ts_records *records, struct ts_task *task,
			rd_kafka_resp_err_t code)
{
	struct ts_request *request = &task->request;

	if (is_too_large(code) && shrink(records, task, task->reply.len / 2))
		return true;
	if (request->reply_topic || request->reply_partition >= 0) {
		ts_task_log(task, TS_LOG_WARN, "reply.diverted",
			    TS_STR("topic", request->reply_topic),
			    TS_STR("reason", rd_kafka_err2str(code)));
		ts_tally_add(records->tally, TS_TALLY_DIVERTED, 1);
		if (request->reply_topic)
			warn(task, request->reply_topic, rd_kafka_err2str(code));
		ts_request_use_default(request);
		return true;
	}
	if (is_about_record(code))
		return give_up_reply(records, task, code);
	if (!is_too_large(code))
		return false;
	if (!request->key)
		return give_up_reply(records, task, code);
	free(request->key); /* the last thing that can be left out */
	request->key = NULL;
	request->key_len = 0;
	return true;
}

bool ts_record_amend(const struct ts_records *records, struct ts_task *task,
		     enum ts_record which, rd_kafka_resp_err_t code)
{
	if (!is_lasting(code))
		return false;
	if (which == TS_RECORD_REPLY)
		return amend_reply(records, task, code);
	return which == TS_RECORD_RETRY ? amend_retry(records, task, code)
					: amend_letter(task, code);
}
