/* progress.h - one line on a terminal that says how far a long command is.
 *
 * Shown on stderr, only where that is a terminal that can move its cursor.  Zero it and
 * call ts_progress_start.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PROGRESS_H
#define TS_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_progress {
	bool is_wanted; /* there is a terminal, and more than one thing to do */
	bool is_shown;  /* the line stands there now */
	size_t total;
	int64_t start_ms, drawn_ms;
};

void ts_progress_start(struct ts_progress *progress, size_t total);
/* Draw the line again, a few times a second at most. */
void ts_progress_draw(struct ts_progress *progress, size_t done, size_t errors);
/* Take the line away, before anything else is printed. */
void ts_progress_clear(struct ts_progress *progress);

/* How many a second since the start. */
double ts_progress_rate(const struct ts_progress *progress, size_t done);

#endif
