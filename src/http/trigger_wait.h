/* trigger_wait.h - the requests that wait for the replies to their jobs.
 *
 * A wait is made by the thread that handles the request, and entered once its job is
 * published; from then on it is the dispatcher's.
 *
 * Thread: none of its own; the trigger's lock guards the list and `job`. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRIGGER_WAIT_H
#define TS_TRIGGER_WAIT_H
#include "http/trigger.h"
#include <tablesync/client.h>

struct ts_wait {
	struct ts_call *call;
	void (*done)(struct ts_call *call, const struct ts_trigger_result *result);
	int64_t begin_ms, begin_unix_ms;
	int64_t deadline_ms;
	int32_t datasource_id;
	char *schema, *table; /* owned */
	bool is_view;
	bool is_logged; /* the log was told of it */

	struct tablesync_call *job; /* NULL: not entered yet */
	bool is_early; /* the dispatcher saw its end before it was entered */
	struct ts_wait *before, *after;
};

struct ts_waits {
	struct ts_wait *first, *last;
};

struct ts_wait *ts_wait_new(struct ts_call *call, const struct ts_trigger_order *order);
void ts_wait_free(struct ts_wait *wait);

void ts_waits_add(struct ts_waits *waits, struct ts_wait *wait);
void ts_waits_remove(struct ts_waits *waits, struct ts_wait *wait);

/* Tell the log that the job is published and not answered. */
void ts_wait_log(struct ts_wait *wait, const char *job_id, struct ts_job_log *log);
/* Take what came of its job, which ends with it, and answer the call.  Where there is
 * nothing yet, that is the answer. */
void ts_wait_conclude(TS_TAKES struct ts_wait *wait, struct tablesync_call *job,
		      const struct ts_trigger_parts *parts);
/* The job was not published. */
void ts_wait_fail(TS_TAKES struct ts_wait *wait, const struct ts_error *err,
		  const struct ts_trigger_parts *parts);

#endif
