/* later.h - an answer that comes later, from another thread.
 *
 * A handler that has to wait for something says ts_later_begin, hands the call to
 * whoever waits, and returns true.  The connection then costs no thread.  Whoever has
 * the answer writes it into the call and says ts_later_end: from then on the call is
 * the server's again.
 *
 * Thread: begin by the one that handles the request, end by any, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LATER_H
#define TS_LATER_H
#include "http/call.h"

/* Before the call is handed over. */
void ts_later_begin(struct ts_call *call);
/* The answer is written.  A client that has gone meanwhile is no concern here. */
void ts_later_end(struct ts_call *call);

#endif
