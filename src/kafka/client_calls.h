/* client_calls.h - the calls of a client that have not ended.
 *
 * A call is found by its number, which travels to Kafka and back: as the opaque of the
 * message, and behind the client's own 128 bits in `kafka_correlationId`.  So a report
 * or a reply that comes after its call has ended finds nothing, and nothing dangles.
 *
 * Zero-initialised is empty.  Thread: none of its own; the client's mutex guards it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_CALLS_H
#define TS_CLIENT_CALLS_H
#include "kafka/client_answer.h"
#include <pthread.h>

enum {
	TS_CALLS_BUCKETS = 16384,   /* numbers run on, so this spreads them evenly */
	TS_CORRELATION_SIZE = 64,   /* 32 digits, '-', the number, NUL */
	TS_CORRELATION_RANDOM = 33, /* 128 bits in hex, NUL */
};

struct tablesync_call {
	struct tablesync_client *client;
	uint64_t number;
	void *tag;
	bool is_publish_only;
	pthread_cond_t changed; /* goes with the client's mutex */

	/* Guarded by the client's mutex from here on. */
	bool has_ended; /* there is an answer or a failure, or the delivery was all */
	bool is_delivered;
	int32_t partition; /* -1 until the delivery is reported */
	int64_t offset;
	char *failure; /* why it was not delivered; NULL: it was, or may be */
	struct ts_answer answer;
	struct tablesync_call *next; /* in its bucket */
	/* In the list of those that ended and were not given by tablesync_next. */
	bool is_listed;
	struct tablesync_call *before, *after;
};

struct ts_calls {
	struct tablesync_call *buckets[TS_CALLS_BUCKETS];
	struct tablesync_call *first, *last; /* ended, not given */
	size_t count;
	uint64_t last_number;
};

/* Enter the call and give it the next number. */
void ts_calls_add(struct ts_calls *calls, struct tablesync_call *call);
/* Borrowed; NULL where no such call is left. */
struct tablesync_call *ts_calls_find(struct ts_calls *calls, uint64_t number);
/* Take the call out; it is the caller's then. */
void ts_calls_remove(struct ts_calls *calls, struct tablesync_call *call);
/* Any call, NULL where none is left. */
struct tablesync_call *ts_calls_any(struct ts_calls *calls);

/* Mark the call as ended and list it; again changes nothing. */
void ts_calls_end(struct ts_calls *calls, struct tablesync_call *call);
/* The call that ended first and was not given yet; NULL for none. */
struct tablesync_call *ts_calls_next(struct ts_calls *calls);

void ts_correlation_print(const char *random, uint64_t number,
			  char ret_text[TS_CORRELATION_SIZE]);
/* False where the text is not one of this client's. */
bool ts_correlation_parse(const char *random, const void *text, size_t len,
			  uint64_t *ret_number);

#endif
