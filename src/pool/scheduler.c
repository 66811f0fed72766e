/* scheduler.c - see scheduler.h.
 *
 *   lane (data source)  ──ready──▶ table ──▶ table        asleep ──▶ table ──▶ table
 *                                  │ tasks                           │ tasks
 *
 * A table is known from its first task until it has neither waiting nor running ones.
 * While it runs it belongs to its batch; while it waits it is ready, or asleep until
 * its first task is due. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/scheduler.h"
#include "base/clock.h"
#include "base/mem.h"
#include "pool/lane.h"
#include <assert.h>
#include <stdlib.h>

struct ts_scheduler {
	struct ts_lanes lanes;
	size_t batch; /* tables of a batch at most */
	struct ts_tables tables;
	struct ts_row asleep;
	struct ts_chain ended;
	int64_t due_ms; /* of the next tick; may be too early, never too late */
};

struct ts_scheduler *ts_scheduler_new(const struct ts_datasource *datasources,
				      size_t count, size_t workers, size_t batch)
{
	struct ts_scheduler *scheduler = ts_calloc(1, sizeof(*scheduler));

	scheduler->batch = batch;
	scheduler->due_ms = TS_FOREVER;
	ts_lanes_init(&scheduler->lanes, datasources, count, workers);
	return scheduler;
}

void ts_scheduler_free(struct ts_scheduler *scheduler)
{
	struct ts_chain waiting = {0};

	if (!scheduler)
		return;
	ts_scheduler_drop(scheduler, &waiting);
	ts_chain_release(&waiting);
	ts_chain_release(&scheduler->ended);
	ts_tables_release(&scheduler->tables);
	ts_lanes_release(&scheduler->lanes);
	free(scheduler);
}

/* Tick no later than this. */
static void remind(struct ts_scheduler *scheduler, int64_t due_ms)
{
	if (due_ms >= scheduler->due_ms)
		return;
	due_ms += TS_SCHEDULER_TICK_MS - 1;
	due_ms -= due_ms % TS_SCHEDULER_TICK_MS;
	if (due_ms < scheduler->due_ms)
		scheduler->due_ms = due_ms;
}

static bool is_late(const struct ts_task *task, int64_t now_ms)
{
	return task->deadline_ms <= now_ms;
}

/* The task ends as it is.  If it has been run, here or before it came to a retry topic,
 * its last failure is the answer. */
static void end_late(struct ts_scheduler *scheduler, struct ts_task *task,
		     int64_t now_ms)
{
	enum ts_code last = task->request.trail.last;

	if (!task->attempts && last != TS_OK)
		ts_fail(&task->err, last, "so it was when it was tried last");
	else if (!task->attempts)
		ts_fail(&task->err, TS_E_DEADLINE_EXCEEDED, "by %lld ms",
			(long long)(now_ms - task->deadline_ms));
	ts_chain_add(&scheduler->ended, task);
}

static void end_refused(struct ts_scheduler *scheduler, struct ts_task *task,
			const struct ts_lane *lane, int64_t now_ms)
{
	if (!task->attempts)
		ts_breaker_refuse(&lane->breaker, now_ms, &task->err);
	if (task->deadline_ms != TS_FOREVER)
		task->fate = TS_FATE_ANSWER; /* somebody waits for it, and is told */
	ts_chain_add(&scheduler->ended, task);
}

/* A table that does not run goes where it belongs; gone when nothing waits for it. */
static void place(struct ts_scheduler *scheduler, struct ts_table_queue *queue,
		  int64_t now_ms)
{
	if (!queue->waiting.head) {
		ts_tables_remove(&scheduler->tables, queue);
	} else if (queue->waiting.head->due_ms <= now_ms) {
		ts_row_add(&queue->lane->ready, queue);
	} else {
		ts_row_add(&scheduler->asleep, queue);
		remind(scheduler, queue->waiting.head->due_ms);
	}
}

void ts_scheduler_add(struct ts_scheduler *scheduler, struct ts_task *task,
		      int64_t now_ms)
{
	struct ts_table_queue *queue;
	struct ts_lane *lane =
	    ts_lanes_find(&scheduler->lanes, task->request.job.datasource_id);

	if (is_late(task, now_ms)) {
		end_late(scheduler, task, now_ms);
		return;
	}
	if (ts_lane_is_refusing(lane, now_ms)) {
		end_refused(scheduler, task, lane, now_ms);
		return;
	}
	queue = ts_tables_get(&scheduler->tables, &task->request.job);
	queue->lane = lane;
	task->queue = queue;
	ts_chain_add(&queue->waiting, task);
	remind(scheduler, task->deadline_ms);
	queue->has_suspect |= task->is_suspect;
	if (queue->waiting.count == 1 && !queue->is_running)
		ts_row_add(&lane->ready, queue);
}

/* Append the table's first job that is in time, and those that can share its read. */
static void take_table(struct ts_scheduler *scheduler, struct ts_table_queue *queue,
		       int64_t now_ms, struct ts_batch *ret_batch)
{
	struct ts_task *first = NULL, *task;
	struct ts_chain rest = {0};
	bool is_asleep = false; /* who was before it was late */

	queue->has_suspect = false;
	while ((task = ts_chain_take(&queue->waiting))) {
		is_asleep = is_asleep || (!first && task->due_ms > now_ms);
		if (is_late(task, now_ms)) {
			end_late(scheduler, task, now_ms);
		} else if (!is_asleep && (!first || ts_task_shares_read(first, task))) {
			ts_chain_add(&ret_batch->tasks, task);
			first = first ? first : task;
		} else {
			queue->has_suspect |= task->is_suspect;
			ts_chain_add(&rest, task);
		}
	}
	queue->waiting = rest;
	queue->is_running = first;
	if (!first) {
		place(scheduler, queue, now_ms);
		return;
	}
	queue->next = ret_batch->tables;
	ret_batch->tables = queue;
}

size_t ts_scheduler_could_begin(const struct ts_scheduler *scheduler, int64_t now_ms)
{
	const struct ts_lanes *lanes = &scheduler->lanes;
	size_t count = 0;

	for (size_t i = 0; i < lanes->count; i++)
		count += ts_lanes_could_begin(lanes, &lanes->items[i], now_ms);
	return count;
}

/* False where all that was ready turned out to be late. */
static bool take_from(struct ts_scheduler *scheduler, struct ts_lane *lane,
		      int64_t now_ms, struct ts_batch *ret_batch)
{
	size_t left = ts_lanes_share(&scheduler->lanes, lane, scheduler->batch, now_ms);
	struct ts_table_queue *next;

	while ((next = lane->ready.head)) {
		bool is_alone = next->has_suspect;

		if (ret_batch->tables && (!left || is_alone))
			break;
		take_table(scheduler, ts_row_take(&lane->ready), now_ms, ret_batch);
		left -= left > 0;
		if (is_alone)
			left = 0;
	}
	if (!ret_batch->tables)
		return false;
	ret_batch->lane = lane;
	ret_batch->is_probe = ts_lanes_begin(&scheduler->lanes, lane, now_ms);
	remind(scheduler, ts_breaker_due_ms(&lane->breaker, now_ms));
	return true;
}

bool ts_scheduler_take(struct ts_scheduler *scheduler, int64_t now_ms,
		       struct ts_batch *ret_batch)
{
	const struct ts_lanes *lanes = &scheduler->lanes;

	if (now_ms >= scheduler->due_ms)
		ts_scheduler_tick(scheduler, now_ms);
	for (size_t passed = 0; passed < lanes->count; passed++) {
		struct ts_lane *lane = ts_lanes_after(lanes, passed);

		if (ts_lanes_could_begin(lanes, lane, now_ms) &&
		    take_from(scheduler, lane, now_ms, ret_batch))
			return true;
	}
	return false;
}

static void put_back(struct ts_scheduler *scheduler, struct ts_batch *batch,
		     int64_t now_ms)
{
	bool is_refused = ts_lane_is_refusing(batch->lane, now_ms);
	struct ts_chain group = {0};
	struct ts_task *task;

	while ((task = ts_chain_take(&batch->tasks))) {
		struct ts_table_queue *queue = task->queue;

		if (is_refused) {
			end_refused(scheduler, task, batch->lane, now_ms);
			continue;
		}
		remind(scheduler, task->deadline_ms);
		queue->has_suspect |= task->is_suspect;
		ts_chain_add(&group, task);
		if (!batch->tasks.head || batch->tasks.head->queue != queue)
			ts_table_queue_put_back(queue, &group);
	}
}

void ts_scheduler_finish(struct ts_scheduler *scheduler, struct ts_batch *batch,
			 const struct ts_error *source_err, int64_t now_ms)
{
	struct ts_lane *lane = batch->lane;
	struct ts_table_queue *queue = batch->tables, *next;
	bool was_refusing = ts_lane_is_refusing(lane, now_ms);

	ts_lanes_end(&scheduler->lanes, lane, batch->is_probe, source_err, now_ms);
	put_back(scheduler, batch, now_ms);
	for (; queue; queue = next) {
		next = queue->next;
		assert(queue->is_running);
		queue->is_running = false;
		place(scheduler, queue, now_ms);
	}
	if (!was_refusing && ts_lane_is_refusing(lane, now_ms))
		ts_scheduler_tick(scheduler, now_ms);
	*batch = (struct ts_batch){0};
}

/* End what is late, or all of a table that is not to be tried. */
static void sweep_queue(struct ts_scheduler *scheduler, struct ts_table_queue *queue,
			int64_t now_ms)
{
	bool is_refused = ts_lane_is_refusing(queue->lane, now_ms);
	struct ts_chain rest = {0};
	struct ts_task *task;

	while ((task = ts_chain_take(&queue->waiting))) {
		if (is_late(task, now_ms)) {
			end_late(scheduler, task, now_ms);
		} else if (is_refused) {
			end_refused(scheduler, task, queue->lane, now_ms);
		} else {
			remind(scheduler, task->deadline_ms);
			ts_chain_add(&rest, task);
		}
	}
	queue->waiting = rest;
}

static void sweep_row(struct ts_scheduler *scheduler, struct ts_row *row,
		      int64_t now_ms)
{
	struct ts_row swept = *row;

	*row = (struct ts_row){0};
	while (swept.head) {
		struct ts_table_queue *queue = ts_row_take(&swept);

		sweep_queue(scheduler, queue, now_ms);
		place(scheduler, queue, now_ms);
	}
}

void ts_scheduler_tick(struct ts_scheduler *scheduler, int64_t now_ms)
{
	struct ts_tables *tables = &scheduler->tables;

	scheduler->due_ms = TS_FOREVER;
	for (size_t i = 0; i < scheduler->lanes.count; i++) {
		struct ts_lane *lane = &scheduler->lanes.items[i];

		sweep_row(scheduler, &lane->ready, now_ms);
		remind(scheduler, ts_breaker_due_ms(&lane->breaker, now_ms));
	}
	sweep_row(scheduler, &scheduler->asleep, now_ms);
	for (size_t i = 0; i < tables->bucket_count; i++)
		for (struct ts_table_queue *queue = tables->buckets[i]; queue;
		     queue = queue->next_in_bucket)
			if (queue->is_running)
				sweep_queue(scheduler, queue, now_ms);
}

int64_t ts_scheduler_due_ms(const struct ts_scheduler *scheduler)
{
	return scheduler->due_ms;
}

bool ts_scheduler_has_ended(const struct ts_scheduler *scheduler)
{
	return scheduler->ended.count > 0;
}

void ts_scheduler_take_ended(struct ts_scheduler *scheduler, struct ts_chain *ret_tasks)
{
	ts_chain_join(ret_tasks, &scheduler->ended);
}

void ts_scheduler_look(const struct ts_scheduler *scheduler, int64_t now_ms,
		       struct ts_lane_status *ret_lanes)
{
	const struct ts_lane *lanes = scheduler->lanes.items;
	const struct ts_tables *tables = &scheduler->tables;

	for (size_t i = 0; i < scheduler->lanes.count; i++)
		ret_lanes[i] = (struct ts_lane_status){
		    .datasource_id = lanes[i].datasource_id,
		    .breaker = ts_breaker_state(&lanes[i].breaker, now_ms),
		};
	for (size_t i = 0; i < tables->bucket_count; i++)
		for (const struct ts_table_queue *queue = tables->buckets[i]; queue;
		     queue = queue->next_in_bucket)
			ret_lanes[queue->lane - lanes].waiting += queue->waiting.count;
}

void ts_scheduler_drop(struct ts_scheduler *scheduler, struct ts_chain *ret_tasks)
{
	struct ts_tables *tables = &scheduler->tables;

	scheduler->asleep = (struct ts_row){0};
	for (size_t i = 0; i < scheduler->lanes.count; i++)
		scheduler->lanes.items[i].ready = (struct ts_row){0};
	for (size_t i = 0; i < tables->bucket_count; i++) {
		struct ts_table_queue *queue = tables->buckets[i], *next;

		for (; queue; queue = next) {
			next = queue->next_in_bucket;
			ts_chain_join(ret_tasks, &queue->waiting);
			if (!queue->is_running)
				ts_tables_remove(tables, queue);
		}
	}
}
