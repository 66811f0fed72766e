/* transaction.c - see transaction.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/transaction.h"
#include "base/clock.h"
#include "kafka/fault.h"
#include "kafka/refusals.h"
#include <limits.h>

enum {
	STEP_MS = 100,    /* of waiting, between two looks at is_stopping */
	PAUSE_MS = 10,    /* before the same call once more */
	LET_GO_MS = 1000, /* for records that are purged */
};

/* The moments of a transaction that is under way. */
struct schedule {
	int64_t strange_at_ms; /* that the records are not in their topics yet */
	int64_t ready_by_ms;   /* or it is aborted */
	int64_t known_by_ms; /* whether it is committed; by then the broker has given it
				up itself */
};

void ts_transaction_release(struct ts_transaction *transaction)
{
	ts_chain_release(&transaction->tasks);
	if (transaction->offsets)
		rd_kafka_topic_partition_list_destroy(transaction->offsets);
	if (transaction->group)
		rd_kafka_consumer_group_metadata_destroy(transaction->group);
	*transaction = (struct ts_transaction){0};
}

/* Frees `error`. */
static enum ts_remedy judge(rd_kafka_error_t *error, bool is_committing,
			    struct ts_transaction *transaction)
{
	const struct ts_fault fault = {
	    .code = rd_kafka_error_code(error),
	    .is_fatal = rd_kafka_error_is_fatal(error),
	    .is_retriable = rd_kafka_error_is_retriable(error),
	    .requires_abort = rd_kafka_error_txn_requires_abort(error),
	    .is_committing = is_committing,
	};

	ts_fail(&transaction->err, TS_E_BROKER, "%s", rd_kafka_error_string(error));
	transaction->code = fault.code;
	rd_kafka_error_destroy(error);
	return ts_fault_judge(&fault);
}

/* librdkafka has no room: serve reports until it has. */
static rd_kafka_resp_err_t produce(struct ts_runner *runner, struct ts_task *task,
				   enum ts_record which, int64_t deadline_ms)
{
	rd_kafka_resp_err_t code;

	while ((code = ts_record_produce(runner->records, runner->producer, task,
					 which)) == RD_KAFKA_RESP_ERR__QUEUE_FULL &&
	       ts_now_ms() < deadline_ms && !runner->is_stopping)
		rd_kafka_poll(runner->producer, STEP_MS);
	return code;
}

/* The transaction has failed already: the next call that waits tells why. */
static bool has_failed(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__FATAL ||
	       code == RD_KAFKA_RESP_ERR__FENCED;
}

/* All records of all tasks; task->records stays, for another time. */
static void produce_all(struct ts_runner *runner, struct ts_transaction *transaction,
			int64_t deadline_ms)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (struct ts_task *task = transaction->tasks.head;
	     task && !code && !runner->failed; task = task->next) {
		const unsigned records = task->records;
		enum ts_record which;

		while (!code && (which = ts_record_next(task))) {
			code = produce(runner, task, which, deadline_ms);
			task->records &= ~(unsigned)which;
			if (code && !has_failed(code))
				ts_refuse(runner, task, which, code);
		}
		task->records = records;
	}
}

typedef rd_kafka_error_t *call(struct ts_runner *runner,
			       const struct ts_transaction *transaction,
			       int timeout_ms);

static rd_kafka_error_t *begin(struct ts_runner *runner,
			       const struct ts_transaction *transaction, int timeout_ms)
{
	(void)transaction;
	(void)timeout_ms;
	return rd_kafka_begin_transaction(runner->producer);
}

static rd_kafka_error_t *send_offsets(struct ts_runner *runner,
				      const struct ts_transaction *transaction,
				      int timeout_ms)
{
	return rd_kafka_send_offsets_to_transaction(
	    runner->producer, transaction->offsets, transaction->group, timeout_ms);
}

static rd_kafka_error_t *commit(struct ts_runner *runner,
				const struct ts_transaction *transaction,
				int timeout_ms)
{
	(void)transaction;
	return rd_kafka_commit_transaction(runner->producer, timeout_ms);
}

static rd_kafka_error_t *abort_it(struct ts_runner *runner,
				  const struct ts_transaction *transaction,
				  int timeout_ms)
{
	(void)transaction;
	return rd_kafka_abort_transaction(runner->producer, timeout_ms);
}

/* Call until it is done or its time is over. */
static enum ts_remedy make_call(struct ts_runner *runner,
				struct ts_transaction *transaction, call *function,
				int64_t deadline_ms)
{
	for (;;) {
		rd_kafka_error_t *error = function(
		    runner, transaction, ts_remaining_ms(deadline_ms, INT_MAX));
		enum ts_remedy remedy;

		if (!error) {
			transaction->err = (struct ts_error){0};
			return TS_REMEDY_NONE;
		}
		remedy = judge(error, function == commit, transaction);
		if (remedy != TS_REMEDY_REPEAT)
			return remedy;
		if (ts_now_ms() >= deadline_ms)
			return function == send_offsets ? TS_REMEDY_ABORT
							: TS_REMEDY_GIVE_UP;
		rd_kafka_poll(runner->producer, PAUSE_MS);
	}
}

/* Wait until every record is in its topic.  commit would wait, too, but could not say
 * of which record it is in vain; and what has failed is not told while one waits, but
 * by sending the offsets once more. */
static enum ts_remedy await_reports(struct ts_runner *runner,
				    struct ts_transaction *transaction,
				    const struct schedule *schedule)
{
	enum ts_remedy remedy = TS_REMEDY_NONE;
	bool is_strange = false;

	while (!remedy && !runner->failed && rd_kafka_outq_len(runner->producer)) {
		if (ts_now_ms() >= schedule->ready_by_ms || runner->is_stopping) {
			ts_fail(&transaction->err, TS_E_BROKER,
				"%d records were not taken in time",
				rd_kafka_outq_len(runner->producer));
			return TS_REMEDY_ABORT;
		}
		if (!is_strange && ts_now_ms() >= schedule->strange_at_ms) {
			is_strange = true;
			ts_refusals_find_gone(runner, transaction);
		} else if (rd_kafka_flush(runner->producer, STEP_MS) ||
			   runner->purged) {
			remedy = make_call(runner, transaction, send_offsets,
					   schedule->ready_by_ms);
		}
	}
	return remedy || !(runner->failed + runner->purged) ? remedy : TS_REMEDY_ABORT;
}

static enum ts_remedy attempt(struct ts_runner *runner,
			      struct ts_transaction *transaction,
			      const struct schedule *schedule)
{
	enum ts_remedy remedy =
	    make_call(runner, transaction, begin, schedule->ready_by_ms);

	if (remedy)
		return remedy;
	runner->is_open = true;
	produce_all(runner, transaction, schedule->ready_by_ms);
	if (runner->failed)
		return TS_REMEDY_ABORT;
	/* the records travel meanwhile */
	remedy = make_call(runner, transaction, send_offsets, schedule->ready_by_ms);
	if (!remedy)
		remedy = await_reports(runner, transaction, schedule);
	if (!remedy)
		remedy = make_call(runner, transaction, commit, schedule->known_by_ms);
	if (!remedy)
		runner->is_open = false;
	return remedy;
}

static enum ts_remedy abort_transaction(struct ts_runner *runner,
					struct ts_transaction *transaction,
					int64_t deadline_ms)
{
	struct ts_transaction aborting = {0};
	enum ts_remedy remedy = make_call(runner, &aborting, abort_it, deadline_ms);

	if (remedy) {
		ts_wrap(&aborting.err, "aborting, since %s", transaction->err.text);
		transaction->err = aborting.err;
		return TS_REMEDY_GIVE_UP;
	}
	runner->is_open = false;
	if (!runner->failed && ts_repute_concerns(transaction->code))
		ts_refusals_find_culprits(runner, transaction);
	/* a try that was not aborted: librdkafka still reads a record of it */
	return runner->is_open ? TS_REMEDY_GIVE_UP : TS_REMEDY_NONE;
}

/* librdkafka reads the records in the tasks until their reports are served. */
static void let_go(struct ts_runner *runner, struct ts_transaction *transaction)
{
	if (rd_kafka_outq_len(runner->producer)) {
		rd_kafka_purge(runner->producer,
			       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(runner->producer, LET_GO_MS);
	}
	if (rd_kafka_outq_len(runner->producer))
		ts_chain_join(&runner->kept, &transaction->tasks);
}

static enum ts_verdict conclude(struct ts_runner *runner,
				struct ts_transaction *transaction,
				enum ts_remedy remedy, int64_t deadline_ms)
{
	enum ts_remedy aborting;

	switch (remedy) {
	case TS_REMEDY_NONE:
		return TS_VERDICT_COMMITTED;
	case TS_REMEDY_ABORT:
	case TS_REMEDY_DISOWN:
		if (!transaction->err.code)
			ts_refusals_explain(transaction);
		aborting = abort_transaction(runner, transaction, deadline_ms);
		if (!aborting)
			return remedy == TS_REMEDY_DISOWN ? TS_VERDICT_DISOWNED
							  : TS_VERDICT_AGAIN;
		break;
	case TS_REMEDY_REPEAT:
	case TS_REMEDY_GIVE_UP:
		break;
	}
	let_go(runner, transaction);
	return TS_VERDICT_UNFIT;
}

void ts_runner_run(struct ts_runner *runner, struct ts_transaction *transaction)
{
	const int64_t begun = ts_now_ms();
	const struct schedule schedule = {
	    .strange_at_ms = begun + runner->timeout_ms / 10,
	    .ready_by_ms = begun + runner->timeout_ms * 6 / 10,
	    .known_by_ms = begun + runner->timeout_ms * 2,
	};

	runner->failed = runner->purged = 0;
	if (ts_refusals_foresee(runner, transaction)) {
		ts_refusals_explain(transaction);
		transaction->verdict = TS_VERDICT_AGAIN;
	} else {
		transaction->verdict = conclude(runner, transaction,
						attempt(runner, transaction, &schedule),
						schedule.known_by_ms);
	}
	transaction->took_ms = ts_now_ms() - begun;
}

void ts_runner_close(struct ts_runner *runner, int limit_ms)
{
	struct ts_transaction none = {0};

	if (runner->is_open && !rd_kafka_fatal_error(runner->producer, NULL, 0))
		make_call(runner, &none, abort_it, ts_now_ms() + limit_ms);
	let_go(runner, &none);
	ts_repute_release(&runner->repute);
}
