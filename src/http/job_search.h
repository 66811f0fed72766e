/* job_search.h - jobs that the log does not have: are they on their way, or was there
 * never such a job?
 *
 * Kafka is asked, by one thread, while the requests wait without one.
 *
 * Thread: any, but for the start and the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_SEARCH_H
#define TS_JOB_SEARCH_H
#include "http/call.h"

struct ts_inquiry;
struct ts_job_log;
struct ts_job_search;

/* Borrows all; `inquiry` NULL: there is no Kafka. */
TS_MUST_CHECK bool ts_job_search_start(const struct ts_config *config,
				       struct ts_inquiry *inquiry,
				       struct ts_job_log *log,
				       struct ts_job_search **ret_search,
				       struct ts_error *err);
/* From now on answer at once, with less than could be found out. */
void ts_job_search_drain(struct ts_job_search *search);
/* NULL is fine. */
void ts_job_search_stop(struct ts_job_search *search);

/* Writes the answer about a job into the call: `job` as the API tells it, or where it
 * is NULL, why there is none and with which status.  On whatever thread; called once.
 */
typedef void ts_job_search_done(struct ts_call *call, TS_TAKES json_t *job, int status,
				const struct ts_error *why);

/* Find the job whose id is call->name: in the log, at once, or else in Kafka, later.
 * TS_E_BUSY when too many ask. */
TS_MUST_CHECK bool ts_job_search_find(struct ts_call *call, ts_job_search_done *done,
				      struct ts_error *err);

#endif
