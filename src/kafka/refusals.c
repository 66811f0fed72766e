/* refusals.c - see refusals.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/refusals.h"
#include "base/clock.h"
#include <assert.h>

enum {
	ASK_MS = 1000,   /* for what the broker says of a topic */
	ABORT_MS = 5000, /* for a transaction that was only a try */
};

static bool is_purged(int code)
{
	return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
	       code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

void ts_refuse(struct ts_runner *runner, struct ts_task *task, enum ts_record which,
	       rd_kafka_resp_err_t code)
{
	if (is_purged(code))
		runner->purged++;
	else
		runner->failed++;
	if (task->refusal && !is_purged(task->refusal))
		return;
	task->refusal = code;
	task->refused = which;
}

void ts_refusals_report(rd_kafka_t *producer, const rd_kafka_message_t *report,
			void *opaque)
{
	struct ts_runner *runner = opaque;
	struct ts_task *task = report->_private;
	const char *topic = rd_kafka_topic_name(report->rkt);
	(void)producer;

	assert(task->magic == TS_TASK_MAGIC);
	if (report->err) {
		ts_refuse(runner, task, ts_record_of(runner->records, report),
			  report->err);
		ts_repute_note_refusal(&runner->repute, topic, report->err,
				       ts_now_ms());
	} else if (report->offset < 0) { /* nobody knows where it is */
		runner->failed++;
	} else {
		ts_repute_note_success(&runner->repute, topic);
	}
}

/* The one that may have another place, if its topic does not take it. */
static enum ts_record avoidable_record(const struct ts_task *task)
{
	if (task->records & TS_RECORD_RETRY)
		return TS_RECORD_RETRY;
	return task->records & TS_RECORD_REPLY ? TS_RECORD_REPLY : TS_RECORD_NONE;
}

/* The topic that could be avoided; NULL where there is none. */
static const char *avoidable_topic(const struct ts_runner *runner,
				   const struct ts_task *task, enum ts_record which)
{
	if (which == TS_RECORD_RETRY)
		return ts_topics_next(runner->records->topics, task->stage)->name;
	return which == TS_RECORD_REPLY ? task->request.reply_topic : NULL;
}

bool ts_refusals_foresee(struct ts_runner *runner, struct ts_transaction *transaction)
{
	const int64_t now = ts_now_ms();

	for (struct ts_task *task = transaction->tasks.head; task; task = task->next) {
		const enum ts_record which = avoidable_record(task);
		const char *topic = avoidable_topic(runner, task, which);
		rd_kafka_resp_err_t code;

		if (!topic)
			continue;
		code = ts_repute_of(&runner->repute, topic, now);
		if (code)
			ts_refuse(runner, task, which, code);
	}
	return runner->failed > 0;
}

static bool is_gone(struct ts_runner *runner, const char *topic)
{
	struct ts_error ignored;
	int partitions;

	return ts_topic_partitions(runner->producer, topic, ts_now_ms() + ASK_MS,
				   &partitions, &ignored) &&
	       !partitions;
}

/* A topic that was deleted: the broker does not let the others' records in before that
 * one is there, and librdkafka does not tell. */
void ts_refusals_find_gone(struct ts_runner *runner, struct ts_transaction *transaction)
{
	const rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	const int64_t now = ts_now_ms();

	for (struct ts_task *task = transaction->tasks.head; task; task = task->next) {
		const enum ts_record which = avoidable_record(task);
		const char *topic = avoidable_topic(runner, task, which);

		if (!topic)
			continue;
		if (!ts_repute_of(&runner->repute, topic, now) &&
		    !ts_repute_was_seen(&runner->repute, topic, now)) {
			ts_repute_note_sight(&runner->repute, topic, now);
			if (is_gone(runner, topic))
				ts_repute_note_refusal(&runner->repute, topic, code,
						       now);
		}
		if (ts_repute_of(&runner->repute, topic, now))
			ts_refuse(runner, task, which, code);
	}
}

static bool succeeds(rd_kafka_error_t *error)
{
	if (!error)
		return true;
	rd_kafka_error_destroy(error);
	return false;
}

/* Does the topic take this record?  Tried in a transaction that is aborted. */
static void try_topic(struct ts_runner *runner, struct ts_task *task,
		      enum ts_record which)
{
	if (!succeeds(rd_kafka_begin_transaction(runner->producer)))
		return;
	runner->is_open = true;
	if (!ts_record_produce(runner->records, runner->producer, task, which))
		rd_kafka_flush(runner->producer, ASK_MS);
	runner->is_open =
	    !succeeds(rd_kafka_abort_transaction(runner->producer, ABORT_MS));
}

void ts_refusals_find_culprits(struct ts_runner *runner,
			       struct ts_transaction *transaction)
{
	const int64_t now = ts_now_ms();
	bool is_found = false;

	for (struct ts_task *task = transaction->tasks.head; task; task = task->next) {
		const enum ts_record which = avoidable_record(task);
		const char *topic = avoidable_topic(runner, task, which);

		if (!topic || runner->is_open)
			continue;
		if (!ts_repute_of(&runner->repute, topic, now) &&
		    !ts_repute_has_worked(&runner->repute, topic)) {
			try_topic(runner, task, which);
			if (!ts_repute_has_worked(&runner->repute, topic))
				ts_repute_note_refusal(&runner->repute, topic,
						       transaction->code, now);
		}
		if (!ts_repute_of(&runner->repute, topic, now))
			continue;
		ts_refuse(runner, task, which, transaction->code);
		is_found = true;
	}
	if (!is_found) /* one that has worked does so no more: try all next time */
		ts_repute_doubt(&runner->repute);
}

void ts_refusals_explain(struct ts_transaction *transaction)
{
	for (struct ts_task *task = transaction->tasks.head; task; task = task->next) {
		if (!task->refusal || is_purged(task->refusal))
			continue;
		transaction->code = (rd_kafka_resp_err_t)task->refusal;
		ts_fail(&transaction->err, TS_E_BROKER, "a record of job '%s': %s",
			task->request.job_id, rd_kafka_err2str(transaction->code));
		return;
	}
	ts_fail(&transaction->err, TS_E_BROKER,
		"it is not known where one of the records is");
}
