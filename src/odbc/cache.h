/* cache.h - connections that are kept for the next read of the same data source.
 *
 * Not unixODBC's own pooling, which hands out what the last user left behind and what
 * the server has closed.  A connection is kept for a minute of idleness and ten minutes
 * of age.  How many are open at once is not limited here.
 *
 * Thread: any; the lock is never held while a driver is called. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CACHE_H
#define TS_CACHE_H
#include "odbc/odbc.h"

struct ts_cache;

/* Keeps at most `limit` idle connections. */
struct ts_cache *ts_cache_new(size_t limit);
/* Every connection must have been given back. */
void ts_cache_free(struct ts_cache *cache);

/* A connection that was given with `key`; NULL: there is none, open one. */
struct ts_conn *ts_cache_take(struct ts_cache *cache, const char *key);
/* Keep `conn`, or close it where it is broken, old or one too many. */
void ts_cache_give(struct ts_cache *cache, const char *key,
		   TS_TAKES struct ts_conn *conn);

#endif
