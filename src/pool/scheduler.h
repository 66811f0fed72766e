/* scheduler.h - which job runs next: pure logic, no thread, no clock.
 *
 *   - A table has at most one running job, and what waits for it when that one starts
 *     shares the run: one read, a reply each.
 *   - Data sources take turns, and each runs no more batches at once than its limit.
 *   - A batch is tables of one data source: one while there are threads for each, more
 *     when more wait than there are threads, up to a limit.
 *   - Within a data source the table that has waited longest comes first; jobs of one
 *     table keep their order.
 *
 * What keeps two runs of one table apart is ts_schema_name_fold() of the schema and of
 * the table: it may hold two tables apart that are not the same one, never the other
 * way round.
 *
 * Thread: one at a time; the pool holds its lock around every call. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SCHEDULER_H
#define TS_SCHEDULER_H
#include "config/config.h"
#include "sync/task.h"

struct ts_scheduler;

/* One lane a data source, with its `concurrency`; jobs of unknown data sources have a
 * lane of their own without a limit.  `workers` threads take batches of at most `batch`
 * tables.  Copies what it needs. */
struct ts_scheduler *ts_scheduler_new(const struct ts_datasource *datasources,
				      size_t count, size_t workers, size_t batch);
/* No batch may be running; frees the tasks that wait. */
void ts_scheduler_free(struct ts_scheduler *scheduler);

void ts_scheduler_add(struct ts_scheduler *scheduler, TS_TAKES struct ts_task *task);

/* The next batch, into the empty `ret_batch`, jobs of one table next to each other: the
 * caller's until it is finished.  False where nothing can begin now. */
bool ts_scheduler_take(struct ts_scheduler *scheduler, struct ts_chain *ret_batch);
/* Could another batch begin now? */
bool ts_scheduler_has_work(const struct ts_scheduler *scheduler);
/* The batch that `take` gave has ended; its tasks stay the caller's. */
void ts_scheduler_finish(struct ts_scheduler *scheduler, const struct ts_chain *batch);

/* Move everything that waits into `ret_tasks`; what runs goes on. */
void ts_scheduler_drop(struct ts_scheduler *scheduler, struct ts_chain *ret_tasks);

#endif
