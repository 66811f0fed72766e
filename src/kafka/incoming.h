/* incoming.h - a record of the jobs topic, or of a retry topic, becomes a task.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_INCOMING_H
#define TS_INCOMING_H
#include "sync/task.h"
#include <librdkafka/rdkafka.h>

/* Copy it, so that the caller destroys it at once: while it lives, it holds up
 * librdkafka's end.  `is_ours`: its topic is one that only workers and `dlq` write.
 * The task's `err` is set where its job is not one; its `due_ms` is when it may begin.
 */
struct ts_task *ts_incoming_task(const rd_kafka_message_t *message, bool is_ours);

#endif
