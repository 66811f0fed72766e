/* sync.h - the job on one screen: find the source, read, write, answer.
 *
 * Thread: one at a time a ts_sync; each worker thread has its own, all share the
 * sources. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SYNC_H
#define TS_SYNC_H
#include "catalog/catalog.h"
#include "source/source.h"
#include "sync/task.h"

struct ts_sync {
	struct ts_sources *sources; /* borrowed */
	struct ts_catalog *catalog; /* borrowed */
	int64_t catalog_timeout_ms;
	size_t record_bytes; /* the longest record that the producer takes */
};

/* Run a batch: jobs of one data source, those of one table next to each other.  Each
 * task leaves with its outcome and its reply; the tables are read once. */
void ts_sync_run(const struct ts_sync *sync, const struct ts_chain *batch);

/* Encode the reply of a task whose `err` is set.  For jobs that never run. */
void ts_sync_answer_error(struct ts_task *task, size_t record_bytes);

#endif
