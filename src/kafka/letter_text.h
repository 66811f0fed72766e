/* letter_text.h - what is in a dead letter, as text that can be shown.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_TEXT_H
#define TS_LETTER_TEXT_H
#include "kafka/letter.h"

/* Each of these appends: "3-17" */
void ts_letter_put_place(const struct ts_message *letter, struct ts_buf *text);
/* "2026-11-23T05:00:00Z"; "-" where there is none. */
void ts_letter_put_time(int64_t unix_ms, struct ts_buf *text);
/* "8 warehouse"; "-" where the letter does not tell. */
void ts_letter_put_datasource(const struct ts_config *config, bool has_datasource,
			      int32_t id, struct ts_buf *text);
/* The job's id; valid UTF-8. */
void ts_letter_put_job_id(const struct ts_letter *letter, struct ts_buf *text);
/* Why it cannot be replayed: its value did not fit. */
void ts_letter_put_missing(const struct ts_letter *letter, struct ts_buf *text);
/* What became of a letter that is done with, by the value of its mark (letters.h):
 * "replayed at 2026-11-23T05:00:00.123Z by …" */
void ts_letter_put_mark(const char *mark, struct ts_buf *text);

/* Bytes as text: what is none, and what a terminal would obey, as \xNN.  With
 * `keeps_lines` the ends of lines and tabs stay as they are. */
void ts_letter_put_bytes(const char *bytes, size_t len, bool keeps_lines,
			 struct ts_buf *text);

#endif
