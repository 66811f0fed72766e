/* job_filter.h - which entries of the job log a question is about.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_FILTER_H
#define TS_JOB_FILTER_H
#include "contract/request.h"
#include "http/job_entry.h"

/* May it be seen by whom `scope` (NULL: everything) limits?  A job that does not say
 * where its table is may be seen only by those who may see all. */
bool ts_job_is_within(const struct ts_job_entry *entry, const struct ts_scope *scope);
/* All conditions but `before`. */
bool ts_job_matches(const struct ts_job_entry *entry,
		    const struct ts_job_filter *filter);

/* A place in the order of the log. */
struct ts_job_place {
	int64_t at_ms;
	char job_id[TS_JOB_ID_SIZE];
};

/* As a list has it, "1795410000123-tablesync.jobs-3-17".  TS_E_BAD_VALUE. */
TS_MUST_CHECK bool ts_job_place_parse(const char *text, struct ts_job_place *ret_place,
				      struct ts_error *err);

#endif
