/* pool.h - N threads that run jobs, between two queues.
 *
 *   submit ──▶ scheduler ──▶ worker threads (sync) ──▶ finished ──▶ collect
 *
 * Properties: what was submitted is collected exactly once, after it ran, or handed
 * back by drop before it ran.  A thread holds no lock while it runs a batch.
 *
 * Thread: submit, collect, drop, free by one thread (the engine); the pool has its own.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POOL_H
#define TS_POOL_H
#include "config/config.h"
#include "source/source.h"
#include "sync/task.h"

struct ts_pool;

/* Start pool.workers threads.  Borrows config and sources.  `wake_fd`, an eventfd, is
 * written when there is something to collect and there was nothing before. */
TS_MUST_CHECK bool ts_pool_new(const struct ts_config *config,
			       struct ts_sources *sources, size_t record_bytes,
			       int wake_fd, struct ts_pool **ret_pool,
			       struct ts_error *err);

/* Everything in `tasks` is to run; leaves it empty. */
void ts_pool_submit(struct ts_pool *pool, struct ts_chain *tasks);
/* Move what has finished into `ret_tasks`. */
void ts_pool_collect(struct ts_pool *pool, struct ts_chain *ret_tasks);
/* Move what waits and has not begun into `ret_tasks`. */
void ts_pool_drop(struct ts_pool *pool, struct ts_chain *ret_tasks);

/* End the threads, each after the batch that it runs, and free the pool with all that
 * is in it.  False where one did not come back by the deadline: then the pool is left
 * as it is, and the process should end without further cleaning up. */
bool ts_pool_stop(struct ts_pool *pool, int64_t deadline_ms);

#endif
