/* letter.h - one dead letter: what it says of its job, and is it one that is wanted?
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_H
#define TS_LETTER_H
#include "base/buf.h"
#include "config/config.h"
#include "contract/message.h"
#include "contract/trail.h"

enum { TS_LETTER_ERROR_SIZE = 40 }; /* of an error's name, the NUL among it */

/* Zero-initialised is empty, and can be used for one letter after the other. */
struct ts_letter {
	const struct ts_message *message; /* borrowed */
	struct ts_trail trail;
	char error[TS_LETTER_ERROR_SIZE];  /* x-error-code; "" where it has none */
	char text[TS_ERROR_MESSAGE_BYTES]; /* x-error-message, on one line */
	/* How long the value was that did not fit (x-value-bytes); -1: it is here. */
	int64_t value_bytes;
	/* Of its job, as far as the value tells. */
	bool has_datasource, has_schema, has_table;
	int32_t datasource_id;
	struct ts_buf schema, table; /* as they were sent */
};

void ts_letter_release(struct ts_letter *letter);
/* `message` is one of the dead letters' topic and lives as long as this is used. */
void ts_letter_read(const struct ts_message *message, struct ts_letter *ret_letter);

/* Offsets of one partition, both ends among them. */
struct ts_letter_range {
	int32_t partition;
	int64_t from, to;
};

/* Which letters?  Zero-initialised, but for until_ms: all of them. */
struct ts_letter_filter {
	struct ts_strings errors; /* any of these; none: all */
	bool has_datasource;
	int32_t datasource_id;
	const char *schema, *table;     /* as they were sent; NULL: any; borrowed */
	int64_t since_ms, until_ms;     /* when it was set aside, Unix; until: before */
	struct ts_letter_range *ranges; /* any of these; none: all; owned */
	size_t range_count;
};

void ts_letter_filter_release(struct ts_letter_filter *filter);
bool ts_letter_matches(const struct ts_letter_filter *filter,
		       const struct ts_letter *letter);

/* Parse "3-17" or "3-17..20". */
bool ts_letter_range_parse(const char *text, struct ts_letter_range *ret_range);

#endif
