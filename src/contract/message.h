/* message.h - a Kafka message: bytes that somebody published, and where they stand.
 *
 * Pure.  Thread: any; a copy belongs to one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MESSAGE_H
#define TS_MESSAGE_H
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_header {
	const char *name;
	const void *value; /* NULL for a null value */
	size_t len;
};

struct ts_message {
	const char *topic;
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms; /* Unix; -1: it has none */
	const void *key;      /* NULL for none */
	const void *value;    /* NULL for none */
	size_t key_len, value_len;
	const struct ts_header *headers; /* in their order */
	size_t header_count;
	/* Was it read from a topic that only workers and `dlq` write?  Then its headers
	 * x-* are believed (design.md 4.1). */
	bool is_ours;
};

/* Is it the one called `token`, in any letters (HTTP writes `Token`)?  What that holds
 * goes nowhere from here. */
bool ts_header_is_secret(const struct ts_header *header);

/* A copy in one block, which free() releases, without the secret headers. */
struct ts_message *ts_message_copy(const struct ts_message *message);

/* What a copy takes, in bytes. */
size_t ts_message_bytes(const struct ts_message *message);

/* The last header of that name; NULL where there is none or its value is null. */
const struct ts_header *ts_message_header(const struct ts_message *message,
					  const char *name);

#endif
