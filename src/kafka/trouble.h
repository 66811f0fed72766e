/* trouble.h - what a handle of librdkafka complained of last, and what a failure means
 * for whoever gave the command.
 *
 * A code alone ("timed out") does not help; what the handle said before ("connection
 * refused") does.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TROUBLE_H
#define TS_TROUBLE_H
#include "base/error.h"
#include <librdkafka/rdkafka.h>
#include <stdint.h>

/* Zero-initialised listens to nobody. */
struct ts_trouble {
	rd_kafka_queue_t *notices; /* the handle's main queue; owned */
	char text[256];            /* the last one; "" for none */
};

/* It logs no more, unless the log has debug lines: the errors tell. */
void ts_trouble_quieten(rd_kafka_t *handle);
/* `handle` gives its errors as events. */
void ts_trouble_listen(struct ts_trouble *trouble, rd_kafka_t *handle);
void ts_trouble_release(struct ts_trouble *trouble);

void ts_trouble_note(struct ts_trouble *trouble, const char *text);
/* Serve the main queue for so long, or until something came. */
void ts_trouble_wait(struct ts_trouble *trouble, int timeout_ms);

bool ts_trouble_is_forbidden(rd_kafka_resp_err_t code);
/* The failure that `code` is for `what` (a topic, a transactional id): TS_E_NOT_ALLOWED
 * or TS_E_BROKER. */
bool ts_trouble_fail(const struct ts_trouble *trouble, const char *what,
		     rd_kafka_resp_err_t code, struct ts_error *err);

/* How many partitions has the topic?  0: it does not exist. */
TS_MUST_CHECK bool ts_trouble_partitions(struct ts_trouble *trouble, rd_kafka_t *handle,
					 const char *topic, int64_t deadline_ms,
					 int *ret_partitions, struct ts_error *err);

#endif
