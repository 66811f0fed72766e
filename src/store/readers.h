/* readers.h - connections for reading, made when they are needed and kept.
 *
 * There are as many as were ever in use at once.
 *
 * Thread: any; a connection is its taker's until it is given back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_READERS_H
#define TS_READERS_H
#include "store/storage.h"

struct ts_readers;

struct ts_readers *ts_readers_new(const char *connection);
/* All must have been given back. */
void ts_readers_free(struct ts_readers *readers);

/* NULL with the error where none can be made. */
struct ts_conn *ts_readers_take(struct ts_readers *readers, struct ts_error *err);
/* NULL is taken too. */
void ts_readers_give(struct ts_readers *readers, struct ts_conn *conn);

#endif
