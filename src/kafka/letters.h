/* letters.h - the dead letters that nobody has replayed or discarded, one by one.
 *
 * Reads the topic to the end that it had when this was opened; nothing is changed.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTERS_H
#define TS_LETTERS_H
#include "kafka/letter.h"
#include "kafka/scan.h"

struct ts_letters;

/* Look at what there is, and read which of it is done with.  Waits for the broker;
 * TS_E_BROKER, TS_E_NOT_ALLOWED.  Borrows `config`. */
TS_MUST_CHECK bool ts_letters_open(const struct ts_config *config,
				   struct ts_letters **ret_letters,
				   struct ts_error *err);
void ts_letters_free(struct ts_letters *letters);

const char *ts_letters_topic(const struct ts_letters *letters);
/* Is there such a topic?  If not, nothing was ever set aside. */
bool ts_letters_has_topic(const struct ts_letters *letters);
/* Offsets in the topic: at least as many as letters. */
size_t ts_letters_total(const struct ts_letters *letters);
/* Offsets that were passed up to now, and letters among them that are done with. */
size_t ts_letters_passed(const struct ts_letters *letters);
size_t ts_letters_done(const struct ts_letters *letters);

/* The next one, borrowed until the next call; NULL at the end. */
TS_MUST_CHECK bool ts_letters_next(struct ts_letters *letters,
				   const struct ts_letter **ret_letter,
				   struct ts_error *err);

/* One letter alone.  `ret_mark`: empty, or the value of its mark: it is done with.
 * *ret_letter is NULL where there is no letter at that place. */
TS_MUST_CHECK bool ts_letters_find(const struct ts_config *config, int32_t partition,
				   int64_t offset, struct ts_letters **ret_letters,
				   const struct ts_letter **ret_letter,
				   struct ts_buf *ret_mark, struct ts_error *err);

#endif
