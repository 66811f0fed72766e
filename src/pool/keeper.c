/* keeper.c - see state.h: the thread that looks after what waits.
 *
 * It waits for nobody but the lock: no driver, no server. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "pool/fate.h"
#include "pool/state.h"

static bool is_away(enum ts_phase phase)
{
	return phase == TS_PHASE_READING || phase == TS_PHASE_WRITING;
}

/* The requester waits no longer, and the worker will be told nothing of it. */
static void fail_late(struct ts_task *task, enum ts_phase phase)
{
	if (phase == TS_PHASE_WRITING)
		ts_fail(&task->err, TS_E_CATALOG_UNREACHABLE,
			"the requester's deadline passed while the table was written");
	else
		ts_fail(&task->err, TS_E_SOURCE_TIMEOUT,
			"the requester's deadline passed while the table was read");
}

static void end_late_locked(struct ts_worker *worker, int64_t now_ms,
			    struct ts_chain *ret_ended)
{
	enum ts_phase phase = atomic_load(&worker->phase);
	struct ts_chain rest = {0};
	struct ts_task *task;
	int64_t late = TS_FOREVER;

	while ((task = ts_chain_take(&worker->batch.tasks))) {
		if (task->deadline_ms <= now_ms) {
			fail_late(task, phase);
			task->attempts++;
			ts_chain_add(ret_ended, task);
			continue;
		}
		late = task->deadline_ms < late ? task->deadline_ms : late;
		ts_chain_add(&rest, task);
	}
	worker->batch.tasks = rest;
	worker->late_ms = late;
}

/* What the thread holds stays its own; its tasks and its place do not. */
static void give_up_locked(struct ts_worker *worker, int64_t now_ms,
			   struct ts_chain *ret_ended)
{
	struct ts_pool *pool = worker->pool;
	enum ts_phase expected = TS_PHASE_READING;
	struct ts_error err;

	if (!atomic_compare_exchange_strong(&worker->phase, &expected, TS_PHASE_LOST))
		return; /* it has just come back */
	ts_fail(&err, TS_E_SOURCE_TIMEOUT, "its driver does not come back");
	for (struct ts_task *task = worker->batch.tasks.head; task; task = task->next) {
		task->err = err;
		task->attempts++;
	}
	ts_chain_join(ret_ended, &worker->batch.tasks);
	if (worker->batch.lane)
		ts_scheduler_finish(pool->scheduler, &worker->batch, &err, now_ms);
	pool->missing++;
	pool->lost++;
	worker->is_told = false;
	atomic_fetch_add(&pool->untold, 1);
	if (pool->lost <= TS_LOST_LEAST ||
	    pool->lost <= (size_t)pool->config->pool.workers)
		return;
	ts_fail(&pool->unfit, TS_E_SYSTEM,
		"%zu threads are held by drivers that do not come back, the last one "
		"in data source %d: this process must be started anew",
		pool->lost, worker->datasource_id);
	atomic_store(&pool->is_unfit, true);
	ts_pool_wake(pool);
}

/* Of the jobs of a batch one after the other may be late: not a look at all for each.
 */
static int64_t next_tick(int64_t due_ms)
{
	return (due_ms / TS_SCHEDULER_TICK_MS + 1) * TS_SCHEDULER_TICK_MS;
}

/* What has become due; tells when the next will be. */
static int64_t look_after_locked(struct ts_pool *pool, int64_t now_ms,
				 struct ts_chain *ret_ended)
{
	int64_t due;

	for (struct ts_worker *worker = pool->workers; worker; worker = worker->next) {
		if (!is_away(atomic_load(&worker->phase)))
			continue;
		if (worker->late_ms <= now_ms)
			end_late_locked(worker, now_ms, ret_ended);
		if (worker->lost_ms <= now_ms)
			give_up_locked(worker, now_ms, ret_ended);
	}
	if (ts_scheduler_due_ms(pool->scheduler) <= now_ms)
		ts_scheduler_tick(pool->scheduler, now_ms);
	ts_scheduler_take_ended(pool->scheduler, ret_ended);
	if (pool->idle && (now_ms >= pool->tidy_ms ||
			   ts_scheduler_could_begin(pool->scheduler, now_ms)))
		pthread_cond_signal(&pool->work);

	due = ts_scheduler_due_ms(pool->scheduler);
	if (pool->tidy_ms > now_ms && pool->tidy_ms < due)
		due = pool->tidy_ms;
	for (struct ts_worker *worker = pool->workers; worker; worker = worker->next) {
		enum ts_phase phase = atomic_load(&worker->phase);

		if (is_away(phase) && worker->late_ms < due)
			due = next_tick(worker->late_ms);
		if (phase == TS_PHASE_READING && worker->lost_ms < due)
			due = worker->lost_ms;
	}
	return due;
}

/* Take out a thread that has ended; NULL where there is none. */
static struct ts_worker *take_ended_locked(struct ts_pool *pool)
{
	for (struct ts_worker **at = &pool->workers; *at; at = &(*at)->next) {
		struct ts_worker *worker = *at;

		/* The loss is told before it is forgotten. */
		if (!worker->has_ended || !worker->is_told)
			continue;
		*at = worker->next;
		return worker;
	}
	return NULL;
}

static void settle_all(struct ts_pool *pool, struct ts_chain *ended)
{
	int64_t now = ts_now_ms();

	for (struct ts_task *task = ended->head; task; task = task->next)
		ts_fate_settle(pool->config, task, pool->record_bytes, now);
	ts_pool_publish(pool, ended);
}

static void replace(struct ts_pool *pool)
{
	struct ts_error err;

	if (ts_pool_start_worker(pool, &err))
		return;
	pthread_mutex_lock(&pool->lock);
	pool->unfit = err;
	pthread_mutex_unlock(&pool->lock);
	atomic_store(&pool->is_unfit, true);
	ts_pool_wake(pool);
}

/* The part of its work that needs no lock.  False: there was none. */
static bool work_unlocked(struct ts_pool *pool, struct ts_chain *ended)
{
	struct ts_worker *back = take_ended_locked(pool);
	bool is_one_missing = pool->missing > 0;

	if (!back && !is_one_missing && !ended->count)
		return false;
	pool->missing -= is_one_missing;
	is_one_missing = is_one_missing && !pool->is_stopping;
	pthread_mutex_unlock(&pool->lock);
	settle_all(pool, ended);
	if (is_one_missing)
		replace(pool);
	if (back) {
		pthread_join(back->thread, NULL);
		ts_worker_free(back);
	}
	pthread_mutex_lock(&pool->lock);
	return true;
}

void *ts_keeper_thread(void *argument)
{
	struct ts_pool *pool = argument;
	struct ts_chain ended = {0};

	pthread_mutex_lock(&pool->lock);
	while (!pool->is_over) {
		int64_t due = look_after_locked(pool, ts_now_ms(), &ended);

		if (work_unlocked(pool, &ended))
			continue;
		pool->kept_until_ms = due;
		ts_pool_wait(pool, &pool->keep, due);
		pool->kept_until_ms = INT64_MIN;
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}
