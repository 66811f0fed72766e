/* writer.h - one writing connection, for whoever wants to write.
 *
 * A storage has one writer at a time, and a commit costs as much as what it commits. So
 * the first caller who finds the connection free writes for all who wait, in one
 * transaction; each gets the outcome of its own task.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_WRITER_H
#define TS_WRITER_H
#include "store/storage.h"

struct ts_writer;

/* What one caller wants to be done inside a transaction.  It may run on another
 * caller's thread, and again from the start when the transaction was rolled back; false
 * rolls it back. */
typedef bool ts_writer_work(struct ts_conn *conn, void *opaque, struct ts_error *err);

/* Takes the connection, and makes another where it is lost. */
struct ts_writer *ts_writer_new(const char *connection, TS_TAKES struct ts_conn *conn);
/* Nobody may be writing. */
void ts_writer_free(struct ts_writer *writer);

/* Returns when the work is committed, or has failed and left nothing behind. */
TS_MUST_CHECK bool ts_writer_run(struct ts_writer *writer, ts_writer_work *work,
				 void *opaque, struct ts_error *err);

/* How many transactions were committed, and the work of how many callers in them. */
void ts_writer_count(const struct ts_writer *writer, int64_t *ret_commits,
		     int64_t *ret_writes);

#endif
