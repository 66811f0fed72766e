/* job_log.c - see job_log.h; an array in the order of time, and chains by job id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_log.h"
#include "base/cond.h"
#include "base/mem.h"
#include "http/job_filter.h"
#include "http/job_last.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Answers of several workers come nearly in order: further back than this, the
	 * array is sorted when somebody looks at it. */
	STEPS_BACK = 64,
	/* What is let go at once, so that the array is seldom moved. */
	SPARE_PART = 16,
	SCAN = 4096, /* entries that are looked at before others have their turn */
};

struct ts_job_log {
	size_t most, most_bytes; /* held after letting go */
	pthread_mutex_t lock;
	/* Guarded by it from here on. */
	pthread_cond_t complete;
	bool is_complete;
	int64_t since_ms;
	struct ts_job_entry **items; /* owned, as are the entries; the newest is last */
	size_t count, capacity, bytes;
	bool is_sorted;
	struct ts_job_entry **buckets;
	size_t bucket_count;  /* a power of two */
	struct ts_lasts last; /* of each data source */
};

struct ts_job_log *ts_job_log_new(size_t count, size_t bytes)
{
	struct ts_job_log *log = ts_calloc(1, sizeof(*log));

	*log = (struct ts_job_log){.most = count,
				   .most_bytes = bytes,
				   .since_ms = INT64_MIN,
				   .capacity = count + count / SPARE_PART + 1,
				   .is_sorted = true,
				   .bucket_count = 1};
	while (log->bucket_count < count)
		log->bucket_count *= 2;
	log->items = ts_calloc(log->capacity, sizeof(struct ts_job_entry *));
	log->buckets = ts_calloc(log->bucket_count, sizeof(struct ts_job_entry *));
	pthread_mutex_init(&log->lock, NULL);
	ts_cond_init(&log->complete);
	return log;
}

void ts_job_log_free(struct ts_job_log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->count; i++)
		free(log->items[i]);
	free(log->items);
	free(log->buckets);
	ts_lasts_release(&log->last);
	pthread_cond_destroy(&log->complete);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

static const char *id_of(const struct ts_job_entry *entry)
{
	return ts_job_entry_text(entry, TS_JOB_ID);
}

/* Where the bucket of a job id begins (FNV-1a). */
static struct ts_job_entry **bucket_of(struct ts_job_log *log, const char *job_id)
{
	uint64_t hash = 14695981039346656037U;

	for (; *job_id; job_id++)
		hash = (hash ^ (unsigned char)*job_id) * 1099511628211U;
	return &log->buckets[(hash ^ hash >> 32) & (log->bucket_count - 1)];
}

static struct ts_job_entry *find_locked(struct ts_job_log *log, const char *job_id)
{
	struct ts_job_entry *entry = *bucket_of(log, job_id);

	while (entry && strcmp(id_of(entry), job_id) != 0)
		entry = entry->next;
	return entry;
}

/* A place in the order: that of an entry, or where a page ended. */
static int compare(int64_t at_ms, const char *job_id, const struct ts_job_entry *other)
{
	if (at_ms != other->at_ms)
		return at_ms < other->at_ms ? -1 : 1;
	return strcmp(job_id, id_of(other));
}

static int compare_entries(const void *one, const void *other)
{
	const struct ts_job_entry *entry = *(struct ts_job_entry *const *)one;

	return compare(entry->at_ms, id_of(entry),
		       *(struct ts_job_entry *const *)other);
}

static void sort_locked(struct ts_job_log *log)
{
	if (!log->is_sorted)
		qsort(log->items, log->count, sizeof(struct ts_job_entry *),
		      compare_entries);
	log->is_sorted = true;
}

/* How many entries stand before this place. */
static size_t position_locked(struct ts_job_log *log, int64_t at_ms, const char *job_id)
{
	size_t from = 0, to = log->count;

	sort_locked(log);
	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (compare(at_ms, job_id, log->items[middle]) > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Out of everything but the array. */
static void forget_locked(struct ts_job_log *log, struct ts_job_entry *entry)
{
	struct ts_job_entry **link = bucket_of(log, id_of(entry));

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	log->bytes -= entry->bytes;
	ts_lasts_remove(&log->last, entry);
	free(entry);
}

static void remove_locked(struct ts_job_log *log, struct ts_job_entry *entry)
{
	const size_t at = position_locked(log, entry->at_ms, id_of(entry));

	log->count--;
	memmove(log->items + at, log->items + at + 1,
		(log->count - at) * sizeof(struct ts_job_entry *));
	forget_locked(log, entry);
}

/* Let the oldest go when it is too many, or too much. */
static void trim_locked(struct ts_job_log *log)
{
	size_t gone = 0;

	if (log->count < log->capacity && log->bytes <= log->most_bytes)
		return;
	sort_locked(log);
	while (gone < log->count &&
	       (log->count - gone > log->most ||
		log->bytes > log->most_bytes - log->most_bytes / SPARE_PART)) {
		if (log->items[gone]->at_ms >= log->since_ms)
			log->since_ms = log->items[gone]->at_ms + 1;
		forget_locked(log, log->items[gone++]);
	}
	log->count -= gone;
	memmove(log->items, log->items + gone,
		log->count * sizeof(struct ts_job_entry *));
}

static void insert_locked(struct ts_job_log *log, struct ts_job_entry *entry)
{
	struct ts_job_entry **bucket = bucket_of(log, id_of(entry));
	size_t at = log->count++, steps = 0;

	while (log->is_sorted && at > 0 && steps++ < STEPS_BACK &&
	       compare_entries(&entry, &log->items[at - 1]) < 0) {
		log->items[at] = log->items[at - 1];
		at--;
	}
	log->items[at] = entry;
	log->is_sorted = log->is_sorted &&
			 (at == 0 || compare_entries(&entry, &log->items[at - 1]) > 0);
	entry->next = *bucket;
	*bucket = entry;
	log->bytes += entry->bytes;
	ts_lasts_note(&log->last, entry);
}

/* An answer stands until a later one comes; nothing takes it back. */
static bool replaces(const struct ts_job_entry *entry, const struct ts_job_entry *held)
{
	if (entry->state == TS_JOB_PENDING || held->state == TS_JOB_PENDING)
		return entry->state != TS_JOB_PENDING;
	return entry->replay > held->replay ||
	       (entry->replay == held->replay && entry->at_ms >= held->at_ms);
}

static void put(struct ts_job_log *log, TS_TAKES struct ts_job_entry *entry)
{
	struct ts_job_entry *held;

	pthread_mutex_lock(&log->lock);
	held = find_locked(log, id_of(entry));
	if (held && !replaces(entry, held)) {
		free(entry);
	} else {
		if (held)
			remove_locked(log, held);
		insert_locked(log, entry);
		trim_locked(log);
	}
	pthread_mutex_unlock(&log->lock);
}

void ts_job_log_answer(struct ts_job_log *log, const struct ts_message *record)
{
	struct ts_job_entry *entry = ts_job_entry_answered(record);

	if (entry)
		put(log, entry);
}

void ts_job_log_publish(struct ts_job_log *log, const char *job_id, const char *job,
			int64_t unix_ms)
{
	put(log, ts_job_entry_pending(job_id, job, unix_ms));
}

static void set_place(struct ts_job_place *place, const struct ts_job_entry *entry)
{
	place->at_ms = entry->at_ms;
	snprintf(place->job_id, sizeof(place->job_id), "%s", id_of(entry));
}

/* A page while it is filled. */
struct page {
	const struct ts_job_filter *filter;
	json_t *jobs;
	struct ts_job_place from; /* older ones are to be looked at */
	struct ts_job_place last; /* of its jobs */
	struct ts_buf *next;
};

/* False: the page is full, and there is more. */
static bool add_match(struct page *page, const struct ts_job_entry *entry)
{
	if (!ts_job_matches(entry, page->filter))
		return true;
	if (json_array_size(page->jobs) == page->filter->limit) {
		ts_buf_printf(page->next, "%" PRId64 "-%s", page->last.at_ms,
			      page->last.job_id);
		return false;
	}
	json_array_append_new(page->jobs, ts_job_entry_tell(entry));
	set_place(&page->last, entry);
	return true;
}

/* True: there is more to look at. */
static bool fill_locked(struct ts_job_log *log, struct page *page)
{
	size_t at = position_locked(log, page->from.at_ms, page->from.job_id);

	for (int i = 0; at > 0 && i < SCAN; i++) {
		const struct ts_job_entry *entry = log->items[--at];

		if (!add_match(page, entry))
			return false;
		if (i == SCAN - 1)
			set_place(&page->from, entry);
	}
	return at > 0;
}

bool ts_job_log_list(struct ts_job_log *log, const struct ts_job_filter *filter,
		     json_t **ret_jobs, struct ts_buf *ret_next, struct ts_error *err)
{
	struct page page = {
	    .filter = filter, .from = {.at_ms = INT64_MAX}, .next = ret_next};
	bool has_more = true;

	if (filter->before && !ts_job_place_parse(filter->before, &page.from, err))
		return false;
	*ret_jobs = page.jobs = json_array();
	while (has_more) {
		pthread_mutex_lock(&log->lock);
		has_more = fill_locked(log, &page);
		pthread_mutex_unlock(&log->lock);
	}
	return true;
}

json_t *ts_job_log_get(struct ts_job_log *log, const struct ts_scope *scope,
		       const char *job_id)
{
	const struct ts_job_entry *entry;
	json_t *job = NULL;

	pthread_mutex_lock(&log->lock);
	entry = find_locked(log, job_id);
	if (entry && ts_job_is_within(entry, scope))
		job = ts_job_entry_tell(entry);
	pthread_mutex_unlock(&log->lock);
	return job;
}

json_t *ts_job_log_last(struct ts_job_log *log, const struct ts_scope *scope,
			int64_t ds_id)
{
	const struct ts_job_entry *entry;
	json_t *job = NULL;

	pthread_mutex_lock(&log->lock);
	entry = ts_lasts_find(&log->last, ds_id);
	if (entry && ts_job_is_within(entry, scope))
		job = ts_job_entry_tell(entry);
	pthread_mutex_unlock(&log->lock);
	return job;
}

size_t ts_job_log_count(struct ts_job_log *log)
{
	size_t count;

	pthread_mutex_lock(&log->lock);
	count = log->count;
	pthread_mutex_unlock(&log->lock);
	return count;
}

void ts_job_log_set_since(struct ts_job_log *log, int64_t unix_ms)
{
	pthread_mutex_lock(&log->lock);
	if (unix_ms > log->since_ms)
		log->since_ms = unix_ms;
	pthread_mutex_unlock(&log->lock);
}

int64_t ts_job_log_since(struct ts_job_log *log)
{
	int64_t since_ms;

	pthread_mutex_lock(&log->lock);
	since_ms = log->since_ms;
	pthread_mutex_unlock(&log->lock);
	return since_ms;
}

void ts_job_log_set_complete(struct ts_job_log *log)
{
	pthread_mutex_lock(&log->lock);
	log->is_complete = true;
	pthread_cond_broadcast(&log->complete);
	pthread_mutex_unlock(&log->lock);
}

bool ts_job_log_wait(struct ts_job_log *log, int64_t deadline_ms)
{
	bool is_complete;

	pthread_mutex_lock(&log->lock);
	while (!log->is_complete &&
	       ts_cond_wait(&log->complete, &log->lock, deadline_ms))
		;
	is_complete = log->is_complete;
	pthread_mutex_unlock(&log->lock);
	return is_complete;
}
