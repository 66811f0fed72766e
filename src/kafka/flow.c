/* flow.c - see flow.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/flow.h"
#include "base/log.h"
#include "kafka/incoming.h"
#include "sync/sync.h"

enum {
	TURN_MESSAGES = 64, /* of one partition, before the next has its turn */
	TASK_BYTES = 64 * 1024 * 1024, /* of messages in the process */
};

static void free_task(struct ts_flow *flow, struct ts_task *task)
{
	flow->alive--;
	flow->alive_bytes -= task->bytes;
	ts_task_free(task);
}

/* Will not be answered here: its partition is somebody else's now, or will be. */
static void drop_task(struct ts_flow *flow, struct ts_task *task)
{
	ts_assignment_forget(flow->assignment, task->generation);
	free_task(flow, task);
}

static void log_outcome(const struct ts_task *task)
{
	const char *job = task->request.job_id;

	if (task->err.code == TS_OK)
		ts_log(TS_LOG_DEBUG, "job.done", TS_STR("job", job));
	else
		ts_log(ts_code_status(task->err.code) >= 500 ? TS_LOG_WARN
							     : TS_LOG_INFO,
		       "job.failed", TS_STR("job", job),
		       TS_STR("error", ts_code_name(task->err.code)),
		       TS_STR("text", task->err.text));
}

/* From here on the reply is what takes the memory. */
static void send_reply(struct ts_flow *flow, struct ts_task *task)
{
	log_outcome(task);
	task->bytes += task->reply.len;
	flow->alive_bytes += task->reply.len;
	ts_replies_send(flow->replies, task);
}

/* One message: to the pool, or answered at once, or complete already. */
static bool take_message(struct ts_flow *flow, size_t index,
			 const rd_kafka_message_t *message, struct ts_chain *ret_tasks,
			 struct ts_error *err)
{
	struct ts_assignment *assignment = flow->assignment;
	struct ts_window *window = &assignment->partitions[index].window;
	struct ts_task *task;

	if (ts_window_went_back(window, message->offset))
		return ts_fail(
		    err, TS_E_BROKER,
		    "partition %d of '%s' went back from offset %lld to %lld: "
		    "it was made anew or cut",
		    message->partition, assignment->topic, (long long)window->next,
		    (long long)message->offset);
	if (!ts_window_enter(window, message->offset))
		return true;
	task = ts_incoming_task(message, false);
	task->generation = assignment->generation;
	task->partition = (int32_t)index;
	assignment->in_flight++;
	flow->alive++;
	flow->alive_bytes += task->bytes;
	ts_replies_route(flow->replies, &task->request);
	if (task->err.code == TS_OK) {
		ts_chain_add(ret_tasks, task);
		return true;
	}
	ts_sync_answer_error(task, flow->record_bytes);
	send_reply(flow, task);
	return true;
}

static bool has_room(const struct ts_flow *flow)
{
	return flow->alive < flow->limit && flow->alive_bytes < TASK_BYTES;
}

/* Read up to a turn's messages of a partition.  *ret_has_more: there may be more. */
static bool read_partition(struct ts_flow *flow, size_t index,
			   struct ts_chain *ret_tasks, bool *ret_has_more,
			   struct ts_error *err)
{
	struct ts_partition *partition = &flow->assignment->partitions[index];
	const rd_kafka_message_t *message;
	rd_kafka_event_t *event;
	bool ok = true;
	int taken = 0;

	while (ok && taken < TURN_MESSAGES && has_room(flow) &&
	       !ts_window_is_full(&partition->window) &&
	       (event = rd_kafka_queue_poll(partition->queue, 0))) {
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
			ts_log(TS_LOG_WARN, "kafka.error",
			       TS_STR("text", rd_kafka_event_error_string(event)));
		while (ok && (message = rd_kafka_event_message_next(event)))
			ok = take_message(flow, index, message, ret_tasks, err);
		rd_kafka_event_destroy(event);
		taken++;
	}
	*ret_has_more |= taken == TURN_MESSAGES;
	return ok;
}

bool ts_flow_read(struct ts_flow *flow, struct ts_error *err)
{
	struct ts_chain tasks = {0};
	bool has_more = true, ok = true;

	while (ok && has_more && has_room(flow)) {
		has_more = false;
		for (size_t i = 0; ok && i < flow->assignment->count; i++)
			ok = read_partition(flow, i, &tasks, &has_more, err);
		flow->may_wait |= tasks.count > 0;
		ts_pool_submit(flow->pool, &tasks);
	}
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

void ts_flow_resend(struct ts_flow *flow, int64_t now_ms)
{
	struct ts_chain due = {0};
	struct ts_task *task;

	ts_replies_take_due(flow->replies, now_ms, &due);
	while ((task = ts_chain_take(&due)))
		if (keep(flow, task))
			ts_replies_send(flow->replies, task);
}

void ts_flow_answer(struct ts_flow *flow)
{
	struct ts_chain finished = {0};
	struct ts_task *task;

	ts_pool_collect(flow->pool, &finished);
	while ((task = ts_chain_take(&finished)))
		if (!task->reply.len)
			drop_task(flow, task);
		else if (keep(flow, task))
			send_reply(flow, task);
}

void ts_flow_complete(struct ts_flow *flow, struct ts_chain *delivered)
{
	struct ts_task *task;

	while ((task = ts_chain_take(delivered))) {
		ts_assignment_complete(flow->assignment, task->generation,
				       task->partition, task->offset);
		free_task(flow, task);
	}
}

void ts_flow_drop_waiting(struct ts_flow *flow)
{
	struct ts_chain waiting = {0};
	struct ts_task *task;

	if (!flow->may_wait)
		return;
	ts_pool_drop(flow->pool, &waiting);
	flow->may_wait = false;
	while ((task = ts_chain_take(&waiting)))
		drop_task(flow, task);
}
