/* status.h - how the pool is at one moment, as it is told outside.
 *
 * Plain data; zero-initialised is empty. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POOL_STATUS_H
#define TS_POOL_STATUS_H
#include "pool/pool.h"
#include "pool/scheduler.h"

/* Of one data source. */
struct ts_source_status {
	size_t threads_lost; /* that its driver keeps now */
	size_t lent, kept;   /* connections in use, and idle */
};

struct ts_pool_status {
	/* These two: of each data source, in the order of the configuration; the lanes
	 * have one more, for jobs of unknown ones.  Owned. */
	struct ts_source_status *sources;
	struct ts_lane_status *lanes;
	size_t count;
	size_t threads, idle, lost; /* threads; the idle and the lost are among them */
};

void ts_pool_status_release(struct ts_pool_status *status);

/* Thread: the engine's, as pool.h. */
void ts_pool_status_make(struct ts_pool *pool, int64_t now_ms,
			 struct ts_pool_status *ret_status);

#endif
