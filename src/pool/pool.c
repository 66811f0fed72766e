/* pool.c - see pool.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/pool.h"
#include "base/clock.h"
#include "base/mem.h"
#include "pool/scheduler.h"
#include "sync/sync.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct worker {
	struct ts_pool *pool;
	pthread_t thread;
	struct ts_sync sync;
};

struct ts_pool {
	struct worker *workers;
	size_t worker_count, started;
	int wake_fd;

	pthread_mutex_t lock;
	pthread_cond_t work; /* a batch may be taken, or is_stopping */
	pthread_cond_t end;  /* a thread has ended */
	/* Below: under `lock`. */
	struct ts_scheduler *scheduler;
	size_t idle, alive; /* threads */
	bool is_stopping;

	pthread_mutex_t finished_lock;
	struct ts_chain finished; /* under `finished_lock` */
};

static void publish(struct ts_pool *pool, struct ts_chain *batch)
{
	static const uint64_t one = 1;
	bool was_empty;

	pthread_mutex_lock(&pool->finished_lock);
	was_empty = pool->finished.count == 0;
	ts_chain_join(&pool->finished, batch);
	pthread_mutex_unlock(&pool->finished_lock);
	/* Fails only when the counter is full, and then somebody is awake already. */
	if (was_empty)
		(void)!write(pool->wake_fd, &one, sizeof(one));
}

/* Wait for a batch.  False: the pool is stopping. */
static bool take_locked(struct ts_pool *pool, struct ts_chain *ret_batch)
{
	while (!pool->is_stopping) {
		if (ts_scheduler_take(pool->scheduler, ret_batch)) {
			/* A batch that ended can let several begin. */
			if (pool->idle && ts_scheduler_has_work(pool->scheduler))
				pthread_cond_signal(&pool->work);
			return true;
		}
		pool->idle++;
		pthread_cond_wait(&pool->work, &pool->lock);
		pool->idle--;
	}
	return false;
}

static void *run(void *argument)
{
	struct worker *worker = argument;
	struct ts_pool *pool = worker->pool;
	struct ts_chain batch = {0};

	pthread_mutex_lock(&pool->lock);
	while (take_locked(pool, &batch)) {
		struct ts_chain done;

		pthread_mutex_unlock(&pool->lock);
		ts_sync_run(&worker->sync, &batch);
		pthread_mutex_lock(&pool->lock);
		ts_scheduler_finish(pool->scheduler, &batch);
		done = batch;
		batch = (struct ts_chain){0};
		pthread_mutex_unlock(&pool->lock);
		publish(pool, &done);
		pthread_mutex_lock(&pool->lock);
	}
	pool->alive--;
	pthread_cond_signal(&pool->end);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void init_sync(struct ts_pool *pool)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_mutex_init(&pool->finished_lock, NULL);
	pthread_cond_init(&pool->work, &monotonic);
	pthread_cond_init(&pool->end, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void free_pool(struct ts_pool *pool)
{
	for (size_t i = 0; i < pool->worker_count; i++)
		ts_catalog_free(pool->workers[i].sync.catalog);
	free(pool->workers);
	ts_scheduler_free(pool->scheduler);
	ts_chain_release(&pool->finished);
	pthread_cond_destroy(&pool->end);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->finished_lock);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* Wait until no thread is left.  False when the deadline passes before. */
static bool wait_locked(struct ts_pool *pool, int64_t deadline_ms)
{
	struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
				 .tv_nsec = (long)(deadline_ms % 1000) * 1000000};

	while (pool->alive) {
		if (deadline_ms == TS_FOREVER)
			pthread_cond_wait(&pool->end, &pool->lock);
		else if (pthread_cond_timedwait(&pool->end, &pool->lock, &until))
			return pool->alive == 0;
	}
	return true;
}

bool ts_pool_stop(struct ts_pool *pool, int64_t deadline_ms)
{
	bool is_empty;

	pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	pthread_cond_broadcast(&pool->work);
	is_empty = wait_locked(pool, deadline_ms);
	pthread_mutex_unlock(&pool->lock);
	if (!is_empty)
		return false;
	for (size_t i = 0; i < pool->started; i++)
		pthread_join(pool->workers[i].thread, NULL);
	free_pool(pool);
	return true;
}

static bool start_worker(struct ts_pool *pool, struct worker *worker,
			 struct ts_error *err)
{
	int code;

	worker->pool = pool;
	code = pthread_create(&worker->thread, NULL, run, worker);
	if (code)
		return ts_fail(err, TS_E_SYSTEM, "starting a worker thread: %s",
			       strerror(code));
	pthread_mutex_lock(&pool->lock);
	pool->alive++;
	pthread_mutex_unlock(&pool->lock);
	return true;
}

bool ts_pool_new(const struct ts_config *config, struct ts_sources *sources,
		 size_t record_bytes, int wake_fd, struct ts_pool **ret_pool,
		 struct ts_error *err)
{
	struct ts_pool *pool = ts_calloc(1, sizeof(*pool));

	init_sync(pool);
	pool->wake_fd = wake_fd;
	pool->worker_count = (size_t)config->pool.workers;
	pool->workers = ts_calloc(pool->worker_count, sizeof(*pool->workers));
	pool->scheduler =
	    ts_scheduler_new(config->datasources, config->datasource_count,
			     pool->worker_count, (size_t)config->pool.batch);
	for (size_t i = 0; i < pool->worker_count; i++) {
		struct ts_sync *sync = &pool->workers[i].sync;

		sync->sources = sources;
		sync->record_bytes = record_bytes;
		sync->catalog_timeout_ms = config->catalog.timeout_ms;
		if (!ts_catalog_new(config, &sync->catalog, err)) {
			free_pool(pool);
			return false;
		}
	}
	while (pool->started < pool->worker_count &&
	       start_worker(pool, &pool->workers[pool->started], err))
		pool->started++;
	if (pool->started < pool->worker_count) {
		ts_pool_stop(pool, TS_FOREVER);
		return false;
	}
	*ret_pool = pool;
	return true;
}

void ts_pool_submit(struct ts_pool *pool, struct ts_chain *tasks)
{
	struct ts_task *task;
	size_t wake;

	if (!tasks->count)
		return;
	pthread_mutex_lock(&pool->lock);
	wake = tasks->count < pool->idle ? tasks->count : pool->idle;
	while ((task = ts_chain_take(tasks)))
		ts_scheduler_add(pool->scheduler, task);
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
	ts_scheduler_drop(pool->scheduler, ret_tasks);
	pthread_mutex_unlock(&pool->lock);
}
