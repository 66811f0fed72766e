/* job_parts.h - all that a server has to do with jobs: publishes them, reads what
 * became of them, finds those that are under way.
 *
 * Thread: start and stop from one thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_PARTS_H
#define TS_JOB_PARTS_H
#include "http/services.h"
#include "http/trigger.h"

struct ts_job_parts;

/* Starts without waiting for Kafka.  Uses services->config and ->figures (NULL:
 * nobody counts), and sets ->trigger, ->jobs and ->search.  TS_E_CONFIG for a setting
 * of librdkafka. */
TS_MUST_CHECK bool ts_job_parts_start(struct ts_services *services,
				      struct ts_job_parts **ret_parts,
				      struct ts_error *err);
/* Take no new job; whoever waits is answered at `deadline_ms` at the latest. */
void ts_job_parts_drain(struct ts_job_parts *parts, int64_t deadline_ms);
/* No request may be under way, nor come.  NULL is fine. */
void ts_job_parts_stop(struct ts_job_parts *parts);

#endif
