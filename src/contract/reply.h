/* reply.h - the answer to a job (design.md 4.2), values in, bytes out.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPLY_H
#define TS_REPLY_H
#include "contract/request.h"
#include <stdint.h>

/* All borrowed. */
struct ts_reply {
	const struct ts_request *request;
	const struct ts_error *err; /* NULL or TS_OK: the job succeeded */
	const char *change, *table; /* JSON, as the catalog answered; for an ok only */
	int64_t queued_ms, read_ms, write_ms;
};

/* Append the reply as JSON of at most `max_bytes`: one that is longer loses `columns`
 * and what follows, then the lists of `change`, then `job` (these members are absent
 * then), at last the free texts of `table` (they are empty then), and gains
 * "truncated": true.  What is left after that is short, and appended in any case. */
void ts_reply_encode(const struct ts_reply *reply, size_t max_bytes,
		     struct ts_buf *buf);

/* The same for a reply that is encoded already: a topic refused it as too large.  The
 * result is always shorter than `text`.  False where nothing more can be left out. */
TS_MUST_CHECK bool ts_reply_shrink(const char *text, size_t len, size_t max_bytes,
				   struct ts_buf *buf);

#endif
