/* flow.c - see flow.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/flow.h"
#include "base/clock.h"
#include "base/log.h"
#include "kafka/incoming.h"
#include "pool/fate.h"
#include <assert.h>

enum {
	TURN_MESSAGES = 64, /* of one partition, before the next has its turn */
	TASK_BYTES = 64 * 1024 * 1024, /* of messages in the process */
	FULL_BYTES = 64 * 1024,        /* half of queued.max.messages.kbytes, conf.c */
	HOUR_MS = 60 * 60 * 1000,      /* for which a catalog may ask not to be tried */
};

static void free_task(struct ts_flow *flow, struct ts_task *task)
{
	flow->alive--;
	flow->alive_bytes -= task->bytes;
	*(task->older ? &task->older->newer : &flow->oldest) = task->newer;
	*(task->newer ? &task->newer->older : &flow->newest) = task->older;
	ts_task_free(task);
}

/* It is in the process from now on. */
static void count_task(struct ts_flow *flow, struct ts_task *task)
{
	flow->alive++;
	flow->alive_bytes += task->bytes;
	task->older = flow->newest;
	*(flow->newest ? &flow->newest->newer : &flow->oldest) = task;
	flow->newest = task;
}

/* Will not be answered here: its partition is somebody else's now, or will be. */
static void drop_task(struct ts_flow *flow, struct ts_task *task)
{
	ts_tally_add(flow->records->tally, TS_TALLY_DROPPED, 1);
	ts_assignment_forget(flow->assignment, task->generation);
	free_task(flow, task);
}

static void log_outcome(const struct ts_task *task)
{
	enum ts_code code = task->err.code;

	if (code == TS_OK)
		ts_task_log(task, TS_LOG_DEBUG, "job.done");
	else
		ts_task_log(
		    task, ts_code_status(code) >= 500 ? TS_LOG_WARN : TS_LOG_INFO,
		    task->fate == TS_FATE_RETRY ? "job.retried" : "job.failed",
		    TS_STR("error", ts_code_name(code)), TS_STR("text", task->err.text),
		    TS_INT("attempts", task->attempts),
		    TS_STR("dead_letter", task->fate == TS_FATE_LETTER ? "yes" : "no"));
}

/* What the job tells of the catalog, if anything. */
static void judge_catalog(struct ts_flow *flow, const struct ts_task *task)
{
	if (task->err.code == TS_E_CATALOG_UNREACHABLE)
		flow->catalog_failed_ms = ts_now_ms();
	else if (task->timing.is_written)
		flow->catalog_failed_ms = 0;
}

static void count_outcome(const struct ts_task *task, struct ts_tally *tally)
{
	const struct ts_timing *timing = &task->timing;

	if (timing->is_known) {
		ts_tally_time(tally, TS_DURATION_QUEUED, timing->queued_ms);
		ts_tally_time(tally, TS_DURATION_READ, timing->read_ms);
	}
	if (timing->is_written)
		ts_tally_time(tally, TS_DURATION_WRITE, timing->write_ms);
	if (task->fate == TS_FATE_RETRY) {
		ts_tally_add(tally, TS_TALLY_RETRIED, 1);
		return;
	}
	tally->answered[task->err.code]++;
	if (task->fate == TS_FATE_LETTER)
		ts_tally_add(tally, TS_TALLY_LETTERS, 1);
}

/* From here on the reply is what takes the memory. */
static void send_task(struct ts_flow *flow, struct ts_task *task)
{
	log_outcome(task);
	judge_catalog(flow, task);
	count_outcome(task, flow->records->tally);
	task->bytes += task->reply.len;
	flow->alive_bytes += task->reply.len;
	ts_record_prepare(flow->records, task);
	ts_outbox_send(flow->outbox, task);
}

/* Not run: the outcome is known already. */
static void end_task(struct ts_flow *flow, struct ts_task *task, int64_t now_ms)
{
	ts_fate_settle(flow->records->config, task, flow->records->record_bytes,
		       now_ms);
	send_task(flow, task);
}

/* Has it crashed a process? */
static void suspect(struct ts_flow *flow, struct ts_task *task)
{
	int crashes = ts_crashes_count(flow->crashes, task);

	if (!crashes)
		return;
	task->is_suspect = true;
	ts_tally_add(flow->records->tally, TS_TALLY_CRASHES, 1);
	ts_task_log(task, TS_LOG_INFO, "job.suspect", TS_INT("crashes", crashes));
	if (crashes < TS_CRASHES_MAX)
		return;
	task->attempts = crashes;
	ts_fail(&task->err, TS_E_WORKER_CRASH, "%d times", crashes);
}

/* To the pool, or ended at once, or held until its time has come. */
static void begin_task(struct ts_flow *flow, struct ts_partition *partition,
		       struct ts_task *task, int64_t now_ms, struct ts_chain *ret_tasks)
{
	int64_t delay = partition->topic->delay_ms;
	int64_t latest = now_ms + (delay > HOUR_MS ? delay : HOUR_MS);

	if (task->due_ms > latest) /* who wrote that has a wrong clock */
		task->due_ms = latest;
	if (task->err.code == TS_OK && task->due_ms > now_ms) {
		assert(!partition->held); /* its queue is not read meanwhile */
		partition->held = task;
		flow->assignment->held++;
		flow->held_bytes += task->bytes;
		flow->may_wait = true;
	} else if (task->err.code == TS_OK) {
		ts_chain_add(ret_tasks, task);
	} else {
		end_task(flow, task, now_ms);
	}
}

/* One message: begun, or complete already. */
static bool take_message(struct ts_flow *flow, size_t index,
			 const rd_kafka_message_t *message, int64_t now_ms,
			 struct ts_chain *ret_tasks, struct ts_error *err)
{
	struct ts_assignment *assignment = flow->assignment;
	struct ts_partition *partition = &assignment->partitions[index];
	struct ts_window *window = &partition->window;
	struct ts_task *task;

	if (ts_window_went_back(window, message->offset))
		return ts_fail(
		    err, TS_E_BROKER,
		    "partition %d of '%s' went back from offset %lld to %lld: "
		    "it was made anew or cut",
		    message->partition, partition->topic->name, (long long)window->next,
		    (long long)message->offset);
	if (!ts_window_enter(window, message->offset))
		return true;
	task = ts_incoming_task(message, partition->topic->is_ours);
	task->stage = partition->topic->stage;
	task->generation = assignment->generation;
	task->partition = (int32_t)index;
	partition->read_bytes += message->len + message->key_len;
	assignment->in_flight++;
	count_task(flow, task);
	ts_tally_add(flow->records->tally, TS_TALLY_RECEIVED, 1);
	ts_destinations_route(flow->records->destinations,
			      !assignment->is_transactional, &task->request);
	if (task->err.code == TS_OK)
		suspect(flow, task);
	begin_task(flow, partition, task, now_ms, ret_tasks);
	return true;
}

/* What is held takes no part in this: it is one for each partition at the most, and
 * only what is read on lets go of it. */
static bool has_room(const struct ts_flow *flow)
{
	return flow->alive - flow->assignment->held < flow->limit &&
	       flow->alive_bytes - flow->held_bytes < TASK_BYTES;
}

/* Does the head of a retry topic's partition still wait? */
static bool is_held(struct ts_flow *flow, struct ts_partition *partition,
		    int64_t now_ms, struct ts_chain *ret_tasks)
{
	struct ts_task *task = partition->held;

	if (!task)
		return false;
	if (task->due_ms > now_ms) {
		flow->due_ms =
		    task->due_ms < flow->due_ms ? task->due_ms : flow->due_ms;
		return true;
	}
	partition->held = NULL;
	flow->assignment->held--;
	flow->held_bytes -= task->bytes;
	ts_chain_add(ret_tasks, task);
	return false;
}

/* Read up to a turn's messages of a partition.  *ret_has_more: there may be more. */
static bool read_partition(struct ts_flow *flow, size_t index, int64_t now_ms,
			   struct ts_chain *ret_tasks, bool *ret_has_more,
			   struct ts_error *err)
{
	struct ts_partition *partition = &flow->assignment->partitions[index];
	const rd_kafka_message_t *message;
	rd_kafka_event_t *event;
	bool ok = true;
	int taken = 0;

	while (ok && taken < TURN_MESSAGES && has_room(flow) &&
	       !is_held(flow, partition, now_ms, ret_tasks) &&
	       !ts_window_is_full(&partition->window) &&
	       (event = rd_kafka_queue_poll(partition->queue, 0))) {
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
			ts_log(TS_LOG_WARN, "kafka.error",
			       TS_STR("text", rd_kafka_event_error_string(event)));
		while (ok && (message = rd_kafka_event_message_next(event)))
			ok = take_message(flow, index, message, now_ms, ret_tasks, err);
		rd_kafka_event_destroy(event);
		taken++;
	}
	*ret_has_more |= taken == TURN_MESSAGES;
	if (taken < TURN_MESSAGES && has_room(flow)) {
		/* It was full before, as librdkafka counts. */
		flow->has_run_dry |= partition->read_bytes >= FULL_BYTES;
		partition->read_bytes = 0;
	}
	return ok;
}

bool ts_flow_read(struct ts_flow *flow, int64_t now_ms, struct ts_error *err)
{
	struct ts_chain tasks = {0};
	bool has_more = true, ok = true;

	flow->due_ms = TS_FOREVER;
	flow->has_run_dry = false;
	while (ok && has_more && has_room(flow)) {
		has_more = false;
		for (size_t i = 0; ok && i < flow->assignment->count; i++)
			ok = read_partition(flow, i, now_ms, &tasks, &has_more, err);
		flow->may_wait |= tasks.count > 0;
		ts_pool_submit(flow->pool, &tasks);
	}
	if (flow->has_run_dry)
		ts_poke_all(flow->poke, now_ms);
	return ok;
}

/* Is its partition still ours?  Where it is not, the task is dropped. */
static bool keep(struct ts_flow *flow, struct ts_task *task)
{
	if (task->generation == flow->assignment->generation)
		return true;
	drop_task(flow, task);
	return false;
}

static void complete_task(struct ts_flow *flow, struct ts_task *task, int64_t now_ms)
{
	if (task->fate != TS_FATE_RETRY)
		ts_tally_time(flow->records->tally, TS_DURATION_JOB,
			      now_ms - task->received_ms);
	/* One that goes to a retry topic has yet to show that it does no harm. */
	if (task->is_suspect && task->fate != TS_FATE_RETRY)
		ts_crashes_forget(flow->crashes, task);
	ts_assignment_complete(flow->assignment, task->generation, task->partition,
			       task->offset);
	free_task(flow, task);
}

/* One turn of the outbox.  *ret_has_more: something came out. */
static bool turn_outbox(struct ts_flow *flow, int64_t now_ms, bool *ret_has_more,
			struct ts_error *err)
{
	struct ts_outbox_turn turn = {0};
	struct ts_task *task;
	bool ok = ts_outbox_turn(flow->outbox, flow->assignment, now_ms, &turn, err);

	*ret_has_more = turn.done.count || turn.dropped.count;
	while ((task = ts_chain_take(&turn.done)))
		complete_task(flow, task, now_ms);
	while ((task = ts_chain_take(&turn.dropped)))
		drop_task(flow, task);
	return ok;
}

bool ts_flow_finish(struct ts_flow *flow, int64_t now_ms, struct ts_error *err)
{
	struct ts_chain finished = {0};
	struct ts_task *task;
	bool has_more = true;

	ts_pool_collect(flow->pool, &finished);
	while ((task = ts_chain_take(&finished)))
		if (task->fate == TS_FATE_NONE)
			drop_task(flow, task);
		else if (keep(flow, task))
			send_task(flow, task);
	while (has_more)
		if (!turn_outbox(flow, now_ms, &has_more, err))
			return false;
	return true;
}

static void drop_held(struct ts_flow *flow)
{
	for (size_t i = 0; i < flow->assignment->count; i++) {
		struct ts_partition *partition = &flow->assignment->partitions[i];

		if (partition->held)
			drop_task(flow, partition->held);
		partition->held = NULL;
	}
	flow->assignment->held = 0;
	flow->held_bytes = 0;
}

void ts_flow_drop_waiting(struct ts_flow *flow)
{
	struct ts_chain waiting = {0};
	struct ts_task *task;

	if (!flow->may_wait)
		return;
	drop_held(flow);
	flow->due_ms = TS_FOREVER;
	ts_pool_drop(flow->pool, &waiting);
	flow->may_wait = false;
	while ((task = ts_chain_take(&waiting)))
		drop_task(flow, task);
}
