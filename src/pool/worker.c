/* worker.c - see state.h: one thread that runs batches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "pool/fate.h"
#include "pool/retry.h"
#include "pool/state.h"
#include <stdlib.h>

/* From here on the keeper may answer the tasks, and give the thread up. */
static void leave_locked(struct ts_worker *worker, int64_t lost_ms)
{
	int64_t late = TS_FOREVER;

	for (const struct ts_task *task = worker->batch.tasks.head; task;
	     task = task->next)
		late = task->deadline_ms < late ? task->deadline_ms : late;
	worker->late_ms = late;
	worker->lost_ms = lost_ms;
	atomic_store(&worker->phase, TS_PHASE_READING);
	ts_pool_remind(worker->pool, late < lost_ms ? late : lost_ms);
}

/* The driver has let it go.  False: too late, somebody else has its place. */
static bool come_back(struct ts_worker *worker, enum ts_phase phase)
{
	enum ts_phase expected = TS_PHASE_READING;

	return atomic_compare_exchange_strong(&worker->phase, &expected, phase);
}

/* Close old connections, which may take as long as a read.  False: it is lost. */
static bool tidy_locked(struct ts_worker *worker, int64_t now_ms)
{
	struct ts_pool *pool = worker->pool;
	bool is_back;

	pool->tidy_ms = now_ms + TS_TIDY_EVERY_MS;
	worker->datasource_id = -1;
	leave_locked(worker, now_ms + TS_TIDY_MS);
	pthread_mutex_unlock(&pool->lock);
	ts_sources_tidy(pool->sources);
	is_back = come_back(worker, TS_PHASE_HOME);
	pthread_mutex_lock(&pool->lock);
	return is_back;
}

/* Wait for a batch.  False: the thread is to end. */
static bool take_locked(struct ts_worker *worker)
{
	struct ts_pool *pool = worker->pool;

	while (!pool->is_stopping) {
		int64_t now = ts_now_ms();

		if (ts_scheduler_take(pool->scheduler, now, &worker->batch)) {
			/* A batch that ended can let several begin. */
			if (pool->idle &&
			    ts_scheduler_could_begin(pool->scheduler, now))
				pthread_cond_signal(&pool->work);
			worker->drops = pool->drops;
			return true;
		}
		ts_pool_remind(pool, TS_FOREVER);
		if (now >= pool->tidy_ms) {
			if (!tidy_locked(worker, now))
				return false;
			continue;
		}
		pool->idle++;
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	return false;
}

static uint32_t next_random(uint32_t *state) /* xorshift */
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Who has no reply runs again if it may; all others have ended. */
static void settle(struct ts_worker *worker, struct ts_chain *tasks,
		   struct ts_chain *ret_done, struct ts_chain *ret_again)
{
	const struct ts_pool *pool = worker->pool;
	int64_t now = ts_now_ms();
	struct ts_task *task;

	while ((task = ts_chain_take(tasks))) {
		if (!task->reply.len) {
			task->attempts++;
			if (ts_retry_again(
				&task->err, task->attempts, now, task->deadline_ms,
				next_random(&worker->random), &task->due_ms)) {
				ts_chain_add(ret_again, task);
				continue;
			}
		}
		ts_fate_settle(pool->config, task, pool->record_bytes, now);
		ts_chain_add(ret_done, task);
	}
}

/* What was begun before everything that waited was taken away does not wait, either. */
static void finish_locked(struct ts_worker *worker, struct ts_chain *again,
			  const struct ts_error *source_err)
{
	struct ts_pool *pool = worker->pool;

	if (worker->drops == pool->drops)
		ts_chain_join(&worker->batch.tasks, again);
	ts_scheduler_finish(pool->scheduler, &worker->batch, source_err, ts_now_ms());
	ts_pool_remind(pool, TS_FOREVER);
	if (!again->count)
		return;
	pthread_mutex_unlock(&pool->lock);
	ts_pool_publish(pool, again);
	pthread_mutex_lock(&pool->lock);
}

/* Begin to run the batch: until it is lent its tasks are the thread's own. */
static void begin_locked(struct ts_worker *worker)
{
	struct ts_pool *pool = worker->pool;
	struct ts_run *run = &worker->run;

	pthread_mutex_unlock(&pool->lock);
	ts_crashes_note(&worker->batch.tasks);
	ts_sync_begin(&worker->sync, &worker->batch.tasks, ts_now_ms(), run);
	pthread_mutex_lock(&pool->lock);
	worker->datasource_id = run->tables[0].datasource_id;
	leave_locked(worker, run->deadline_ms + TS_LOST_AFTER_MS);
}

/* Run the batch.  False: the thread was given up meanwhile. */
static bool run_locked(struct ts_worker *worker)
{
	struct ts_pool *pool = worker->pool;
	struct ts_chain tasks = {0}, done = {0}, again = {0};
	const struct ts_error *source_err;
	bool is_back;

	begin_locked(worker);
	pthread_mutex_unlock(&pool->lock);
	source_err = ts_sync_read(&worker->run);
	is_back = come_back(worker,
			    worker->run.write_count ? TS_PHASE_WRITING : TS_PHASE_HOME);
	if (is_back)
		ts_sync_write(&worker->sync, &worker->run);
	pthread_mutex_lock(&pool->lock);
	if (!is_back)
		return false;
	atomic_store(&worker->phase, TS_PHASE_HOME);
	ts_chain_join(&tasks, &worker->batch.tasks);
	pthread_mutex_unlock(&pool->lock);

	ts_sync_finish(&worker->sync, &worker->run, &tasks);
	settle(worker, &tasks, &done, &again);
	ts_crashes_note(NULL);
	ts_pool_publish(pool, &done);
	pthread_mutex_lock(&pool->lock);
	finish_locked(worker, &again, source_err);
	return true;
}

void *ts_worker_thread(void *argument)
{
	struct ts_worker *worker = argument;
	struct ts_pool *pool = worker->pool;

	ts_crashes_enter(pool->crashes);
	pthread_mutex_lock(&pool->lock);
	while (take_locked(worker) && run_locked(worker))
		;
	if (atomic_load(&worker->phase) == TS_PHASE_LOST)
		pool->lost--;
	pool->alive--;
	worker->has_ended = true;
	pthread_cond_signal(&pool->end);
	ts_pool_remind(pool, 0);
	pthread_mutex_unlock(&pool->lock);
	ts_crashes_leave();
	return NULL;
}

void ts_worker_free(struct ts_worker *worker)
{
	ts_run_release(&worker->run);
	ts_catalog_free(worker->sync.catalog);
	free(worker);
}
