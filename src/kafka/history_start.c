/* history_start.c - see history_start.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/history_start.h"
#include "base/clock.h"
#include "base/mem.h"
#include <stdlib.h>

enum { DAY_MS = 24 * 3600 * 1000 /* a publisher's clock may be ahead */ };

/* All that the search needs. */
struct search {
	rd_kafka_t *handle;
	const char *topic;
	struct ts_history_part *parts;
	size_t part_count;
	int timeout_ms;
};

static bool say(const struct search *search, rd_kafka_resp_err_t code,
		struct ts_error *err)
{
	return ts_fail(err, TS_E_BROKER, "'%s': %s", search->topic,
		       rd_kafka_err2str(code));
}

static bool measure(const struct search *search, struct ts_error *err)
{
	for (size_t i = 0; i < search->part_count; i++) {
		struct ts_history_part *part = &search->parts[i];
		rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
		    search->handle, search->topic, (int32_t)i, &part->from, &part->to,
		    search->timeout_ms);

		if (code)
			return say(search, code, err);
		part->start = part->from;
	}
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
	rd_kafka_topic_partition_list_t *times =
	    rd_kafka_topic_partition_list_new((int)search->part_count);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < search->part_count; i++)
		rd_kafka_topic_partition_list_add(times, search->topic, (int32_t)i)
		    ->offset = unix_ms;
	code = rd_kafka_offsets_for_times(search->handle, times, search->timeout_ms);
	for (int i = 0; !code && i < times->cnt; i++) {
		const rd_kafka_topic_partition_t *found = &times->elems[i];
		struct ts_history_part *part = &search->parts[found->partition];

		code = found->err;
		part->start = found->offset < 0 || found->offset > part->to
				  ? part->to
				  : found->offset;
		if (part->start < part->from)
			part->start = part->from;
	}
	rd_kafka_topic_partition_list_destroy(times);
	return code ? say(search, code, err) : true;
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
	const struct search search = {handle, topic, parts, part_count, timeout_ms};
	int64_t since_ms = INT64_MIN;

	if (!measure(&search, err) ||
	    (total(&search) > count && !find_moment(&search, count, &since_ms, err)))
		return false;
	bound(&search, count);
	*ret_since_ms = since_ms;
	return true;
}
