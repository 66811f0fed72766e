/* cache.c - see cache.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/cache.h"
#include "base/clock.h"
#include "base/mem.h"
#include "odbc/conn.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_MS = 60 * 1000, AGE_MS = 10 * 60 * 1000 };

struct entry {
	struct entry *next;
	char *key;
	struct ts_conn *conn;
	int64_t since_ms;
};

struct ts_cache {
	size_t limit;
	pthread_mutex_t lock;
	struct entry *entries; /* the one given last comes first */
};

struct ts_cache *ts_cache_new(size_t limit)
{
	struct ts_cache *cache = ts_calloc(1, sizeof(*cache));

	cache->limit = limit;
	pthread_mutex_init(&cache->lock, NULL);
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
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* Take out what is past its time or beyond the limit. */
static struct entry *cut_locked(struct ts_cache *cache)
{
	struct entry *cut = NULL, **link = &cache->entries;
	int64_t now = ts_now_ms();
	size_t kept = 0;

	while (*link) {
		struct entry *entry = *link;

		if (kept < cache->limit && now - entry->since_ms < IDLE_MS &&
		    now - entry->conn->opened_ms < AGE_MS) {
			kept++;
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		entry->next = cut;
		cut = entry;
	}
	return cut;
}

struct ts_conn *ts_cache_take(struct ts_cache *cache, const char *key)
{
	struct entry *cut, *found = NULL;
	struct ts_conn *conn = NULL;

	pthread_mutex_lock(&cache->lock);
	cut = cut_locked(cache);
	for (struct entry **link = &cache->entries; *link; link = &(*link)->next) {
		if (strcmp((*link)->key, key) == 0) {
			found = *link;
			*link = found->next;
			break;
		}
	}
	pthread_mutex_unlock(&cache->lock);

	close_all(cut);
	if (found) {
		conn = found->conn;
		free(found->key);
		free(found);
	}
	return conn;
}

void ts_cache_give(struct ts_cache *cache, const char *key, struct ts_conn *conn)
{
	struct entry *entry, *cut;

	if (!ts_conn_is_healthy(conn)) {
		ts_conn_close(conn);
		return;
	}
	entry = ts_calloc(1, sizeof(*entry));
	entry->key = ts_strdup(key);
	entry->conn = conn;
	entry->since_ms = ts_now_ms();

	pthread_mutex_lock(&cache->lock);
	entry->next = cache->entries;
	cache->entries = entry;
	cut = cut_locked(cache);
	pthread_mutex_unlock(&cache->lock);
	close_all(cut);
}
