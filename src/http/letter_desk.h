/* letter_desk.h - a thread that answers what is asked about dead letters.
 *
 * To read them means to ask Kafka, which takes its time: no thread of the server waits
 * for that.  One call is answered after the other, each by reading anew.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_DESK_H
#define TS_LETTER_DESK_H
#include "http/call.h"

struct ts_letter_desk;

TS_MUST_CHECK bool ts_letter_desk_start(const struct ts_config *config,
					struct ts_letter_desk **ret_desk,
					struct ts_error *err);
/* Answer who waits, and end a replay with the transaction that is under way; who asks
 * from now on is refused. */
void ts_letter_desk_stop(struct ts_letter_desk *desk);
/* Stops it first.  Nobody may ask any more. */
void ts_letter_desk_free(struct ts_letter_desk *desk);

/* Runs on the desk's thread; fails with the error that is the answer. */
typedef bool ts_letter_work(struct ts_call *call, struct ts_error *err);
/* Have the call answered later (later.h).  TS_E_BUSY where many wait. */
TS_MUST_CHECK bool ts_letter_desk_ask(struct ts_letter_desk *desk, struct ts_call *call,
				      ts_letter_work *work, struct ts_error *err);
/* Becomes readable when the desk stops: for work that takes long. */
int ts_letter_desk_stop_fd(const struct ts_letter_desk *desk);
/* The replays that it lets run, one at a time. */
struct ts_letter_runner *ts_letter_desk_runner(struct ts_letter_desk *desk);

#endif
