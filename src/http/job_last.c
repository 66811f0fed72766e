/* job_last.c - see job_last.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_last.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

void ts_lasts_release(struct ts_lasts *lasts)
{
	free(lasts->items);
	*lasts = (struct ts_lasts){0};
}

/* Where the data source stands, or would stand. */
static size_t position(const struct ts_lasts *lasts, int64_t ds_id)
{
	size_t from = 0, to = lasts->count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (lasts->items[middle]->ds_id < ds_id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct ts_lasts *lasts, size_t at, int64_t ds_id)
{
	return at < lasts->count && lasts->items[at]->ds_id == ds_id;
}

void ts_lasts_note(struct ts_lasts *lasts, const struct ts_job_entry *entry)
{
	const size_t at = position(lasts, entry->ds_id);

	if (entry->ds_id < 0 || entry->state == TS_JOB_PENDING)
		return;
	if (is_at(lasts, at, entry->ds_id)) {
		if (entry->at_ms >= lasts->items[at]->at_ms)
			lasts->items[at] = entry;
		return;
	}
	if (lasts->count == lasts->capacity) {
		lasts->capacity = lasts->capacity ? 2 * lasts->capacity : 16;
		lasts->items = ts_realloc(lasts->items, lasts->capacity,
					  sizeof(struct ts_job_entry *));
	}
	memmove(lasts->items + at + 1, lasts->items + at,
		(lasts->count++ - at) * sizeof(struct ts_job_entry *));
	lasts->items[at] = entry;
}

void ts_lasts_remove(struct ts_lasts *lasts, const struct ts_job_entry *entry)
{
	const size_t at = position(lasts, entry->ds_id);

	if (!is_at(lasts, at, entry->ds_id) || lasts->items[at] != entry)
		return;
	lasts->count--;
	memmove(lasts->items + at, lasts->items + at + 1,
		(lasts->count - at) * sizeof(struct ts_job_entry *));
}

const struct ts_job_entry *ts_lasts_find(const struct ts_lasts *lasts, int64_t ds_id)
{
	const size_t at = position(lasts, ds_id);

	return is_at(lasts, at, ds_id) ? lasts->items[at] : NULL;
}
