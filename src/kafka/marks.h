/* marks.h - which dead letters are done with: replayed or discarded.
 *
 * A mark is a record of the compacted topic -dlt-done, with the letter's place as its
 * key.  Its value says what was done, and when the letter was written: a topic of dead
 * letters that was made anew counts its offsets from 0 again, and its letters must not
 * be taken for the old ones.  A record without a value takes the mark back.
 *
 * Kept are only marks of letters that are in the topic, four bytes for each place.
 *
 * Pure.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARKS_H
#define TS_MARKS_H
#include "base/buf.h"
#include "contract/message.h"
#include "kafka/scan.h"

struct ts_marks {
	struct ts_mark_places *partitions; /* owned */
	size_t count;
	struct ts_buf watched; /* the key of the mark whose value is kept */
	struct ts_buf kept;    /* that value; empty: there is no such mark */
};

/* `extents` says what is in each partition of the letters' topic. */
void ts_marks_init(struct ts_marks *marks, const struct ts_extent *extents,
		   size_t count);
void ts_marks_release(struct ts_marks *marks);
/* Keep the value of this letter's mark, too. */
void ts_marks_watch(struct ts_marks *marks, int32_t partition, int64_t offset);

/* Take note of a record of the topic; they come in their order. */
void ts_marks_note(struct ts_marks *marks, const struct ts_message *record);
/* Is the letter done with? */
bool ts_marks_has(const struct ts_marks *marks, const struct ts_message *letter);

/* Append "3-17" */
void ts_mark_key(const struct ts_message *letter, struct ts_buf *key);
/* Append the value; `what` is "replayed" or "discarded", `by` whoever did it. */
void ts_mark_value(const struct ts_message *letter, const char *what, const char *by,
		   int64_t unix_ms, struct ts_buf *value);

#endif
