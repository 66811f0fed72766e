/* letter_runner.h - replays and discards that people asked for on a page.
 *
 * One runs at a time, in a thread of its own; the page looks how far it is.  Another
 * process may do the same: whoever begins later takes over (kafka/replay.h).
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_RUNNER_H
#define TS_LETTER_RUNNER_H
#include "http/letter_form.h"

struct ts_letter_runner;

/* Borrows `config`. */
struct ts_letter_runner *ts_letter_runner_new(const struct ts_config *config);
/* End what runs with the transaction that is under way, and wait for that; none begins
 * from now on. */
void ts_letter_runner_close(struct ts_letter_runner *runner);
/* Closes it first. */
void ts_letter_runner_free(struct ts_letter_runner *runner);

/* Begin what `values` ask for (letter_form.h), in the name of a token.  TS_E_BUSY where
 * one runs; TS_E_BAD_VALUE for the values. */
TS_MUST_CHECK bool ts_letter_runner_begin(struct ts_letter_runner *runner,
					  const json_t *values,
					  const struct ts_token *token,
					  struct ts_error *err);
/* Let it end with the transaction that is under way. */
void ts_letter_runner_stop(struct ts_letter_runner *runner);

/* How far it is, or how the last one ended, for the template letters_run; the caller's.
 * NULL: there was none since the start. */
json_t *ts_letter_runner_describe(struct ts_letter_runner *runner);

#endif
