/* status.c - see status.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/status.h"
#include "base/mem.h"
#include "kafka/flow.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The end of a partition, as far as it was heard of. */
static int64_t end_of(rd_kafka_t *consumer, const struct ts_partition *partition)
{
	int64_t low, high;

	if (rd_kafka_get_watermark_offsets(consumer, partition->topic->name,
					   partition->id, &low, &high) ||
	    high < partition->window.next)
		return partition->window.next;
	return high;
}

/* What is complete is committed where it goes with transactions. */
static int64_t committed_of(const struct ts_assignment *assignment,
			    const struct ts_partition *partition)
{
	bool is_by_commit = !assignment->is_transactional && partition->committed;

	return is_by_commit ? partition->committed_offset : partition->window.base;
}

static void look_at_partition(const struct ts_assignment *assignment,
			      const struct ts_partition *partition,
			      struct ts_partition_status *ret_status)
{
	const struct ts_window *window = &partition->window;
	int64_t end = end_of(assignment->consumer, partition), uncommitted;

	snprintf(ret_status->topic, sizeof(ret_status->topic), "%s",
		 partition->topic->name);
	ret_status->id = partition->id;
	ret_status->fill = ts_window_fill(window);
	ret_status->incomplete = ts_window_incomplete(window, end);
	uncommitted = end - committed_of(assignment, partition);
	ret_status->uncommitted = uncommitted > 0 ? uncommitted : 0;
}

/* When the oldest job that does not wait for its time was read. */
static int64_t oldest_of(const struct ts_flow *flow)
{
	const struct ts_assignment *assignment = flow->assignment;

	for (const struct ts_task *task = flow->oldest; task; task = task->newer) {
		bool is_held = task->generation == assignment->generation &&
			       assignment->partitions[task->partition].held == task;

		if (!is_held)
			return task->received_ms;
	}
	return 0;
}

struct ts_worker_status *ts_worker_status_new(const struct ts_flow *flow,
					      int64_t now_ms)
{
	const struct ts_assignment *assignment = flow->assignment;
	struct ts_worker_status *status = ts_calloc(1, sizeof(*status));

	status->made_ms = now_ms;
	status->state = assignment->state;
	status->tally = *flow->records->tally;
	status->assigned = assignment->count;
	status->in_flight = flow->alive;
	status->held = assignment->held;
	status->oldest_ms = oldest_of(flow);
	status->catalog_failed_ms = flow->catalog_failed_ms;
	status->partitions =
	    ts_calloc(assignment->count + 1, sizeof(*status->partitions));
	for (size_t i = 0; i < assignment->count; i++)
		if (assignment->partitions[i].window.is_known)
			look_at_partition(assignment, &assignment->partitions[i],
					  &status->partitions[status->count++]);
	ts_pool_status_make(flow->pool, now_ms, &status->pool);
	return status;
}

void ts_worker_status_free(struct ts_worker_status *status)
{
	if (!status)
		return;
	ts_pool_status_release(&status->pool);
	free(status->partitions);
	free(status);
}
