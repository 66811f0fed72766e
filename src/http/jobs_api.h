/* jobs_api.h - `GET /api/v1/jobs`: what became of jobs, handlers of route.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOBS_API_H
#define TS_JOBS_API_H
#include "http/job_log.h"
#include "http/route.h"

extern const struct ts_routes ts_job_routes;

/* Which jobs the parameters of a query ask for.  TS_E_BAD_VALUE. */
TS_MUST_CHECK bool ts_jobs_api_filter(const struct ts_call *call,
				      struct ts_job_filter *filter,
				      struct ts_error *err);

#endif
