/* retry.c - see retry.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/retry.h"

/* How long a job waits after each failure, give or take a half, so that jobs which
 * failed together do not come back together. */
static const int pauses_ms[] = {100, 300, 900};

/* Each of these has taken the data source's whole time-out already. */
enum { AFTER_TIMEOUTS = 1 };

static int limit(enum ts_code code)
{
	if (ts_code_class(code) != TS_RETRY)
		return 0;
	if (code == TS_E_SOURCE_TIMEOUT)
		return AFTER_TIMEOUTS;
	return (int)(sizeof(pauses_ms) / sizeof(*pauses_ms));
}

bool ts_retry_again(enum ts_code code, int attempts, int64_t now_ms,
		    int64_t deadline_ms, uint32_t random, int64_t *ret_due_ms)
{
	int64_t due, pause;

	if (attempts < 1 || attempts > limit(code))
		return false;
	pause = pauses_ms[attempts - 1];
	due = now_ms + pause / 2 + (int64_t)random % (pause + 1);
	if (due >= deadline_ms)
		return false;
	*ret_due_ms = due;
	return true;
}
