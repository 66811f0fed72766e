/* retry.c - see retry.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/retry.h"

/* How long a job waits after each failure, give or take a half, so that jobs which
 * failed together do not come back together. */
static const int pauses_ms[] = {100, 300, 900};

enum {
	AFTER_TIMEOUTS = 1, /* each has taken the data source's whole time-out */
	PATIENCE_MS = 2000, /* who asks for more is asked from a retry topic */
};

static int limit(const struct ts_error *err)
{
	if (ts_code_class(err->code) != TS_RETRY || err->retry_after_ms > PATIENCE_MS)
		return 0;
	if (err->code == TS_E_SOURCE_TIMEOUT)
		return AFTER_TIMEOUTS;
	return (int)(sizeof(pauses_ms) / sizeof(*pauses_ms));
}

/* `jitter_ms` from 0 to `pause_ms`. */
static int64_t longer_ms(const struct ts_error *err, int pause_ms, int jitter_ms)
{
	int pause = pause_ms / 2 + jitter_ms;

	return pause > err->retry_after_ms ? pause : err->retry_after_ms;
}

bool ts_retry_again(const struct ts_error *err, int attempts, int64_t now_ms,
		    int64_t deadline_ms, uint32_t random, int64_t *ret_due_ms)
{
	int pause;
	int64_t due;

	if (attempts < 1 || attempts > limit(err))
		return false;
	pause = pauses_ms[attempts - 1];
	due = now_ms + longer_ms(err, pause, (int)(random % ((uint32_t)pause + 1)));
	if (due >= deadline_ms)
		return false;
	*ret_due_ms = due;
	return true;
}

bool ts_retry_is_late(const struct ts_error *err, int attempts, int64_t now_ms,
		      int64_t deadline_ms)
{
	int pause;

	if (attempts < 1 || attempts > limit(err))
		return false;
	pause = pauses_ms[attempts - 1];
	return now_ms + longer_ms(err, pause, pause) >= deadline_ms;
}
