/* scheduler.h - which job runs next, and which not at all: pure logic, no thread.
 *
 *   - A table has at most one running job, and what waits for it when that one starts
 *     shares the run: one read, a reply each.
 *   - Data sources take turns, and each runs no more batches at once than its limit:
 *     few at first and after a failure, more with each success.  Who runs one leaves a
 *     thread to each that runs none.
 *   - A batch is tables of one data source: one while there are threads for each, more
 *     when more wait than it may have threads, up to a limit.
 *   - A table for which a suspect waits is a batch of its own: should that crash, it
 *     takes nobody with it.
 *   - Within a data source the table that has waited longest comes first; jobs of one
 *     table keep their order.
 *   - A job that failed may run again: until it is due its table waits, and holds
 *     nobody else.
 *   - A data source that failed again and again is not tried for a while (breaker.h).
 *   - What nobody waits for any more, or what is not tried, has ended without a run.
 *
 * The clock is passed in, and never goes back.  Thread: one at a time; the pool holds
 * its lock around every call. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SCHEDULER_H
#define TS_SCHEDULER_H
#include "config/config.h"
#include "pool/breaker.h"
#include "sync/task.h"

struct ts_scheduler;
struct ts_table_queue;
struct ts_lane;

/* What one thread runs.  Zero-initialised is empty. */
struct ts_batch {
	struct ts_chain tasks; /* those of one table next to each other */
	/* The scheduler's. */
	struct ts_lane *lane;
	struct ts_table_queue *tables;
	bool is_probe;
};

/* Moments are rounded up to this: a sweep looks at all jobs that wait. */
enum { TS_SCHEDULER_TICK_MS = 10 };

/* One lane a data source, with its `concurrency`; jobs of unknown data sources have a
 * lane of their own without a limit.  `workers` threads take batches of at most `batch`
 * tables.  Copies what it needs. */
struct ts_scheduler *ts_scheduler_new(const struct ts_datasource *datasources,
				      size_t count, size_t workers, size_t batch);
/* No batch may be running; frees the tasks in it. */
void ts_scheduler_free(struct ts_scheduler *scheduler);

void ts_scheduler_add(struct ts_scheduler *scheduler, TS_TAKES struct ts_task *task,
		      int64_t now_ms);

/* The next batch, into the empty `ret_batch`; for a thread that has none.  Its tasks
 * are the caller's, who may take them out at any time, until it is finished.  False
 * where nothing can begin now. */
bool ts_scheduler_take(struct ts_scheduler *scheduler, int64_t now_ms,
		       struct ts_batch *ret_batch);
/* How many batches could begin now, while there are threads for them? */
size_t ts_scheduler_could_begin(const struct ts_scheduler *scheduler, int64_t now_ms);
/* The batch that `take` gave has ended.  What is left in it is taken, and runs again
 * when its `due_ms` has come.  `source_err` is the data source's state as the batch
 * found it: TS_OK, why it could not be used, or NULL where nothing is known.  Leaves
 * the batch empty. */
void ts_scheduler_finish(struct ts_scheduler *scheduler, struct ts_batch *batch,
			 const struct ts_error *source_err, int64_t now_ms);

/* See to what time alone has changed; to be called at due_ms at the latest. */
void ts_scheduler_tick(struct ts_scheduler *scheduler, int64_t now_ms);
/* TS_FOREVER: only a call to another function can change anything. */
int64_t ts_scheduler_due_ms(const struct ts_scheduler *scheduler);
/* Has something ended without a run?  Then move it into `ret_tasks`, with its `err`.
 * What was not tried although somebody waits for it has the fate TS_FATE_ANSWER. */
bool ts_scheduler_has_ended(const struct ts_scheduler *scheduler);
void ts_scheduler_take_ended(struct ts_scheduler *scheduler,
			     struct ts_chain *ret_tasks);

/* How a data source is. */
struct ts_lane_status {
	int32_t datasource_id;
	enum ts_breaker_state breaker;
	size_t waiting; /* jobs that no thread runs */
};
/* All of them, in the order of the configuration; one more, at the end, for jobs of
 * unknown data sources. */
void ts_scheduler_look(const struct ts_scheduler *scheduler, int64_t now_ms,
		       struct ts_lane_status *ret_lanes);

/* Move everything that waits into `ret_tasks`; what runs goes on. */
void ts_scheduler_drop(struct ts_scheduler *scheduler, struct ts_chain *ret_tasks);

#endif
