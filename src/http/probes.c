/* probes.c - see probes.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/probes.h"
#include "base/process.h"
#include "http/figures.h"

enum { OK = 200, UNAVAILABLE = 503 };

static void answer_lines(struct ts_call *call, bool is_good)
{
	call->content_type = "text/plain; charset=utf-8";
	call->status = is_good ? OK : UNAVAILABLE;
}

static bool answer_health(struct ts_call *call, struct ts_error *err)
{
	const struct ts_figures *figures = call->services->figures;
	const struct ts_probe *probe;
	bool is_alive = true;
	(void)err;

	ts_buf_puts(&call->answer, "process: ok\n");
	for (size_t i = 0; (probe = ts_figures_probe(figures, i)); i++)
		if (probe->is_alive)
			is_alive &= probe->is_alive(probe->part, &call->answer);
	answer_lines(call, is_alive);
	return true;
}

static bool answer_readiness(struct ts_call *call, struct ts_error *err)
{
	const struct ts_figures *figures = call->services->figures;
	const struct ts_probe *probe;
	bool is_ready = true;
	(void)err;

	for (size_t i = 0; (probe = ts_figures_probe(figures, i)); i++)
		if (probe->is_ready)
			is_ready &= probe->is_ready(probe->part, &call->answer);
	answer_lines(call, is_ready);
	return true;
}

static bool answer_metrics(struct ts_call *call, struct ts_error *err)
{
	struct ts_figures *figures = call->services->figures;
	const struct ts_probe *probe;
	(void)err;

	ts_process_print(ts_figures_started_unix_ms(figures), &call->answer);
	for (size_t i = 0; (probe = ts_figures_probe(figures, i)); i++)
		if (probe->print)
			probe->print(probe->part, &call->answer);
	if (call->services->store)
		ts_figures_print(figures, &call->answer);
	call->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return true;
}

static const struct ts_route probes[] = {
    {"GET", "/healthz", answer_health, TS_ROLES_OPEN, TS_ROUTE_API, 0, 0, {0}},
    {"GET", "/readyz", answer_readiness, TS_ROLES_OPEN, TS_ROUTE_API, 0, 0, {0}},
};
static const struct ts_route metrics[] = {
    {"GET", "/metrics", answer_metrics, TS_ROLES_READ, TS_ROUTE_API, 0, 0, {0}},
};
static const struct ts_route open_metrics[] = {
    {"GET", "/metrics", answer_metrics, TS_ROLES_OPEN, TS_ROUTE_API, 0, 0, {0}},
};

const struct ts_routes ts_probe_routes = {probes, sizeof(probes) / sizeof(*probes)};
const struct ts_routes ts_metrics_routes = {metrics, 1};
const struct ts_routes ts_open_metrics_routes = {open_metrics, 1};
