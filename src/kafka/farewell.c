/* farewell.c - see farewell.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/farewell.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include <stdlib.h>

/* Shared by two; who comes last frees it. */
struct farewell {
	rd_kafka_t *handle;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done, is_left; /* guarded by the lock */
};

static void release(struct farewell *farewell)
{
	pthread_cond_destroy(&farewell->done);
	pthread_mutex_destroy(&farewell->lock);
	free(farewell);
}

static void *destroy(void *opaque)
{
	struct farewell *farewell = opaque;
	bool is_left;

	rd_kafka_destroy(farewell->handle);
	pthread_mutex_lock(&farewell->lock);
	farewell->is_done = true;
	is_left = farewell->is_left;
	pthread_cond_signal(&farewell->done);
	pthread_mutex_unlock(&farewell->lock);
	if (is_left)
		release(farewell);
	return NULL;
}

static bool wait_for(struct farewell *farewell, int64_t deadline_ms)
{
	bool is_done;

	pthread_mutex_lock(&farewell->lock);
	while (!farewell->is_done &&
	       ts_cond_wait(&farewell->done, &farewell->lock, deadline_ms))
		;
	is_done = farewell->is_done;
	farewell->is_left = !is_done;
	pthread_mutex_unlock(&farewell->lock);
	return is_done;
}

void ts_farewell(rd_kafka_t *handle, int timeout_ms)
{
	struct farewell *farewell;
	pthread_t thread;

	if (!handle)
		return;
	farewell = ts_calloc(1, sizeof(*farewell));
	farewell->handle = handle;
	pthread_mutex_init(&farewell->lock, NULL);
	ts_cond_init(&farewell->done);
	if (pthread_create(&thread, NULL, destroy, farewell)) {
		rd_kafka_destroy(handle);
		release(farewell);
		return;
	}
	if (!wait_for(farewell, ts_now_ms() + timeout_ms)) {
		pthread_detach(thread);
		return;
	}
	pthread_join(thread, NULL);
	release(farewell);
}
