/* breaker.c - see breaker.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/breaker.h"
#include "base/clock.h"

enum ts_breaker_state ts_breaker_state(const struct ts_breaker *breaker, int64_t now_ms)
{
	if (!breaker->is_open)
		return TS_BREAKER_CLOSED;
	if (breaker->is_probing)
		return now_ms < breaker->probed_ms + TS_BREAKER_PROBE_MS
			   ? TS_BREAKER_WAIT
			   : TS_BREAKER_REFUSE;
	return now_ms < breaker->until_ms ? TS_BREAKER_REFUSE : TS_BREAKER_PROBE;
}

void ts_breaker_probe(struct ts_breaker *breaker, int64_t now_ms)
{
	breaker->is_probing = true;
	breaker->probed_ms = now_ms;
}

static void open_for(struct ts_breaker *breaker, int64_t pause_ms, int64_t now_ms)
{
	breaker->is_open = true;
	breaker->pause_ms =
	    pause_ms < TS_BREAKER_PAUSE_MAX_MS ? pause_ms : TS_BREAKER_PAUSE_MAX_MS;
	breaker->until_ms = now_ms + breaker->pause_ms;
}

void ts_breaker_report(struct ts_breaker *breaker, bool was_probe,
		       const struct ts_error *err, int64_t now_ms)
{
	if (was_probe)
		breaker->is_probing = false;
	else if (breaker->is_open)
		return; /* it began before that, and is no news */
	if (!err)
		return;
	if (err->code == TS_OK) {
		breaker->is_open = false;
		breaker->failures = 0;
		return;
	}
	breaker->last = *err;
	breaker->failures++;
	if (was_probe)
		open_for(breaker, 2 * breaker->pause_ms, now_ms);
	else if (breaker->failures >= TS_BREAKER_FAILURES)
		open_for(breaker, TS_BREAKER_PAUSE_MS, now_ms);
}

int64_t ts_breaker_due_ms(const struct ts_breaker *breaker, int64_t now_ms)
{
	return ts_breaker_state(breaker, now_ms) == TS_BREAKER_WAIT
		   ? breaker->probed_ms + TS_BREAKER_PROBE_MS
		   : TS_FOREVER;
}

void ts_breaker_refuse(const struct ts_breaker *breaker, int64_t now_ms,
		       struct ts_error *ret_err)
{
	long long left = (breaker->until_ms - now_ms + 999) / 1000;

	if (breaker->is_probing)
		ts_fail(ret_err, breaker->last.code,
			"not tried: the data source failed %d times in a row, and is "
			"being tried now; the last failure: %s",
			breaker->failures, breaker->last.text);
	else
		ts_fail(ret_err, breaker->last.code,
			"not tried: the data source failed %d times in a row, next try "
			"in %lld s; the last failure: %s",
			breaker->failures, left > 0 ? left : 0, breaker->last.text);
}
