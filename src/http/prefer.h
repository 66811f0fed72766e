/* prefer.h - what a client would rather have: the header Prefer (RFC 7240).
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PREFER_H
#define TS_PREFER_H
#include <stdbool.h>
#include <stdint.h>

struct ts_prefer {
	bool wants_no_answer; /* respond-async: the answer need not be waited for */
	int64_t wait_ms;      /* -1: it does not say */
};

/* `text` is the header's value, NULL for none.  What is unknown or wrong is passed
 * over, as the RFC has it; of what comes twice the first counts. */
void ts_prefer_parse(const char *text, struct ts_prefer *ret_prefer);

#endif
