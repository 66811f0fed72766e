/* lane.c - see lane.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/lane.h"
#include "base/mem.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

enum { FIRST_WINDOW = 2 }; /* of a data source that has nothing to show for itself */

void ts_lanes_init(struct ts_lanes *lanes, const struct ts_datasource *datasources,
		   size_t count, size_t workers)
{
	*lanes = (struct ts_lanes){.count = count + 1, .workers = workers};
	lanes->items = ts_calloc(lanes->count, sizeof(*lanes->items));
	lanes->idle = count;
	for (size_t i = 0; i < count; i++)
		lanes->items[i] = (struct ts_lane){
		    .datasource_id = datasources[i].id,
		    .limit = datasources[i].concurrency,
		    .window = FIRST_WINDOW,
		};
	lanes->items[count] =
	    (struct ts_lane){.datasource_id = -1, .limit = INT_MAX, .window = INT_MAX};
}

void ts_lanes_release(struct ts_lanes *lanes)
{
	free(lanes->items);
	*lanes = (struct ts_lanes){0};
}

struct ts_lane *ts_lanes_find(const struct ts_lanes *lanes, int32_t datasource_id)
{
	size_t last = lanes->count - 1;

	for (size_t i = 0; i < last; i++)
		if (lanes->items[i].datasource_id == datasource_id)
			return &lanes->items[i];
	return &lanes->items[last];
}

struct ts_lane *ts_lanes_after(const struct ts_lanes *lanes, size_t passed)
{
	return &lanes->items[(lanes->turn + passed) % lanes->count];
}

static size_t least(size_t one, size_t other)
{
	return one < other ? one : other;
}

/* How many batches more the lane may have now.  No more than half of the threads are
 * left to those who run nothing: they may never come. */
static size_t room(const struct ts_lanes *lanes, const struct ts_lane *lane)
{
	size_t limit = least((size_t)lane->window, (size_t)lane->limit);
	size_t running = (size_t)lane->running;
	size_t left = running ? least(lanes->idle, lanes->workers / 2) : 0;
	size_t taken = lanes->running + left;

	if (running >= limit || taken >= lanes->workers)
		return 0;
	return least(limit - running, lanes->workers - taken);
}

size_t ts_lanes_could_begin(const struct ts_lanes *lanes, const struct ts_lane *lane,
			    int64_t now_ms)
{
	size_t most = least(room(lanes, lane), lane->ready.count);

	if (!most)
		return 0;
	switch (ts_breaker_state(&lane->breaker, now_ms)) {
	case TS_BREAKER_CLOSED:
		return most;
	case TS_BREAKER_PROBE:
		return 1;
	case TS_BREAKER_WAIT:
	case TS_BREAKER_REFUSE:
		break;
	}
	return 0;
}

size_t ts_lanes_share(const struct ts_lanes *lanes, const struct ts_lane *lane,
		      size_t most, int64_t now_ms)
{
	size_t threads = (size_t)lane->running + room(lanes, lane);
	size_t share = lane->ready.count / threads;

	if (share < 1 || ts_breaker_state(&lane->breaker, now_ms) == TS_BREAKER_PROBE)
		return 1;
	return least(share, most);
}

bool ts_lane_is_refusing(const struct ts_lane *lane, int64_t now_ms)
{
	return ts_breaker_state(&lane->breaker, now_ms) == TS_BREAKER_REFUSE;
}

static void count_running(struct ts_lanes *lanes, struct ts_lane *lane, int change)
{
	bool was_idle = lane->running == 0;

	lane->running += change;
	lanes->running += (size_t)change;
	if (lane != &lanes->items[lanes->count - 1])
		lanes->idle += (size_t)((lane->running == 0) - was_idle);
}

bool ts_lanes_begin(struct ts_lanes *lanes, struct ts_lane *lane, int64_t now_ms)
{
	bool is_probe = ts_breaker_state(&lane->breaker, now_ms) == TS_BREAKER_PROBE;

	lanes->turn = (size_t)(lane - lanes->items) + 1;
	count_running(lanes, lane, 1);
	if (is_probe)
		ts_breaker_probe(&lane->breaker, now_ms);
	return is_probe;
}

void ts_lanes_end(struct ts_lanes *lanes, struct ts_lane *lane, bool was_probe,
		  const struct ts_error *source_err, int64_t now_ms)
{
	assert(lane->running > 0);
	count_running(lanes, lane, -1);
	ts_breaker_report(&lane->breaker, was_probe, source_err, now_ms);
	if (!source_err)
		return;
	if (source_err->code != TS_OK)
		lane->window = FIRST_WINDOW;
	else if (lane->window < lane->limit)
		lane->window *= 2;
}
