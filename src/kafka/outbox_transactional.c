/* outbox_transactional.c - exactly once: a transaction completes jobs; see outbox.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/bundle.h"
#include "kafka/membership.h"
#include "kafka/outbox.h"
#include "kafka/transactor.h"
#include <stdlib.h>

enum {
	GATHER_MS = 100, /* from the first record to its transaction, at the latest */
	AGAIN_MS = 250,  /* after one that Kafka could not do */
};

struct transactional {
	struct ts_transactor *transactor;
	uint32_t generation; /* of what waits */
	int64_t gathered_ms; /* when what waits has waited long enough */
	int64_t paused_till_ms;
	size_t most; /* jobs of the next transaction: what is too much for its time-out
			would be so for ever */
};

static bool open_transactional(struct ts_outbox *outbox, int64_t deadline_ms,
			       struct ts_error *err)
{
	const struct ts_outbox_parts *parts = &outbox->parts;
	struct transactional *state = ts_calloc(1, sizeof(*state));

	if (!ts_transactor_start(parts->records->config, parts->records, parts->wake_fd,
				 parts->stop_fd, deadline_ms, &state->transactor,
				 err)) {
		free(state);
		return false;
	}
	state->most = SIZE_MAX;
	outbox->state = state;
	return true;
}

static void send_transactional(struct ts_outbox *outbox, struct ts_task *task)
{
	struct transactional *state = outbox->state;

	if (!outbox->waiting.count)
		state->gathered_ms = ts_now_ms() + GATHER_MS;
	ts_chain_add(&outbox->waiting, task);
}

/* In front of what came after them. */
static void put_back(struct ts_outbox *outbox, struct ts_chain *tasks)
{
	ts_chain_join(tasks, &outbox->waiting);
	ts_chain_join(&outbox->waiting, tasks);
}

/* The verdict of a transaction.  False: the process is unfit. */
static bool judge(struct ts_outbox *outbox, struct ts_transaction *transaction,
		  int64_t now_ms, struct ts_outbox_turn *ret_turn, struct ts_error *err)
{
	struct ts_tally *tally = outbox->parts.records->tally;
	struct transactional *state = outbox->state;
	bool is_committed = transaction->verdict == TS_VERDICT_COMMITTED;

	ts_tally_add(tally, is_committed ? TS_TALLY_TRANSACTIONS : TS_TALLY_ABORTED, 1);
	if (!is_committed)
		ts_log(TS_LOG_WARN, "transaction.aborted",
		       TS_INT("jobs", (int64_t)transaction->tasks.count),
		       TS_STR("reason", transaction->err.text));
	switch (transaction->verdict) {
	case TS_VERDICT_COMMITTED:
		state->most = state->most > SIZE_MAX / 2 ? SIZE_MAX : state->most * 2;
		ts_chain_join(&ret_turn->done, &transaction->tasks);
		break;
	case TS_VERDICT_AGAIN:
		if (!transaction->is_amended) {
			state->paused_till_ms = now_ms + AGAIN_MS;
			state->most = (transaction->tasks.count + 1) / 2;
		}
		put_back(outbox, &transaction->tasks);
		break;
	case TS_VERDICT_DISOWNED:
		ts_chain_join(&ret_turn->dropped, &transaction->tasks);
		break;
	case TS_VERDICT_UNFIT:
		ts_chain_join(&ret_turn->dropped, &transaction->tasks);
		*err = transaction->err;
		return false;
	}
	return true;
}

/* What belongs to partitions that are somebody else's now. */
static void drop_foreign(struct ts_outbox *outbox,
			 const struct ts_assignment *assignment,
			 struct ts_chain *ret_dropped)
{
	struct transactional *state = outbox->state;
	struct ts_chain all = {0};
	struct ts_task *task;

	if (state->generation == assignment->generation)
		return;
	state->generation = assignment->generation;
	ts_chain_join(&all, &outbox->waiting);
	while ((task = ts_chain_take(&all)))
		ts_chain_add(task->generation == assignment->generation
				 ? &outbox->waiting
				 : ret_dropped,
			     task);
}

/* Is it time for a transaction: has what waits waited long enough, or is there nothing
 * else to wait for? */
static bool is_time(const struct ts_outbox *outbox,
		    const struct ts_assignment *assignment, int64_t now_ms)
{
	const struct transactional *state = outbox->state;

	if (!outbox->waiting.count || !assignment->membership ||
	    now_ms < state->paused_till_ms || !ts_transactor_is_idle(state->transactor))
		return false;
	return now_ms >= state->gathered_ms ||
	       assignment->in_flight == assignment->held + outbox->waiting.count;
}

static void hand_over(struct ts_outbox *outbox, const struct ts_assignment *assignment,
		      int64_t now_ms)
{
	struct transactional *state = outbox->state;
	struct ts_transaction transaction = {0};
	struct ts_chain some = {0};

	state->gathered_ms = now_ms + GATHER_MS;
	while (outbox->waiting.count && some.count < state->most)
		ts_chain_add(&some, ts_chain_take(&outbox->waiting));
	transaction.offsets = ts_bundle_make(assignment, &some, &transaction.tasks);
	put_back(outbox, &some);
	if (!transaction.tasks.count) {
		state->most = SIZE_MAX; /* the lowest may be among the others */
		ts_transaction_release(&transaction);
		return;
	}
	transaction.group = ts_membership_copy(assignment->membership);
	ts_transactor_submit(state->transactor, &transaction);
}

static bool turn_transactional(struct ts_outbox *outbox,
			       struct ts_assignment *assignment, int64_t now_ms,
			       struct ts_outbox_turn *ret_turn, struct ts_error *err)
{
	struct transactional *state = outbox->state;
	struct ts_transaction transaction = {0};
	bool ok = true;

	if (ts_transactor_collect(state->transactor, &transaction)) {
		/* Some of it may be older than what waits. */
		state->generation = 0;
		ok = judge(outbox, &transaction, now_ms, ret_turn, err);
		ts_transaction_release(&transaction);
	}
	drop_foreign(outbox, assignment, &ret_turn->dropped);
	/* The next offsets hold what is done now: not before the windows know of it. */
	if (ok && !ret_turn->done.count && is_time(outbox, assignment, now_ms))
		hand_over(outbox, assignment, now_ms);
	return ok;
}

/* While a transaction is under way, its end is what wakes the engine. */
static int64_t due_ms_transactional(const struct ts_outbox *outbox)
{
	const struct transactional *state = outbox->state;

	if (!outbox->waiting.count || !ts_transactor_is_idle(state->transactor))
		return TS_FOREVER;
	return state->gathered_ms > state->paused_till_ms ? state->gathered_ms
							  : state->paused_till_ms;
}

static bool close_transactional(struct ts_outbox *outbox, int64_t deadline_ms)
{
	struct transactional *state = outbox->state;

	if (!ts_transactor_stop(state->transactor, deadline_ms))
		return false;
	free(state);
	return true;
}

const struct ts_outbox_kind ts_outbox_transactional = {
    .open = open_transactional,
    .send = send_transactional,
    .turn = turn_transactional,
    .due_ms = due_ms_transactional,
    .close = close_transactional,
};
