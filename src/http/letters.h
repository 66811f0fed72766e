/* letters.h - the pages about dead letters: which there are, why, and what is to become
 * of them.  For admins without a limit.
 *
 * Thread: the one that handles the request, or the desk's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTERS_PAGES_H
#define TS_LETTERS_PAGES_H
#include "http/letter_desk.h"
#include "http/route.h"

extern const struct ts_routes ts_letter_page_routes;

/* letters_list.c: those that match, counted, and the newest of them; one with all that
 * is in it. */
ts_letter_work ts_letters_list, ts_letters_show;
/* letters_replay.c: what would be done, to be confirmed. */
ts_letter_work ts_letters_confirm;
/* Handlers: begin it; how far it is; let it end. */
bool ts_letters_run(struct ts_call *call, struct ts_error *err);
bool ts_letters_look(struct ts_call *call, struct ts_error *err);
bool ts_letters_stop(struct ts_call *call, struct ts_error *err);

/* Answer with the error.  Of Kafka's it says what to do. */
void ts_letters_refuse(struct ts_call *call, const struct ts_error *err);

#endif
