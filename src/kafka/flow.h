/* flow.h - the jobs in the process, from the message to the delivery report.
 *
 * Reads no more than the pool and the partitions' windows have room for; what there is
 * no room for stays in librdkafka's queues, which are bounded in kilobytes.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FLOW_H
#define TS_FLOW_H
#include "kafka/assignment.h"
#include "kafka/replies.h"
#include "pool/pool.h"

struct ts_flow {
	struct ts_assignment *assignment; /* these three: borrowed */
	struct ts_pool *pool;
	struct ts_replies *replies;
	size_t limit;        /* jobs in the process */
	size_t record_bytes; /* of a reply, at the most */

	size_t alive, alive_bytes; /* tasks, and what their messages take */
	bool may_wait; /* something was submitted since the pool was emptied */
};

/* Read the partitions' queues in turns and hand the jobs to the pool.  False: a
 * partition went back (TS_E_BROKER); the process must begin anew. */
TS_MUST_CHECK bool ts_flow_read(struct ts_flow *flow, struct ts_error *err);
/* Produce the replies of what has finished; drop what has none, or no partition. */
void ts_flow_answer(struct ts_flow *flow);
/* Produce again what could not be produced, if its time has come. */
void ts_flow_resend(struct ts_flow *flow, int64_t now_ms);
/* These replies are acknowledged: the jobs are complete.  Leaves the chain empty. */
void ts_flow_complete(struct ts_flow *flow, struct ts_chain *delivered);
/* Drop what has not begun: it runs elsewhere, or after the restart. */
void ts_flow_drop_waiting(struct ts_flow *flow);

#endif
