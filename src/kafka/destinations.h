/* destinations.h - the topics that a job may name for its reply, as they were when the
 * worker started.
 *
 * Thread: made by one, then read by any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DESTINATIONS_H
#define TS_DESTINATIONS_H
#include "contract/request.h"
#include "kafka/topics.h"

struct ts_destinations;

/* Look up the default topic and the allowed ones through `consumer` (which makes none).
 * Waits for the broker; TS_E_BROKER when the default topic is not there by the
 * deadline.  Borrows `config`. */
TS_MUST_CHECK bool ts_destinations_new(const struct ts_config *config,
				       rd_kafka_t *consumer, int64_t deadline_ms,
				       struct ts_destinations **ret_destinations,
				       struct ts_error *err);
void ts_destinations_free(struct ts_destinations *destinations);

/* The default one for NULL; NULL for a name that is not allowed. */
const struct ts_topic_limit *
ts_destinations_find(const struct ts_destinations *destinations, const char *name);

/* The one with this number, counted from 0; NULL beyond the last. */
const struct ts_topic_limit *
ts_destinations_at(const struct ts_destinations *destinations, size_t number);

/* The longest batch that each of them takes; 0: that of none is known. */
size_t ts_destinations_batch_bytes(const struct ts_destinations *destinations);

/* Judge where the requester wants the answer: what is not allowed, or not there, is
 * taken back, with a warning in the reply: before that is encoded.  Where one that was
 * not there is to be tried (`is_trying`), it may have been made since.  True: it goes
 * where it was asked for. */
bool ts_destinations_route(const struct ts_destinations *destinations, bool is_trying,
			   struct ts_request *request);

/* The answer goes to the default topic. */
void ts_request_use_default(struct ts_request *request);

#endif
