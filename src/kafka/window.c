/* window.c - see window.h; the complete ranges as a sorted array.
 *
 * The text: "ts1" and for each range " GAP+COUNT": so many incomplete offsets lie
 * between the range before (at first: the committed offset) and this one, so many are
 * complete. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/window.h"
#include "base/mem.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "ts1";

void ts_window_release(struct ts_window *window)
{
	free(window->done);
	*window = (struct ts_window){0};
}

void ts_window_copy(struct ts_window *to, const struct ts_window *from)
{
	*to = *from;
	to->capacity = from->count;
	to->done = ts_calloc(from->count, sizeof(*to->done));
	if (from->count)
		memcpy(to->done, from->done, from->count * sizeof(*to->done));
}

/* Index of the first range that ends at or above `offset`. */
static size_t find(const struct ts_window *window, int64_t offset)
{
	size_t low = 0, high = window->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (window->done[middle].to < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_at(struct ts_window *window, size_t at)
{
	window->count--;
	memmove(window->done + at, window->done + at + 1,
		(window->count - at) * sizeof(*window->done));
}

static void insert_at(struct ts_window *window, size_t at, struct ts_range range)
{
	if (window->count == window->capacity) {
		window->capacity = window->capacity ? window->capacity * 2 : 16;
		window->done =
		    ts_realloc(window->done, window->capacity, sizeof(*window->done));
	}
	memmove(window->done + at + 1, window->done + at,
		(window->count - at) * sizeof(*window->done));
	window->done[at] = range;
	window->count++;
}

/* Mark [from, to], none of which is complete, as complete. */
static void add(struct ts_window *window, int64_t from, int64_t to)
{
	size_t at = find(window, from);
	bool joins_left = at > 0 && window->done[at - 1].to + 1 == from;
	bool joins_right = at < window->count && window->done[at].from == to + 1;

	assert(from >= window->base && from <= to);
	assert(at == window->count || window->done[at].from > to);
	window->changes++;
	if (joins_left && joins_right) {
		window->done[at - 1].to = window->done[at].to;
		remove_at(window, at);
	} else if (joins_left) {
		window->done[at - 1].to = to;
	} else if (joins_right) {
		window->done[at].from = from;
	} else {
		insert_at(window, at, (struct ts_range){from, to});
	}
	if (window->done[0].from == window->base) {
		window->base = window->done[0].to + 1;
		remove_at(window, 0);
	}
}

static void restart(struct ts_window *window, int64_t offset)
{
	window->is_known = true;
	window->base = window->next = offset;
	window->has_entered = false;
	window->count = 0;
	window->changes++;
}

bool ts_window_start(struct ts_window *window, int64_t committed, const char *metadata,
		     size_t len)
{
	TS_AUTO(ts_buf) text = {0};
	int64_t at = committed, gap, count;
	int used = 0;

	restart(window, committed);
	ts_buf_add(&text, metadata, len);
	if (len == 0)
		return true;
	if (strncmp(text.data, prefix, sizeof(prefix) - 1) != 0)
		return false;
	for (const char *c = text.data + sizeof(prefix) - 1; *c; c += used) {
		if (sscanf(c, " %15" SCNd64 "+%15" SCNd64 "%n", &gap, &count, &used) !=
			2 ||
		    gap < 1 || count < 1 || *c != ' ' || at > INT64_MAX - gap - count) {
			restart(window, committed);
			return false;
		}
		add(window, at + gap, at + gap + count - 1);
		at += gap + count;
	}
	return true;
}

bool ts_window_went_back(const struct ts_window *window, int64_t offset)
{
	return window->has_entered && offset < window->next;
}

bool ts_window_enter(struct ts_window *window, int64_t offset)
{
	size_t at;

	/* The first message may lie below the committed offset: the topic was made
	 * anew, and auto.offset.reset led here.  What was committed means nothing any
	 * more. */
	if (!window->is_known || (!window->has_entered && offset < window->base))
		restart(window, offset);
	window->has_entered = true;

	/* What is below the base was complete before it was read, and is known no more.
	 */
	if (window->next < window->base)
		window->next = window->base < offset ? window->base : offset;
	while (window->next < offset) { /* skipped offsets, but for the complete ones */
		at = find(window, window->next);
		if (at < window->count && window->done[at].from <= window->next) {
			/* The offset itself may be in it: other gaps may follow. */
			int64_t behind = window->done[at].to + 1;

			window->next = behind < offset ? behind : offset;
		} else {
			int64_t end =
			    at < window->count && window->done[at].from < offset
				? window->done[at].from
				: offset;
			int64_t begin = window->next;

			window->next = end;
			add(window, begin, end - 1);
		}
	}
	if (offset >= window->next)
		window->next = offset + 1;
	if (offset < window->base)
		return false;
	at = find(window, offset);
	return at == window->count || window->done[at].from > offset;
}

void ts_window_complete(struct ts_window *window, int64_t offset)
{
	size_t at = find(window, offset);

	assert(offset < window->next);
	if (offset >= window->base &&
	    (at == window->count || window->done[at].from > offset))
		add(window, offset, offset);
}

/* Append the text of as many ranges as fit into `max`; true when all did. */
static bool print(const struct ts_window *window, size_t max, struct ts_buf *buf)
{
	int64_t at = window->base;

	ts_buf_puts(buf, prefix);
	for (size_t i = 0; i < window->count; i++) {
		const struct ts_range *range = &window->done[i];
		char item[48];
		int len = snprintf(item, sizeof(item), " %" PRId64 "+%" PRId64,
				   range->from - at, range->to - range->from + 1);

		if (buf->len + (size_t)len > max)
			return false;
		ts_buf_add(buf, item, (size_t)len);
		at = range->to + 1;
	}
	return true;
}

bool ts_window_fits(const struct ts_window *window)
{
	TS_AUTO(ts_buf) text = {0};

	/* A range takes at most 40 bytes, so few ranges need no counting. */
	return window->count < TS_WINDOW_TEXT_BYTES / 40 - 1 ||
	       print(window, TS_WINDOW_TEXT_BYTES, &text);
}

bool ts_window_is_full(const struct ts_window *window)
{
	return window->next - window->base >= TS_WINDOW_SPAN || !ts_window_fits(window);
}

double ts_window_fill(const struct ts_window *window)
{
	TS_AUTO(ts_buf) text = {0};
	double span = (double)(window->next - window->base) / TS_WINDOW_SPAN, bytes;

	print(window, SIZE_MAX, &text);
	bytes = window->count ? (double)text.len / TS_WINDOW_TEXT_BYTES : 0;
	return span > bytes ? span : bytes;
}

int64_t ts_window_incomplete(const struct ts_window *window, int64_t end)
{
	int64_t count = end > window->base ? end - window->base : 0;

	for (size_t i = 0; i < window->count && window->done[i].from < end; i++) {
		const struct ts_range *range = &window->done[i];

		count -= (range->to < end ? range->to + 1 : end) - range->from;
	}
	return count;
}

void ts_window_metadata(const struct ts_window *window, struct ts_buf *buf)
{
	if (window->count)
		print(window, buf->len + TS_WINDOW_TEXT_BYTES, buf);
}
