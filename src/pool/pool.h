/* pool.h - N threads that run jobs, between two queues.
 *
 *   submit ──▶ scheduler ──▶ worker threads (sync) ──▶ finished ──▶ collect
 *                 ▲                 │ keeper
 *                 └── may work later┘
 *
 * Properties: what was submitted is collected exactly once, with its fate (fate.h), or
 * handed back without one by drop.  A job with a deadline is collected soon after it
 * has passed, wherever the job is then: a thread of the pool's own, the keeper, sees to
 * it, and takes the place of threads that a driver never gives back.  No thread holds a
 * lock while it runs a batch.
 *
 * Thread: all functions by one thread (the engine); the pool has its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POOL_H
#define TS_POOL_H
#include "config/config.h"
#include "pool/crashes.h"
#include "source/source.h"
#include "sync/task.h"

struct ts_pool;

/* Start pool.workers threads.  Borrows config, sources and `crashes`, in which they
 * note what they run; NULL: nowhere.  `wake_fd`, an eventfd, is written when there is
 * something to collect and there was nothing before. */
TS_MUST_CHECK bool ts_pool_new(const struct ts_config *config,
			       struct ts_sources *sources, struct ts_crashes *crashes,
			       size_t record_bytes, int wake_fd,
			       struct ts_pool **ret_pool, struct ts_error *err);

/* Everything in `tasks` is to run; leaves it empty. */
void ts_pool_submit(struct ts_pool *pool, struct ts_chain *tasks);
/* Move what has finished into `ret_tasks`.  One with the fate TS_FATE_NONE is handed
 * back: its run failed and would have been made again, but drop was called since it
 * began. */
void ts_pool_collect(struct ts_pool *pool, struct ts_chain *ret_tasks);
/* Move what waits into `ret_tasks`. */
void ts_pool_drop(struct ts_pool *pool, struct ts_chain *ret_tasks);

/* Was a thread given up, of which this function has not told?  Each is told once, with
 * the data source that it was reading (-1: it was closing connections). */
bool ts_pool_take_loss(struct ts_pool *pool, int32_t *ret_datasource_id);
/* Have drivers taken so many threads that the process should end?  `ret_err` says so.
 * Written to `wake_fd`. */
bool ts_pool_is_unfit(struct ts_pool *pool, struct ts_error *ret_err);

/* End the threads, each after the batch that it runs, and free the pool with all that
 * is in it.  False where one did not come back by the deadline: then the pool is left
 * as it is, and the process should end without further cleaning up. */
bool ts_pool_stop(struct ts_pool *pool, int64_t deadline_ms);

#endif
