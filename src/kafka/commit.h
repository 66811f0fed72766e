/* commit.h - telling Kafka what is complete.
 *
 * One commit is on its way at a time, so that a later one never arrives before an
 * earlier. Each partition's lowest incomplete offset goes with its window's text.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_COMMIT_H
#define TS_COMMIT_H
#include "kafka/assignment.h"

/* Commit what has changed since the last commit that succeeded; the result is an event
 * of the queue `answers`.  False: there is nothing to commit, or it could not be sent.
 */
bool ts_commit_send(struct ts_assignment *assignment);

/* Append the partition's committed offset and metadata as `window` has them. */
void ts_commit_add(rd_kafka_topic_partition_list_t *list,
		   const struct ts_partition *partition,
		   const struct ts_window *window);

/* The result of a commit. */
void ts_commit_answer(struct ts_assignment *assignment, rd_kafka_event_t *event);

#endif
