/* lane.h - the data sources' lanes: whose turn it is, and how much each may run; inside
 * pool/ only.
 *
 * A lane has a window: how many batches it may run at once.  It is small at first and
 * after a failure, and doubles with each success, up to the data source's limit.  Who
 * runs something leaves a thread to each data source that runs nothing, so that those
 * which keep theirs for long never have all.
 *
 * Pure: the clock is passed in.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LANE_H
#define TS_LANE_H
#include "config/config.h"
#include "pool/breaker.h"
#include "pool/tables.h"

struct ts_lane {
	int32_t datasource_id;
	int limit, window, running; /* batches */
	struct ts_row ready;
	struct ts_breaker breaker;
};

struct ts_lanes {
	struct ts_lane *items; /* owned; the last is that of unknown data sources */
	size_t count;
	size_t turn;    /* whose turn it is */
	size_t workers; /* threads */
	size_t running; /* batches of all lanes */
	size_t idle;    /* lanes of configured data sources that run nothing */
};

void ts_lanes_init(struct ts_lanes *lanes, const struct ts_datasource *datasources,
		   size_t count, size_t workers);
/* Nothing may wait in them. */
void ts_lanes_release(struct ts_lanes *lanes);

struct ts_lane *ts_lanes_find(const struct ts_lanes *lanes, int32_t datasource_id);
/* The one whose turn it is after `passed` others. */
struct ts_lane *ts_lanes_after(const struct ts_lanes *lanes, size_t passed);

/* How many batches could the lane begin now? */
size_t ts_lanes_could_begin(const struct ts_lanes *lanes, const struct ts_lane *lane,
			    int64_t now_ms);
/* How many tables, `most` of them at most, its next batch takes: its share of what is
 * ready, by the threads that it may have. */
size_t ts_lanes_share(const struct ts_lanes *lanes, const struct ts_lane *lane,
		      size_t most, int64_t now_ms);
bool ts_lane_is_refusing(const struct ts_lane *lane, int64_t now_ms);

/* The lane begins a batch: the turn goes to the next.  True: it is a probe. */
bool ts_lanes_begin(struct ts_lanes *lanes, struct ts_lane *lane, int64_t now_ms);
/* That batch has ended; `source_err` as in ts_scheduler_finish. */
void ts_lanes_end(struct ts_lanes *lanes, struct ts_lane *lane, bool was_probe,
		  const struct ts_error *source_err, int64_t now_ms);

#endif
