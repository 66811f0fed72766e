/* history_start.c - see history_start.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/history_start.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/extent.h"
#include <limits.h>
#include <stdlib.h>

enum { DAY_MS = 24 * 3600 * 1000 /* a publisher's clock may be ahead */ };

/* All that the search needs. */
struct search {
	rd_kafka_t *handle;
	const char *topic;
	struct ts_history_part *parts;
	size_t part_count;
	int64_t deadline_ms;
	int64_t *offsets; /* of each partition, for one answer; owned */
};

static bool say(const struct search *search, rd_kafka_resp_err_t code,
		struct ts_error *err)
{
	return ts_fail(err, TS_E_BROKER, "'%s': %s", search->topic,
		       rd_kafka_err2str(code));
}

/* Where each partition is at a moment, or at an end of it. */
static bool find(const struct search *search, int64_t when, int64_t *ret_offsets,
		 struct ts_error *err)
{
	rd_kafka_resp_err_t code =
	    ts_extent_find(search->handle, search->topic, 0, search->part_count, when,
			   ts_remaining_ms(search->deadline_ms, INT_MAX), ret_offsets);

	return code ? say(search, code, err) : true;
}

static bool measure(const struct search *search, struct ts_error *err)
{
	int64_t *ends = search->offsets;

	if (!find(search, RD_KAFKA_OFFSET_BEGINNING, ends, err))
		return false;
	for (size_t i = 0; i < search->part_count; i++)
		search->parts[i].from = search->parts[i].start = ends[i];
	if (!find(search, RD_KAFKA_OFFSET_END, ends, err))
		return false;
	for (size_t i = 0; i < search->part_count; i++)
		search->parts[i].to = ends[i];
	return true;
}

static int64_t total(const struct search *search)
{
	int64_t sum = 0;

	for (size_t i = 0; i < search->part_count; i++)
		sum += search->parts[i].to - search->parts[i].start;
	return sum;
}

/* Set each `start` to the first record of this time or later. */
static bool start_at(const struct search *search, int64_t unix_ms, struct ts_error *err)
{
	if (!find(search, unix_ms, search->offsets, err))
		return false;
	for (size_t i = 0; i < search->part_count; i++) {
		struct ts_history_part *part = &search->parts[i];
		int64_t offset = search->offsets[i];

		part->start = offset < 0 || offset > part->to ? part->to : offset;
		if (part->start < part->from)
			part->start = part->from;
	}
	return true;
}

/* The latest moment since which there are `count` records. */
static bool find_moment(const struct search *search, int64_t count, int64_t *ret_ms,
			struct ts_error *err)
{
	int64_t early = 0, late = ts_unix_ms() + DAY_MS;

	while (late - early > 1) {
		const int64_t middle = early + (late - early) / 2;

		if (!start_at(search, middle, err))
			return false;
		if (total(search) >= count)
			early = middle;
		else
			late = middle;
		if (total(search) >= count && total(search) <= count + count / 16)
			break;
	}
	*ret_ms = early;
	return start_at(search, early, err);
}

/* Where it does not go by time (all of the same moment, a broker that does not know
 * times), no partition is read further back than that. */
static void bound(const struct search *search, int64_t count)
{
	for (size_t i = 0; i < search->part_count; i++) {
		struct ts_history_part *part = &search->parts[i];

		part->is_cut = part->start == part->from && part->from > 0;
		if (part->to - part->start > count) {
			part->start = part->to - count;
			part->is_cut = true;
		}
	}
}

bool ts_history_find_start(rd_kafka_t *handle, const char *topic,
			   struct ts_history_part *parts, size_t part_count,
			   int64_t count, int timeout_ms, int64_t *ret_since_ms,
			   struct ts_error *err)
{
	const struct search search = {
	    .handle = handle,
	    .topic = topic,
	    .parts = parts,
	    .part_count = part_count,
	    .deadline_ms = ts_now_ms() + timeout_ms,
	    .offsets = ts_calloc(part_count + 1, sizeof(*search.offsets)),
	};
	int64_t since_ms = INT64_MIN;
	bool is_ok =
	    measure(&search, err) &&
	    (total(&search) <= count || find_moment(&search, count, &since_ms, err));

	free(search.offsets);
	if (!is_ok)
		return false;
	bound(&search, count);
	*ret_since_ms = since_ms;
	return true;
}
