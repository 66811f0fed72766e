/* probes.h - is it alive, is it ready, and how is it?
 *
 *   /healthz   200, or 503 where a restart would help
 *   /readyz    200, or 503 where others should do the work for now
 *   /metrics   figures as Prometheus reads them
 *
 * The first two say in a line each what was looked at, and are open to all. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PROBES_H
#define TS_PROBES_H
#include "http/route.h"

extern const struct ts_routes ts_probe_routes;        /* healthz, readyz */
extern const struct ts_routes ts_metrics_routes;      /* for who may read */
extern const struct ts_routes ts_open_metrics_routes; /* at metrics.listen */

#endif
