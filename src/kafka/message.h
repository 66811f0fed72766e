/* message.h - a Kafka message becomes a task.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MESSAGE_H
#define TS_MESSAGE_H
#include "sync/task.h"
#include <librdkafka/rdkafka.h>

/* Copy what matters out of the message, which the caller destroys at once: while it
 * lives, it holds up librdkafka's end.  The task's `err` is set where its job is not
 * one. */
struct ts_task *ts_message_task(const rd_kafka_message_t *message);

#endif
