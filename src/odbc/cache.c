/* cache.c - see cache.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/cache.h"
#include "base/clock.h"
#include "base/mem.h"
#include "odbc/conn.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	IDLE_MS = 60 * 1000,
	AGE_MS = 10 * 60 * 1000,
	OVERDUE_MS = 5 * 1000 /* after its deadline a borrower counts no longer */
};

struct entry {
	struct entry *next;
	char *key; /* owned */
	struct ts_conn *conn;
	int64_t since_ms;
};

struct ts_cache {
	size_t limit;
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct entry *entries; /* kept; the one given last comes first */
	struct ts_loan *loans; /* lent */
	int64_t doubted_ms;    /* what was given back until then is not lent */
};

struct ts_cache *ts_cache_new(size_t limit)
{
	struct ts_cache *cache = ts_calloc(1, sizeof(*cache));
	pthread_condattr_t attributes;

	cache->limit = limit;
	pthread_mutex_init(&cache->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&cache->given, &attributes);
	pthread_condattr_destroy(&attributes);
	return cache;
}

static void close_all(struct entry *entry)
{
	while (entry) {
		struct entry *next = entry->next;

		ts_conn_close(entry->conn);
		free(entry->key);
		free(entry);
		entry = next;
	}
}

void ts_cache_free(struct ts_cache *cache)
{
	if (!cache)
		return;
	close_all(cache->entries);
	pthread_cond_destroy(&cache->given);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static bool is_too_old(const struct ts_conn *conn, int64_t now_ms)
{
	return now_ms - conn->opened_ms >= AGE_MS;
}

static bool is_past_locked(const struct ts_cache *cache, const struct entry *entry,
			   int64_t now_ms)
{
	return now_ms - entry->since_ms >= IDLE_MS ||
	       entry->since_ms <= cache->doubted_ms || is_too_old(entry->conn, now_ms);
}

static struct entry *cut_locked(struct entry **link)
{
	struct entry *entry = *link;

	*link = entry->next;
	entry->next = NULL;
	return entry;
}

static struct entry *cut_oldest_locked(struct ts_cache *cache)
{
	struct entry **link = &cache->entries;

	if (!*link)
		return NULL;
	while ((*link)->next)
		link = &(*link)->next;
	return cut_locked(link);
}

static struct entry *cut_key_locked(struct ts_cache *cache, const char *key)
{
	for (struct entry **link = &cache->entries; *link; link = &(*link)->next)
		if (strcmp((*link)->key, key) == 0)
			return cut_locked(link);
	return NULL;
}

/* Is there room for one more?  If not, *ret_look_ms is when that changes by itself. */
static bool has_room_locked(const struct ts_cache *cache, int64_t now_ms,
			    int64_t *ret_look_ms)
{
	size_t count = 0;

	*ret_look_ms = TS_FOREVER;
	for (const struct entry *entry = cache->entries; entry; entry = entry->next)
		count++;
	for (const struct ts_loan *loan = cache->loans; loan; loan = loan->next) {
		int64_t overdue_ms = loan->deadline_ms < TS_FOREVER - OVERDUE_MS
					 ? loan->deadline_ms + OVERDUE_MS
					 : TS_FOREVER;

		if (overdue_ms <= now_ms)
			continue;
		count++;
		if (overdue_ms < *ret_look_ms)
			*ret_look_ms = overdue_ms;
	}
	return count < cache->limit;
}

static void lend_locked(struct ts_cache *cache, struct ts_loan *loan)
{
	loan->link = &cache->loans;
	loan->next = cache->loans;
	if (loan->next)
		loan->next->link = &loan->next;
	cache->loans = loan;
}

static void end_locked(struct ts_loan *loan)
{
	*loan->link = loan->next;
	if (loan->next)
		loan->next->link = loan->link;
}

static void wait_locked(struct ts_cache *cache, int64_t until_ms)
{
	struct timespec at = {.tv_sec = (time_t)(until_ms / 1000),
			      .tv_nsec = (until_ms % 1000) * 1000000};

	if (until_ms == TS_FOREVER)
		pthread_cond_wait(&cache->given, &cache->lock);
	else
		pthread_cond_timedwait(&cache->given, &cache->lock, &at);
}

/* True: the borrower may go ahead, with *ret_kept or in the place of *ret_spare. */
static bool find_locked(struct ts_cache *cache, const char *key, int64_t deadline_ms,
			struct entry **ret_kept, struct entry **ret_spare)
{
	for (;;) {
		int64_t now_ms = ts_now_ms(), look_ms;

		*ret_kept = cut_key_locked(cache, key);
		if (*ret_kept && is_past_locked(cache, *ret_kept, now_ms)) {
			*ret_spare = *ret_kept;
			*ret_kept = NULL;
			return true;
		}
		if (*ret_kept || has_room_locked(cache, now_ms, &look_ms))
			return true;
		*ret_spare = cut_oldest_locked(cache);
		if (*ret_spare)
			return true;
		if (deadline_ms <= now_ms)
			return false;
		wait_locked(cache, look_ms < deadline_ms ? look_ms : deadline_ms);
	}
}

bool ts_cache_take(struct ts_cache *cache, const char *key, int64_t deadline_ms,
		   struct ts_loan *ret_loan, struct ts_error *err)
{
	struct entry *kept = NULL, *spare = NULL;
	bool is_lent;

	pthread_mutex_lock(&cache->lock);
	is_lent = find_locked(cache, key, deadline_ms, &kept, &spare);
	if (is_lent) {
		*ret_loan = (struct ts_loan){.deadline_ms = deadline_ms};
		lend_locked(cache, ret_loan);
	}
	pthread_mutex_unlock(&cache->lock);
	if (!is_lent)
		return ts_fail(err, TS_E_SOURCE_BUSY,
			       "all %zu connections to the data source are in use",
			       cache->limit);

	close_all(spare); /* before another takes its place */
	if (kept) {
		ret_loan->conn = kept->conn;
		free(kept->key);
		free(kept);
	}
	return true;
}

static struct entry *make_entry(const char *key, struct ts_conn *conn)
{
	struct entry *entry = ts_calloc(1, sizeof(*entry));

	entry->key = ts_strdup(key);
	entry->conn = conn;
	entry->since_ms = ts_now_ms();
	return entry;
}

void ts_cache_give(struct ts_cache *cache, const char *key, struct ts_loan *loan)
{
	struct entry *entry = NULL, *spare = NULL;
	int64_t now_ms = ts_now_ms(), unused;

	if (loan->conn && ts_conn_is_healthy(loan->conn) &&
	    !is_too_old(loan->conn, now_ms))
		entry = make_entry(key, loan->conn);
	else
		ts_conn_close(loan->conn);
	loan->conn = NULL;

	pthread_mutex_lock(&cache->lock);
	end_locked(loan);
	/* After an overdue one others may have taken its place. */
	if (entry && has_room_locked(cache, now_ms, &unused)) {
		entry->next = cache->entries;
		cache->entries = entry;
	} else {
		spare = entry;
	}
	/* All: the one that wakes up may be past its deadline. */
	pthread_cond_broadcast(&cache->given);
	pthread_mutex_unlock(&cache->lock);
	close_all(spare);
}

void ts_cache_doubt(struct ts_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->doubted_ms = ts_now_ms();
	pthread_mutex_unlock(&cache->lock);
}

void ts_cache_count(struct ts_cache *cache, size_t *ret_lent, size_t *ret_kept)
{
	*ret_lent = *ret_kept = 0;
	pthread_mutex_lock(&cache->lock);
	for (const struct entry *entry = cache->entries; entry; entry = entry->next)
		(*ret_kept)++;
	for (const struct ts_loan *loan = cache->loans; loan; loan = loan->next)
		(*ret_lent)++;
	pthread_mutex_unlock(&cache->lock);
}

static struct entry *cut_past_locked(struct ts_cache *cache, int64_t now_ms)
{
	for (struct entry **link = &cache->entries; *link; link = &(*link)->next)
		if (is_past_locked(cache, *link, now_ms))
			return cut_locked(link);
	return NULL;
}

void ts_cache_tidy(struct ts_cache *cache, int64_t now_ms)
{
	struct entry *past;

	pthread_mutex_lock(&cache->lock);
	while ((past = cut_past_locked(cache, now_ms))) {
		/* It counts until it is closed. */
		struct ts_loan loan = {.deadline_ms = TS_FOREVER};

		lend_locked(cache, &loan);
		pthread_mutex_unlock(&cache->lock);
		close_all(past);
		pthread_mutex_lock(&cache->lock);
		end_locked(&loan);
		pthread_cond_broadcast(&cache->given);
	}
	pthread_mutex_unlock(&cache->lock);
}
