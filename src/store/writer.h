/* writer.h - one writing connection, for whoever wants to write.
 *
 * SQLite has one writer at a time, and a commit costs as much as what it commits.  So
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

/* Takes the connection. */
struct ts_writer *ts_writer_new(TS_TAKES struct ts_conn *conn);
/* Nobody may be writing. */
void ts_writer_free(struct ts_writer *writer);

/* Returns when the work is committed, or has failed and left nothing behind. */
TS_MUST_CHECK bool ts_writer_run(struct ts_writer *writer, ts_writer_work *work,
				 void *opaque, struct ts_error *err);

#endif
