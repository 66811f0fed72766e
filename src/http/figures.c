/* figures.c - see figures.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/figures.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/route.h"
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	PROBES = 4,
	CLASSES = 6, /* of statuses, by their first digit */
};

static const char *const classes[CLASSES] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};

enum { REQUESTS = TS_FIGURE_COUNT, DURATIONS, METRICS };

static const struct ts_metric rows[METRICS] = {
#define X(id, type, name, help) [id] = {name, type, {0}, help},
    TS_FIGURES(X)
#undef X
	[REQUESTS] = {"http_requests_total",
		      TS_METRIC_COUNTER,
		      {"method", "route", "status"},
		      "requests that were answered"},
    [DURATIONS] = {"http_request_duration_seconds",
		   TS_METRIC_HISTOGRAM,
		   {"method", "route"},
		   "from the headers of a request to its answer"},
};

const struct ts_metrics ts_figures_metrics = {rows, METRICS};

/* What was asked of one route. */
struct traffic {
	const struct ts_route *route; /* NULL: of all that have none */
	int64_t statuses[CLASSES];
	struct ts_histogram durations;
};

struct ts_figures {
	int64_t started_unix_ms;
	struct ts_probe probes[PROBES];
	atomic_size_t probe_count; /* counts one once it can be read */
	_Atomic int64_t numbers[TS_FIGURE_COUNT];
	pthread_mutex_t lock;
	/* Guarded by the lock. */
	struct traffic *traffic;
	size_t count;
};

struct ts_figures *ts_figures_new(void)
{
	struct ts_figures *figures = ts_calloc(1, sizeof(*figures));

	figures->started_unix_ms = ts_unix_ms();
	pthread_mutex_init(&figures->lock, NULL);
	return figures;
}

void ts_figures_free(struct ts_figures *figures)
{
	if (!figures)
		return;
	pthread_mutex_destroy(&figures->lock);
	free(figures->traffic);
	free(figures);
}

void ts_figures_add(struct ts_figures *figures, enum ts_figure which, int64_t by)
{
	if (figures)
		atomic_fetch_add_explicit(&figures->numbers[which], by,
					  memory_order_relaxed);
}

static struct traffic *find_locked(struct ts_figures *figures,
				   const struct ts_route *route)
{
	struct traffic *traffic;

	for (size_t i = 0; i < figures->count; i++)
		if (figures->traffic[i].route == route)
			return &figures->traffic[i];
	figures->traffic =
	    ts_realloc(figures->traffic, figures->count + 1, sizeof(*figures->traffic));
	traffic = &figures->traffic[figures->count++];
	*traffic = (struct traffic){.route = route};
	return traffic;
}

void ts_figures_answered(struct ts_figures *figures, const struct ts_route *route,
			 int status, int64_t took_ms)
{
	size_t class = (size_t)status / 100;
	struct traffic *traffic;

	if (!figures)
		return;
	pthread_mutex_lock(&figures->lock);
	traffic = find_locked(figures, route);
	traffic->statuses[class < CLASSES ? class : 0]++;
	ts_histogram_add(&traffic->durations, took_ms);
	pthread_mutex_unlock(&figures->lock);
}

void ts_figures_join(struct ts_figures *figures, struct ts_probe probe)
{
	size_t count = atomic_load(&figures->probe_count);

	assert(count < PROBES);
	figures->probes[count] = probe;
	atomic_store(&figures->probe_count, count + 1);
}

const struct ts_probe *ts_figures_probe(const struct ts_figures *figures, size_t index)
{
	return index < atomic_load(&figures->probe_count) ? &figures->probes[index]
							  : NULL;
}

int64_t ts_figures_started_unix_ms(const struct ts_figures *figures)
{
	return figures->started_unix_ms;
}

static void print_requests(const struct traffic *traffic, size_t count,
			   struct ts_buf *text)
{
	ts_metric_begin(text, &rows[REQUESTS]);
	for (size_t i = 0; i < count; i++) {
		const struct ts_route *route = traffic[i].route;

		for (size_t class = 0; class < CLASSES; class ++) {
			const char *values[] = {route ? route->method : "",
						route ? route->path : "",
						classes[class]};

			if (traffic[i].statuses[class])
				ts_metric_put(text, &rows[REQUESTS], values,
					      (double)traffic[i].statuses[class]);
		}
	}
}

static void print_durations(const struct traffic *traffic, size_t count,
			    struct ts_buf *text)
{
	ts_metric_begin(text, &rows[DURATIONS]);
	for (size_t i = 0; i < count; i++) {
		const struct ts_route *route = traffic[i].route;
		const char *values[] = {route ? route->method : "",
					route ? route->path : ""};

		ts_histogram_put(text, &rows[DURATIONS], values, &traffic[i].durations);
	}
}

void ts_figures_print(struct ts_figures *figures, struct ts_buf *text)
{
	struct traffic *traffic;
	size_t count;

	for (size_t i = 0; i < TS_FIGURE_COUNT; i++)
		ts_metric_single(text, &rows[i],
				 (double)atomic_load_explicit(&figures->numbers[i],
							      memory_order_relaxed));
	pthread_mutex_lock(&figures->lock);
	count = figures->count;
	traffic = ts_calloc(count + 1, sizeof(*traffic));
	if (count)
		memcpy(traffic, figures->traffic, count * sizeof(*traffic));
	pthread_mutex_unlock(&figures->lock);
	print_requests(traffic, count, text);
	print_durations(traffic, count, text);
	free(traffic);
}
