/* trail.h - where a job has been: the headers that retries and dead letters add.
 *
 * A job that goes on to a retry topic, to the dead letters or back from there is the
 * message as it was first published, with the headers x-* of design.md 4.5 on top.
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRAIL_H
#define TS_TRAIL_H
#include "base/buf.h"
#include "base/error.h"
#include "contract/message.h"

enum { TS_TOPIC_SIZE = 250 }; /* of a topic's name, the NUL among it */

/* Would Kafka take these bytes as a topic's name? */
bool ts_topic_is_name(const char *bytes, size_t len);

/* Times are Unix milliseconds. */
struct ts_trail {
	/* The first delivery; set once and kept. */
	char topic[TS_TOPIC_SIZE];
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;     /* of that message; -1: it had none */
	int64_t first_failure_ms; /* 0: it has not failed */
	/* Up to this delivery. */
	int attempts;          /* runs that have failed */
	int64_t not_before_ms; /* 0: at once */
	int replay;            /* times that it was replayed */
	enum ts_code last;     /* of the last failure; TS_OK: none that is known */
};

/* Read it from the headers where they are believed (message->is_ours); what is missing
 * or no number, and everything else, is as for a first delivery. */
void ts_trail_read(const struct ts_message *message, struct ts_trail *ret_trail);

/* Why and from where a job goes on. */
struct ts_failure {
	const struct ts_error *err; /* NULL: it is replayed, and begins anew */
	const char *group;
	size_t value_bytes; /* of a value that is left out; 0: it is there */
};

/* Headers that are made; zero-initialised is empty. */
struct ts_headers {
	struct ts_header *items; /* owned; names and values are borrowed or in `text` */
	size_t count;
	struct ts_buf text;
};
void ts_headers_release(struct ts_headers *headers);

/* The headers with which `message` is published again: its own without those that the
 * trail sets (and without x-deadline where it is replayed: nobody keeps to the old
 * one), then the trail's.  `trail` holds the new state: attempts, not_before_ms, …
 * The result borrows from `message`. */
void ts_trail_write(const struct ts_trail *trail, const struct ts_message *message,
		    const struct ts_failure *failure, struct ts_headers *ret_headers);

#endif
