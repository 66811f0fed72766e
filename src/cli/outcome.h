/* outcome.h - what `tablesync publish` prints of a job that has ended: one line.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_OUTCOME_H
#define TS_OUTCOME_H
#include "cli/jobs.h"
#include <tablesync/client.h>

struct ts_outcome {
	const struct ts_wish *wish;
	enum tablesync_status status;
	const struct tablesync_reply *reply;
	const char *error; /* of a status that is not TABLESYNC_OK */
	int64_t elapsed_ms;
	const char *jobs_topic;
	bool is_delivery; /* no reply was waited for */
};

/* Print it to stdout; `as_json` the reply as it came, and to stderr what has none. */
void ts_outcome_print(const struct ts_outcome *outcome, bool as_json);

#endif
