/* bundle.h - which finished jobs go into one transaction, and with which offsets.
 *
 * The offsets are those that are right once the transaction is committed.  A job whose
 * completion would not fit into its partition's text stays: a restart would run it
 * again, and answer it twice.
 *
 * Pure, but for the memory.  Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_BUNDLE_H
#define TS_BUNDLE_H
#include "kafka/assignment.h"
#include "sync/task.h"

/* Move tasks of the assignment's generation from `waiting` into `ret_tasks`, in their
 * order, and make the offsets of their partitions, which the caller destroys.  Of the
 * others none may be among `waiting`. */
rd_kafka_topic_partition_list_t *ts_bundle_make(const struct ts_assignment *assignment,
						struct ts_chain *waiting,
						struct ts_chain *ret_tasks);

#endif
