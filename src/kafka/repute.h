/* repute.h - which topics take records, and which take none just now.
 *
 * A topic that is not there, or is not allowed, would have everybody's transaction
 * aborted each time a job names it.  One that has refused a record for such a reason is
 * not tried again for a minute.
 *
 * Zero-initialised is empty.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPUTE_H
#define TS_REPUTE_H
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_repute {
	struct ts_repute_row *rows; /* owned */
	size_t count;
};

void ts_repute_release(struct ts_repute *repute);

/* Does the code speak of a topic, and not of one record? */
bool ts_repute_concerns(rd_kafka_resp_err_t code);

/* The broker knows the topic. */
void ts_repute_note_sight(struct ts_repute *repute, const char *topic, int64_t now_ms);
bool ts_repute_was_seen(const struct ts_repute *repute, const char *topic,
			int64_t since_ms);

/* A record is in the topic. */
void ts_repute_note_success(struct ts_repute *repute, const char *topic);
/* A record was refused; passed over where the code does not concern the topic. */
void ts_repute_note_refusal(struct ts_repute *repute, const char *topic,
			    rd_kafka_resp_err_t code, int64_t now_ms);
/* What it would say now; RD_KAFKA_RESP_ERR_NO_ERROR where it may be tried. */
rd_kafka_resp_err_t ts_repute_of(const struct ts_repute *repute, const char *topic,
				 int64_t now_ms);

/* Was a record in it lately? */
bool ts_repute_has_worked(const struct ts_repute *repute, const char *topic);
/* Any of them may have changed. */
void ts_repute_doubt(struct ts_repute *repute);

#endif
