/* progress.c - see progress.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAW_MS = 200 };

static bool can_redraw(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

void ts_progress_start(struct ts_progress *progress, size_t total)
{
	*progress = (struct ts_progress){.is_wanted = total > 1 && can_redraw(),
					 .total = total,
					 .start_ms = ts_now_ms()};
}

double ts_progress_rate(const struct ts_progress *progress, size_t done)
{
	const int64_t ms = ts_now_ms() - progress->start_ms;

	return (double)done * 1000 / (double)(ms > 0 ? ms : 1);
}

void ts_progress_draw(struct ts_progress *progress, size_t done, size_t errors)
{
	const int64_t now_ms = ts_now_ms();

	if (!progress->is_wanted || now_ms < progress->drawn_ms + DRAW_MS)
		return;
	progress->drawn_ms = now_ms;
	progress->is_shown = true;
	fprintf(stderr, "\r\033[K%zu of %zu, %.0f/s, %zu errors", done, progress->total,
		ts_progress_rate(progress, done), errors);
	fflush(stderr);
}

void ts_progress_clear(struct ts_progress *progress)
{
	if (!progress->is_shown)
		return;
	progress->is_shown = false;
	/* Drawn again after what is printed now, not 200 ms later. */
	progress->drawn_ms = 0;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
