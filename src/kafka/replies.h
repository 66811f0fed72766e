/* replies.h - the answers on their way to Kafka; a delivery report completes a job.
 *
 * A task that is handed in comes out exactly once, when its record is acknowledged.  A
 * reply topic that refuses it is replaced by the default one, a record that is too long
 * is cut, everything else is produced again: an offset never stays open for want of an
 * answer.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPLIES_H
#define TS_REPLIES_H
#include "config/config.h"
#include "sync/task.h"
#include <librdkafka/rdkafka.h>

struct ts_replies;

/* Look up the default topic and the allowed ones, through `consumer` (which makes none)
 * and then `producer`, both borrowed.  Waits for the broker; TS_E_BROKER when the
 * default topic is not there by the deadline. */
TS_MUST_CHECK bool ts_replies_new(const struct ts_config *config, rd_kafka_t *consumer,
				  rd_kafka_t *producer, int64_t deadline_ms,
				  struct ts_replies **ret_replies,
				  struct ts_error *err);
/* Frees the tasks that wait to be produced again; the producer must be purged before.
 */
void ts_replies_free(struct ts_replies *replies);

/* Judge where the requester wants the answer: what is not allowed or not there is taken
 * back, with a warning in the reply.  Before the reply is encoded. */
void ts_replies_route(const struct ts_replies *replies, struct ts_request *request);

/* Produce the task's reply. */
void ts_replies_send(struct ts_replies *replies, TS_TAKES struct ts_task *task);

/* A delivery report: what was delivered goes into `ret_delivered`.  False: the producer
 * is unfit (TS_E_BROKER). */
TS_MUST_CHECK bool ts_replies_serve(struct ts_replies *replies, rd_kafka_event_t *event,
				    struct ts_chain *ret_delivered,
				    struct ts_error *err);

/* Move what could not be produced into `ret_tasks`, if its time has come: send it
 * again, or drop it. */
void ts_replies_take_due(struct ts_replies *replies, int64_t now_ms,
			 struct ts_chain *ret_tasks);
/* When that will be; TS_FOREVER when there is nothing. */
int64_t ts_replies_due_ms(const struct ts_replies *replies);

#endif
