/* retry.h - does a job that failed run again in this process, and when?
 *
 * Pure: clock and random number are passed in.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_RETRY_H
#define TS_RETRY_H
#include "base/error.h"
#include <stdint.h>

/* A job whose runs have failed `attempts` times, the last with `err`: false where it
 * does not run again here.  Else it does so at *ret_due_ms, which is before
 * `deadline_ms` and no earlier than err->retry_after_ms asks for. */
bool ts_retry_again(const struct ts_error *err, int attempts, int64_t now_ms,
		    int64_t deadline_ms, uint32_t random, int64_t *ret_due_ms);

/* May its deadline be all that keeps it from running again here? */
bool ts_retry_is_late(const struct ts_error *err, int attempts, int64_t now_ms,
		      int64_t deadline_ms);

#endif
