/* services.h - what the handlers of all requests share.
 *
 * Plain data, filled at start.  Thread: written at start, then read by any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SERVICES_H
#define TS_SERVICES_H

struct ts_config;
struct ts_store;
struct ts_trigger;
struct ts_job_log;
struct ts_job_search;
struct ts_letter_desk;
struct ts_figures;

/* Borrowed.  A worker's own server has no more than config and figures: of the others
 * NULL. */
struct ts_services {
	const struct ts_config *config;
	struct ts_store *store;
	struct ts_trigger *trigger;     /* publishes jobs and awaits their replies */
	struct ts_job_log *jobs;        /* what became of jobs */
	struct ts_job_search *search;   /* for jobs that the log does not have */
	struct ts_letter_desk *letters; /* reads dead letters, replays them */
	struct ts_figures *figures;     /* what is counted */
};

#endif
