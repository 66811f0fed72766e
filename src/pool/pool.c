/* pool.c - see pool.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/pool.h"
#include "base/clock.h"
#include "base/mem.h"
#include "pool/state.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void ts_pool_wake(const struct ts_pool *pool)
{
	static const uint64_t one = 1;

	/* Fails only when the counter is full, and then somebody is awake already. */
	(void)!write(pool->wake_fd, &one, sizeof(one));
}

void ts_pool_publish(struct ts_pool *pool, struct ts_chain *tasks)
{
	bool was_empty;

	if (!tasks->count)
		return;
	pthread_mutex_lock(&pool->finished_lock);
	was_empty = pool->finished.count == 0;
	ts_chain_join(&pool->finished, tasks);
	pthread_mutex_unlock(&pool->finished_lock);
	if (was_empty)
		ts_pool_wake(pool);
}

bool ts_pool_wait(struct ts_pool *pool, pthread_cond_t *cond, int64_t deadline_ms)
{
	struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
				 .tv_nsec = (long)(deadline_ms % 1000) * 1000000};

	if (deadline_ms == TS_FOREVER)
		return pthread_cond_wait(cond, &pool->lock) == 0;
	return pthread_cond_timedwait(cond, &pool->lock, &until) == 0;
}

void ts_pool_remind(struct ts_pool *pool, int64_t due_ms)
{
	int64_t scheduled = ts_scheduler_due_ms(pool->scheduler);

	if (ts_scheduler_has_ended(pool->scheduler))
		due_ms = 0;
	else if (scheduled < due_ms)
		due_ms = scheduled;
	if (due_ms >= pool->kept_until_ms)
		return;
	pool->kept_until_ms = INT64_MIN;
	pthread_cond_signal(&pool->keep);
}

static struct ts_pool *make_pool(void)
{
	struct ts_pool *pool = ts_calloc(1, sizeof(*pool));
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_mutex_init(&pool->finished_lock, NULL);
	pthread_cond_init(&pool->work, &monotonic);
	pthread_cond_init(&pool->end, &monotonic);
	pthread_cond_init(&pool->keep, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pool->kept_until_ms = INT64_MIN;
	return pool;
}

/* All threads have ended. */
static void free_pool(struct ts_pool *pool)
{
	struct ts_worker *worker, *next;

	for (worker = pool->workers; worker; worker = next) {
		next = worker->next;
		pthread_join(worker->thread, NULL);
		ts_worker_free(worker);
	}
	ts_scheduler_free(pool->scheduler);
	ts_chain_release(&pool->finished);
	pthread_cond_destroy(&pool->keep);
	pthread_cond_destroy(&pool->end);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->finished_lock);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Wait until no worker is left.  False when the deadline passes before. */
static bool end_workers(struct ts_pool *pool, int64_t deadline_ms)
{
	bool is_empty;

	pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	pthread_cond_broadcast(&pool->work);
	while (pool->alive && ts_pool_wait(pool, &pool->end, deadline_ms))
		;
	is_empty = !pool->alive;
	pthread_mutex_unlock(&pool->lock);
	return is_empty;
}

bool ts_pool_stop(struct ts_pool *pool, int64_t deadline_ms)
{
	if (!end_workers(pool, deadline_ms))
		return false;
	pthread_mutex_lock(&pool->lock);
	pool->is_over = true;
	ts_pool_remind(pool, 0);
	pthread_mutex_unlock(&pool->lock);
	pthread_join(pool->keeper, NULL);
	free_pool(pool);
	return true;
}

bool ts_pool_start_worker(struct ts_pool *pool, struct ts_error *err)
{
	struct ts_worker *worker = ts_calloc(1, sizeof(*worker));
	int code;

	worker->pool = pool;
	worker->is_told = true; /* there is no loss */
	worker->random = (uint32_t)ts_unix_us() | 1;
	worker->sync.sources = pool->sources;
	worker->sync.record_bytes = pool->record_bytes;
	worker->sync.catalog_timeout_ms = pool->config->catalog.timeout_ms;
	if (!ts_catalog_new(pool->config, &worker->sync.catalog, err)) {
		free(worker);
		return false;
	}
	pthread_mutex_lock(&pool->lock);
	code = pthread_create(&worker->thread, NULL, ts_worker_thread, worker);
	if (!code) {
		pool->alive++;
		worker->next = pool->workers;
		pool->workers = worker;
	}
	pthread_mutex_unlock(&pool->lock);
	if (!code)
		return true;
	ts_worker_free(worker);
	return ts_fail(err, TS_E_SYSTEM, "starting a worker thread: %s",
		       strerror(code));
}

static bool start_threads(struct ts_pool *pool, struct ts_error *err)
{
	int code;

	for (int i = 0; i < pool->config->pool.workers; i++)
		if (!ts_pool_start_worker(pool, err))
			return false;
	code = pthread_create(&pool->keeper, NULL, ts_keeper_thread, pool);
	return !code ||
	       ts_fail(err, TS_E_SYSTEM, "starting a thread: %s", strerror(code));
}

bool ts_pool_new(const struct ts_config *config, struct ts_sources *sources,
		 struct ts_crashes *crashes, size_t record_bytes, int wake_fd,
		 struct ts_pool **ret_pool, struct ts_error *err)
{
	struct ts_pool *pool = make_pool();

	pool->config = config;
	pool->sources = sources;
	pool->crashes = crashes;
	pool->record_bytes = record_bytes;
	pool->wake_fd = wake_fd;
	pool->tidy_ms = ts_now_ms() + TS_TIDY_EVERY_MS;
	pool->scheduler =
	    ts_scheduler_new(config->datasources, config->datasource_count,
			     (size_t)config->pool.workers, (size_t)config->pool.batch);
	if (!start_threads(pool, err)) {
		end_workers(pool, TS_FOREVER);
		free_pool(pool);
		return false;
	}
	*ret_pool = pool;
	return true;
}

void ts_pool_submit(struct ts_pool *pool, struct ts_chain *tasks)
{
	struct ts_task *task;
	int64_t now;
	size_t wake;

	if (!tasks->count)
		return;
	pthread_mutex_lock(&pool->lock);
	now = ts_now_ms();
	while ((task = ts_chain_take(tasks)))
		ts_scheduler_add(pool->scheduler, task, now);
	wake = pool->idle ? ts_scheduler_could_begin(pool->scheduler, now) : 0;
	if (wake > pool->idle)
		wake = pool->idle;
	ts_pool_remind(pool, TS_FOREVER);
	pthread_mutex_unlock(&pool->lock);
	while (wake--)
		pthread_cond_signal(&pool->work);
}

void ts_pool_collect(struct ts_pool *pool, struct ts_chain *ret_tasks)
{
	pthread_mutex_lock(&pool->finished_lock);
	ts_chain_join(ret_tasks, &pool->finished);
	pthread_mutex_unlock(&pool->finished_lock);
}

void ts_pool_drop(struct ts_pool *pool, struct ts_chain *ret_tasks)
{
	pthread_mutex_lock(&pool->lock);
	pool->drops++;
	ts_scheduler_drop(pool->scheduler, ret_tasks);
	pthread_mutex_unlock(&pool->lock);
}

bool ts_pool_take_loss(struct ts_pool *pool, int32_t *ret_datasource_id)
{
	bool is_found = false;

	if (!atomic_load(&pool->untold))
		return false;
	pthread_mutex_lock(&pool->lock);
	for (struct ts_worker *worker = pool->workers; worker; worker = worker->next) {
		if (worker->is_told)
			continue;
		worker->is_told = is_found = true;
		*ret_datasource_id = worker->datasource_id;
		atomic_fetch_sub(&pool->untold, 1);
		break;
	}
	ts_pool_remind(pool, 0); /* to let go of what has come back since */
	pthread_mutex_unlock(&pool->lock);
	return is_found;
}

bool ts_pool_is_unfit(struct ts_pool *pool, struct ts_error *ret_err)
{
	if (!atomic_load(&pool->is_unfit))
		return false;
	pthread_mutex_lock(&pool->lock);
	*ret_err = pool->unfit;
	pthread_mutex_unlock(&pool->lock);
	return true;
}
