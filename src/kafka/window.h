/* window.h - which offset of one partition may be committed, and what is done above it.
 *
 * Jobs finish in any order, Kafka stores one offset a partition: the lowest that is not
 * complete.  What is complete above it goes along as text in the commit's metadata, so
 * that after a restart only the incomplete jobs run again.  Offsets may have gaps
 * (compaction, transactions); what is skipped counts as complete.
 *
 * Zero-initialised is empty: no offset is known yet.
 * Thread: the engine's only; there is no lock here. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_WINDOW_H
#define TS_WINDOW_H
#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TS_WINDOW_SPAN = 1000000, /* offsets from the lowest incomplete to the newest */
	TS_WINDOW_TEXT_BYTES = 3500, /* of the metadata; a broker takes 4,096 */
};

struct ts_range {
	int64_t from, to; /* complete offsets, both ends among them */
};

struct ts_window {
	bool is_known; /* do base and next mean anything yet? */
	int64_t base;  /* the lowest offset that is not complete: what is committed */
	int64_t next;  /* one above the highest offset that was entered */
	bool has_entered;      /* since ts_window_start */
	struct ts_range *done; /* ascending, above base, never touching each other */
	size_t count, capacity;
	uint64_t changes; /* counts changes of what would be committed */
};

void ts_window_release(struct ts_window *window);

/* Begin at a committed offset and its metadata (not NUL-terminated).  False where the
 * text is not ours or damaged: it counts as empty, so jobs may run again but none is
 * lost. */
bool ts_window_start(struct ts_window *window, int64_t committed, const char *metadata,
		     size_t len);

/* Has the partition been read from an earlier place again?  It was made anew or cut,
 * and what this window knows means nothing any more: enter nothing, begin a new
 * assignment. */
bool ts_window_went_back(const struct ts_window *window, int64_t offset);
/* A message with this offset was read, and did not go back.  True: it is to be run;
 * false: it is complete.
 */
bool ts_window_enter(struct ts_window *window, int64_t offset);
/* The job at this offset, which was entered, has its acknowledged terminal record; once
 * more means nothing. */
void ts_window_complete(struct ts_window *window, int64_t offset);

/* Replace the empty `to` by a copy. */
void ts_window_copy(struct ts_window *to, const struct ts_window *from);

/* Does all that is complete above `base` find a place in the metadata? */
bool ts_window_fits(const struct ts_window *window);
/* True: enter nothing more for now, leave the partition's queue unread. */
bool ts_window_is_full(const struct ts_window *window);

/* Which part of what there is room for is taken, 0 to 1 and a little more. */
double ts_window_fill(const struct ts_window *window);
/* How many offsets below `end`, where the partition ends, are not complete. */
int64_t ts_window_incomplete(const struct ts_window *window, int64_t end);

/* Append the metadata that goes with a commit of `base`: as many ranges as fit, nothing
 * where there is none. */
void ts_window_metadata(const struct ts_window *window, struct ts_buf *buf);

#endif
