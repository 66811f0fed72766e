/* cond.c - see cond.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cond.h"
#include <errno.h>
#include <time.h>

void ts_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

bool ts_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ms)
{
	const struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
				       .tv_nsec = deadline_ms % 1000 * 1000000};

	return pthread_cond_timedwait(cond, mutex, &until) != ETIMEDOUT;
}
