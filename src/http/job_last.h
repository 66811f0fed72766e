/* job_last.h - the newest answered job of each data source.
 *
 * Plain data; zero-initialised is empty.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_LAST_H
#define TS_JOB_LAST_H
#include "http/job_entry.h"

struct ts_lasts {
	const struct ts_job_entry **items; /* owned; by data source; each borrowed */
	size_t count, capacity;
};

void ts_lasts_release(struct ts_lasts *lasts);
/* Take note of an entry; pending ones, and those of no data source, do not count. */
void ts_lasts_note(struct ts_lasts *lasts, const struct ts_job_entry *entry);
/* The entry is about to go: where it was the newest, there is none from then on. */
void ts_lasts_remove(struct ts_lasts *lasts, const struct ts_job_entry *entry);
/* NULL where there is none. */
const struct ts_job_entry *ts_lasts_find(const struct ts_lasts *lasts, int64_t ds_id);

#endif
