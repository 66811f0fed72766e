/* breaker.h - is a data source worth trying?
 *
 *            failures in a row          pause over, somebody asks
 *    CLOSED ──────────────────▶ REFUSE ─────────▶ PROBE ──▶ WAIT ──▶ REFUSE
 *      ▲                          ▲ the probe fails: a longer pause ─┘│ it takes long
 *      └──────────────────────────┴────────────────────────────────────┘ it succeeds
 *
 * Zero-initialised is closed.  Pure: the clock is passed in.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_BREAKER_H
#define TS_BREAKER_H
#include "base/error.h"
#include <stdint.h>

enum {
	TS_BREAKER_FAILURES = 5, /* runs in a row, until it opens */
	TS_BREAKER_PAUSE_MS = 1000,
	TS_BREAKER_PAUSE_MAX_MS = 30000,
	TS_BREAKER_PROBE_MS = 1000, /* for which jobs wait for a probe's outcome */
};

enum ts_breaker_state {
	TS_BREAKER_CLOSED, /* run as many as you like */
	TS_BREAKER_PROBE,  /* run one, and see */
	TS_BREAKER_WAIT,   /* that one runs, and may soon be back */
	TS_BREAKER_REFUSE, /* do not try: answer */
};

struct ts_breaker {
	int failures; /* runs in a row */
	bool is_open, is_probing;
	int64_t pause_ms, until_ms; /* while open: from when on a probe may begin */
	int64_t probed_ms;          /* when the probe began */
	struct ts_error last;       /* why the last of them failed */
};

enum ts_breaker_state ts_breaker_state(const struct ts_breaker *breaker,
				       int64_t now_ms);
/* A run begins in the state PROBE. */
void ts_breaker_probe(struct ts_breaker *breaker, int64_t now_ms);
/* A run has ended: TS_OK, a failure of the data source, or NULL where it tells nothing.
 */
void ts_breaker_report(struct ts_breaker *breaker, bool was_probe,
		       const struct ts_error *err, int64_t now_ms);
/* When jobs that wait in the state WAIT are not to wait any more; TS_FOREVER: there are
 * none. */
int64_t ts_breaker_due_ms(const struct ts_breaker *breaker, int64_t now_ms);
/* The answer to a job that is not tried. */
void ts_breaker_refuse(const struct ts_breaker *breaker, int64_t now_ms,
		       struct ts_error *ret_err);

#endif
