/* status.h - how a worker is at one moment, as it is told outside.
 *
 * Plain data: the engine writes it up, whoever asked prints it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STATUS_H
#define TS_STATUS_H
#include "kafka/assignment.h"
#include "kafka/tally.h"
#include "pool/status.h"

struct ts_flow;

struct ts_partition_status {
	char topic[TS_TOPIC_SIZE];
	int32_t id;
	double fill;         /* of its window, 0 to 1 */
	int64_t incomplete;  /* records in it that are not complete */
	int64_t uncommitted; /* records behind the offset that is committed */
};

struct ts_worker_status {
	int64_t made_ms;
	enum ts_assignment_state state;
	struct ts_tally tally;
	struct ts_pool_status pool;
	size_t assigned;           /* partitions */
	size_t in_flight, held;    /* jobs; the held are among them */
	int64_t oldest_ms;         /* since when the oldest is here; 0: there is none */
	int64_t catalog_failed_ms; /* when it did not answer last; 0: it has since */
	/* Those of which anything was read or committed; owned. */
	struct ts_partition_status *partitions;
	size_t count;
};

/* Thread: the engine's. */
struct ts_worker_status *ts_worker_status_new(const struct ts_flow *flow,
					      int64_t now_ms);
/* NULL is fine. */
void ts_worker_status_free(struct ts_worker_status *status);

/* Append it as metrics. */
void ts_worker_status_print(const struct ts_worker_status *status,
			    const struct ts_config *config, struct ts_buf *text);
extern const struct ts_metrics ts_worker_status_metrics;

#endif
