/* retry.h - does a job that failed run again in this process, and when?
 *
 * Pure: clock and random number are passed in.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_RETRY_H
#define TS_RETRY_H
#include "base/error.h"
#include <stdint.h>

/* A job whose runs have failed `attempts` times, the last with `code`: false where that
 * is its answer.  Else it runs again at *ret_due_ms, which is before `deadline_ms`. */
bool ts_retry_again(enum ts_code code, int attempts, int64_t now_ms,
		    int64_t deadline_ms, uint32_t random, int64_t *ret_due_ms);

#endif
