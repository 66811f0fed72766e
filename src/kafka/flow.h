/* flow.h - the jobs in the process, from the message to the acknowledged record.
 *
 * Reads no more than the pool and the partitions' windows have room for; what there is
 * no room for stays in librdkafka's queues, which are bounded in kilobytes.  A retry
 * topic's partition is read up to the first job whose time has not come.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FLOW_H
#define TS_FLOW_H
#include "kafka/assignment.h"
#include "kafka/outbox.h"
#include "kafka/poke.h"
#include "kafka/record.h"
#include "pool/crashes.h"
#include "pool/pool.h"

struct ts_flow {
	struct ts_assignment *assignment; /* these six: borrowed */
	struct ts_pool *pool;
	struct ts_outbox *outbox;
	const struct ts_records *records;
	struct ts_crashes *crashes;
	struct ts_poke *poke;
	size_t limit; /* jobs in the process */

	size_t alive, alive_bytes;       /* tasks, and what their messages take */
	struct ts_task *oldest, *newest; /* of them, by when they were read */
	size_t held_bytes;               /* of them, of those whose time has not come */
	bool may_wait;  /* something was submitted or held since the pool was emptied */
	int64_t due_ms; /* when the first of the held ones may begin */
	int64_t catalog_failed_ms; /* when it did not answer last; 0: it has since */
	bool has_run_dry; /* the last read emptied a queue, and there was room for more
			   */
};

/* Read the partitions' queues in turns and hand the jobs to the pool.  False: a
 * partition went back (TS_E_BROKER); the process must begin anew. */
TS_MUST_CHECK bool ts_flow_read(struct ts_flow *flow, int64_t now_ms,
				struct ts_error *err);
/* Hand on what has finished, complete what is acknowledged, drop what has no partition
 * any more.  False: the process is unfit (TS_E_BROKER). */
TS_MUST_CHECK bool ts_flow_finish(struct ts_flow *flow, int64_t now_ms,
				  struct ts_error *err);
/* Drop what has not begun: it runs elsewhere, or after the restart. */
void ts_flow_drop_waiting(struct ts_flow *flow);

#endif
