/* state.h - what the pool's threads share; inside pool/ only.
 *
 *   worker: take ─▶ lend ─▶ read, write ─▶ take back ─▶ settle ─▶ finish
 *   keeper:                  ends what is late, gives up threads that stay away
 *
 * While a worker waits for a driver or a server, its tasks lie with the pool, and the
 * keeper looks after them.
 *
 * Thread: the pool's, as each field says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POOL_STATE_H
#define TS_POOL_STATE_H
#include "config/config.h"
#include "pool/crashes.h"
#include "pool/scheduler.h"
#include "sync/sync.h"
#include <pthread.h>
#include <stdatomic.h>

/* Where a worker thread is.  It goes on by itself, but only from READING may it be
 * declared LOST: whoever changes READING first decides. */
enum ts_phase {
	TS_PHASE_HOME,    /* with its tasks, if it has any */
	TS_PHASE_READING, /* in a driver, which may keep it for ever */
	TS_PHASE_WRITING, /* in the catalog, which has its own time-out */
	TS_PHASE_LOST,    /* given up: when it comes back it ends */
};

struct ts_worker {
	struct ts_pool *pool;
	pthread_t thread;
	struct ts_sync sync; /* these three: the thread's own */
	struct ts_run run;
	uint32_t random;

	_Atomic enum ts_phase phase;
	/* Below: under the pool's lock. */
	struct ts_worker *next;
	struct ts_batch batch;
	uint64_t drops; /* of the pool, when the batch was taken */
	/* Not at home: when the first of its tasks is late, when it counts as lost. */
	int64_t late_ms, lost_ms;
	int32_t datasource_id; /* that it is reading */
	bool is_told;          /* its loss was told */
	bool has_ended;        /* and is to be joined */
};

struct ts_pool {
	const struct ts_config *config; /* these five: written once */
	struct ts_sources *sources;
	struct ts_crashes *crashes; /* NULL: nothing is noted */
	size_t record_bytes;
	int wake_fd;

	pthread_mutex_t lock;
	pthread_cond_t work; /* a batch may be taken, or is_stopping */
	pthread_cond_t end;  /* a thread has ended */
	pthread_cond_t keep; /* the keeper has something to do */
	/* Below: under `lock`. */
	struct ts_scheduler *scheduler;
	struct ts_worker *workers; /* all that are not joined */
	size_t idle, alive, lost;  /* threads; the lost are alive, too */
	size_t missing;            /* lost, and not replaced yet */
	uint64_t drops;            /* times that what waits was taken away */
	int64_t kept_until_ms;     /* when the keeper wakes; INT64_MIN: it is awake */
	int64_t tidy_ms;           /* when connections are to be tidied */
	bool is_stopping, is_over; /* for the workers, for the keeper */
	struct ts_error unfit;

	atomic_bool is_unfit;
	atomic_size_t untold; /* losses that nobody was told of */
	pthread_t keeper;     /* the starting thread's */

	pthread_mutex_t finished_lock;
	struct ts_chain finished; /* under `finished_lock` */
};

enum {
	/* Sockets are shut down at the deadline of a read, and a driver that then does
	 * not come back will not do so at all. */
	TS_LOST_AFTER_MS = 2000,
	/* Threads that may be lost at once: as many as there are workers, or this. */
	TS_LOST_LEAST = 2,
	TS_TIDY_EVERY_MS = 10000,
	TS_TIDY_MS = 60000, /* connections that are hard to close take half a second */
};

/* A worker thread, its argument a struct ts_worker. */
void *ts_worker_thread(void *worker);
/* The keeper's, its argument the pool. */
void *ts_keeper_thread(void *pool);

/* Start one more worker thread.  Thread: the keeper's, and the first one before it. */
TS_MUST_CHECK bool ts_pool_start_worker(struct ts_pool *pool, struct ts_error *err);
/* Free what a worker thread left, once it is joined. */
void ts_worker_free(struct ts_worker *worker);

/* These have an outcome: leaves the chain empty.  Without the lock. */
void ts_pool_publish(struct ts_pool *pool, struct ts_chain *tasks);
/* Wake who collects.  Any thread. */
void ts_pool_wake(const struct ts_pool *pool);

/* The caller holds the lock: wait for `cond`.  False: the deadline has passed. */
bool ts_pool_wait(struct ts_pool *pool, pthread_cond_t *cond, int64_t deadline_ms);
/* The caller holds the lock: the keeper is needed at `due_ms`, and by what the
 * scheduler has for it. */
void ts_pool_remind(struct ts_pool *pool, int64_t due_ms);

#endif
