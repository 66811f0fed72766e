/* figures.h - what a process counts, and whom it asks, for /metrics and its health.
 *
 * The server and its handlers count here; the other parts of the process (a worker) are
 * probes, which are asked.
 *
 * Thread: any, as far as nothing else is said. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FIGURES_H
#define TS_FIGURES_H
#include "base/exposition.h"
#include "base/probe.h"

struct ts_route;
struct ts_figures;

/* X(constant, type, name, help): those without labels. */
#define TS_FIGURES(X)                                                                  \
	X(TS_FIGURE_CONNECTIONS, TS_METRIC_GAUGE, "http_connections",                  \
	  "connections that are open")                                                 \
	X(TS_FIGURE_WAITING, TS_METRIC_GAUGE, "http_requests_waiting",                 \
	  "requests that wait for the answer to their job")                            \
	X(TS_FIGURE_BODY_BYTES, TS_METRIC_GAUGE, "http_body_bytes",                    \
	  "bytes of bodies that are held")                                             \
	X(TS_FIGURE_PUBLISHED, TS_METRIC_COUNTER, "trigger_jobs_published_total",      \
	  "jobs that were published for callers")                                      \
	X(TS_FIGURE_UNPUBLISHED, TS_METRIC_COUNTER, "trigger_jobs_failed_total",       \
	  "jobs that could not be published")                                          \
	X(TS_FIGURE_EXPIRED, TS_METRIC_COUNTER, "trigger_waits_expired_total",         \
	  "waits that ended before the answer was there")                              \
	X(TS_FIGURE_REPLIES, TS_METRIC_COUNTER, "trigger_replies_read_total",          \
	  "replies that were read from the replies topic")                             \
	X(TS_FIGURE_JOB_LOG, TS_METRIC_GAUGE, "job_log_jobs",                          \
	  "jobs that the log of jobs holds")

enum ts_figure {
#define X(id, type, name, help) id,
	TS_FIGURES(X)
#undef X
	    TS_FIGURE_COUNT
};

struct ts_figures *ts_figures_new(void);
void ts_figures_free(struct ts_figures *figures);

/* Count; `by` may be negative where it is a gauge.  NULL figures: nobody counts. */
void ts_figures_add(struct ts_figures *figures, enum ts_figure which, int64_t by);
/* A request was answered; `route` NULL where there was none for it. */
void ts_figures_answered(struct ts_figures *figures, const struct ts_route *route,
			 int status, int64_t took_ms);

/* One more part of the process; it stays as long as somebody may ask.  Thread: one. */
void ts_figures_join(struct ts_figures *figures, struct ts_probe probe);
/* The probes; NULL where there are not so many. */
const struct ts_probe *ts_figures_probe(const struct ts_figures *figures, size_t index);

/* When the process was started, about. */
int64_t ts_figures_started_unix_ms(const struct ts_figures *figures);
/* Append what was counted here. */
void ts_figures_print(struct ts_figures *figures, struct ts_buf *text);
/* All that it may print. */
extern const struct ts_metrics ts_figures_metrics;

#endif
