/* jobs.h - the jobs that `tablesync publish` has to publish, and where they come from.
 *
 * Plain data; zero-initialised is empty.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOBS_H
#define TS_JOBS_H
#include "config/config.h"

struct ts_wish {
	int32_t datasource_id;
	char *schema, *table; /* owned */
	bool is_view;
};

struct ts_jobs {
	struct ts_wish *items; /* owned */
	size_t count, capacity;
};

void ts_jobs_release(struct ts_jobs *jobs);
void ts_jobs_add(struct ts_jobs *jobs, int32_t datasource_id, const char *schema,
		 const char *table, bool is_view);

/* Add the jobs of a file, one JSON object a line; "-" is stdin, which is read to its
 * end first.  A line that is no job is told on stderr with its number, and counted in
 * `ret_bad`.  TS_E_USAGE where the file cannot be read. */
TS_MUST_CHECK bool ts_jobs_read(struct ts_jobs *jobs, const char *path, size_t *ret_bad,
				struct ts_error *err);

/* Add a job for each table and view that the configured data source has in `schema`. */
TS_MUST_CHECK bool ts_jobs_list(struct ts_jobs *jobs, const struct ts_config *config,
				int32_t datasource_id, const char *schema,
				int64_t deadline_ms, struct ts_error *err);

#endif
