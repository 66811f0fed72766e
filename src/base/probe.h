/* probe.h - how a part of the process is asked how it is.
 *
 * Thread: any, several at once; each of these is quick, or says within a second that it
 * got no answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PROBE_H
#define TS_PROBE_H
#include "base/buf.h"
#include <stdbool.h>

/* A function that is NULL: the part has nothing to say to that. */
struct ts_probe {
	void *part; /* the argument of these; borrowed */
	/* Append its metrics (exposition.h). */
	void (*print)(void *part, struct ts_buf *text);
	/* Does it run as it should?  Where not, a restart helps.  Appends a line for
	 * each thing that was looked at. */
	bool (*is_alive)(void *part, struct ts_buf *lines);
	/* Can it do its work?  Where not, others should, until it can. */
	bool (*is_ready)(void *part, struct ts_buf *lines);
};

#endif
