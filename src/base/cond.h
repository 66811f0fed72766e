/* cond.h - condition variables on the monotonic clock.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_COND_H
#define TS_COND_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void ts_cond_init(pthread_cond_t *cond);
/* False when the deadline (clock.h) has passed.  The mutex is held. */
bool ts_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ms);

#endif
