/* sync.h - the job on one screen: find the source, read, write, answer.
 *
 *   begin ──▶ read ──▶ write ──▶ finish
 *   copies    touch no task      answers each task
 *
 * A run is a batch on its way through these four.  Only its begin and its end look at
 * the jobs; while drivers and servers are waited for, they may be answered and taken
 * away by somebody else.
 *
 * Thread: one at a time a ts_sync and a ts_run; each worker thread has its own, all
 * share the sources. */
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

/* A table of a run. */
struct ts_run_table {
	int32_t datasource_id;
	bool is_wanted_as_table, is_wanted_as_view; /* by one job at least */
	/* Where its texts begin in `names`. */
	size_t schema, table, traceparent; /* traceparent SIZE_MAX: none */
	size_t write;                      /* its place in `writes`; SIZE_MAX: none */
};

/* Zero-initialised is empty.  Keeps its memory from one run to the next. */
struct ts_run {
	struct ts_source *source; /* NULL: no such one is configured */
	int64_t deadline_ms;      /* of the read */
	/* Of each table; owned. */
	struct ts_run_table *tables;
	struct ts_read *reads;
	size_t count, capacity;
	struct ts_write *writes; /* of those that are to be written */
	size_t write_count;
	struct ts_buf names; /* copies, each with its NUL */
	int64_t started_ms, read_ms, written_ms;
};

void ts_run_release(struct ts_run *run);

/* Begin to run `batch`: jobs of one data source, those of one table next to each other.
 * Sets each task's `table`.  The read ends with the data source's time-out, or with the
 * last of the deadlines, though not before it had a chance. */
void ts_sync_begin(const struct ts_sync *sync, const struct ts_chain *batch,
		   int64_t now_ms, struct ts_run *run);
/* Read the tables, by run->deadline_ms or somewhat later, and make up the writes, if
 * there are any.  Tells how the data source as a whole is: TS_OK, or why it cannot be
 * used at all; NULL where it may not have been asked.  Borrowed until the next begin.
 */
const struct ts_error *ts_sync_read(struct ts_run *run);
/* Tell the catalog of what was read, unless that is nothing. */
void ts_sync_write(const struct ts_sync *sync, struct ts_run *run);
/* Each of `tasks` (those of the batch that are left) gets its outcome, and its reply
 * unless the outcome is of the class RETRY.  Empties the run. */
void ts_sync_finish(const struct ts_sync *sync, struct ts_run *run,
		    const struct ts_chain *tasks);

/* Encode the reply of a task whose `err` is set. */
void ts_sync_answer_error(struct ts_task *task, size_t record_bytes);

#endif
