/* cache.h - the connections of one data source: lent for a read, kept for the next.
 *
 * Not unixODBC's own pooling, which hands out what the last user left behind and what
 * the server has closed.  A connection is kept for a minute of idleness and ten minutes
 * of age.  There are never more than `limit` open, lent and kept, whatever their keys.
 * When one turns out to be dead, the others that were kept are taken for dead as well:
 * a server that froze would hold a read until its deadline for each of them.
 *
 * A borrower that is long overdue does not count any more: its driver hangs, and will
 * never give the connection back.
 *
 * Thread: any; the lock is never held while a driver is called. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CACHE_H
#define TS_CACHE_H
#include "odbc/odbc.h"

struct ts_cache;

/* The right to one connection, from take to give; the borrower's memory. */
struct ts_loan {
	struct ts_conn *conn; /* NULL: there is none yet, the borrower opens one */
	/* The rest is the cache's, guarded by its lock. */
	int64_t deadline_ms;
	struct ts_loan *next, **link;
};

struct ts_cache *ts_cache_new(size_t limit);
/* Every loan must have been given back. */
void ts_cache_free(struct ts_cache *cache);

/* Borrow: a connection that was given with `key`, or room for a new one, for which a
 * kept one with another key may be closed.  Waits where all are lent;
 * TS_E_SOURCE_BUSY: until `deadline_ms` in vain. */
TS_MUST_CHECK bool ts_cache_take(struct ts_cache *cache, const char *key,
				 int64_t deadline_ms, struct ts_loan *ret_loan,
				 struct ts_error *err);
/* Give back: loan->conn (which may be NULL) is kept, or closed where it is broken, old
 * or one too many. */
void ts_cache_give(struct ts_cache *cache, const char *key, struct ts_loan *loan);

/* A connection proved to be dead: lend nothing that was given back before. */
void ts_cache_doubt(struct ts_cache *cache);

/* How many are lent, opened or not, and how many are kept. */
void ts_cache_count(struct ts_cache *cache, size_t *ret_lent, size_t *ret_kept);

/* Close what is not to be lent any more at `now_ms`. */
void ts_cache_tidy(struct ts_cache *cache, int64_t now_ms);

#endif
