/* job.h - a job: "sync this table" (design.md 4.1), bytes in, value out.
 *
 * Pure: no I/O, no clock.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_H
#define TS_JOB_H
#include "base/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TS_JOB_BYTES = 1024 * 1024, /* the longest text that is a job */
	TS_WARNING_COUNT = 10,      /* of one reply */
	TS_WARNING_BYTES = 200,     /* of each */
};

/* Zero-initialised is empty. */
struct ts_job {
	int32_t datasource_id;
	char *schema, *table; /* as they were sent; owned */
	bool is_view;         /* table_type VIEW */
	char *text;           /* the JSON object as it was sent; NULL for bad_message */
	json_t *warnings;     /* array of strings; members that were ignored, … */
};

void ts_job_release(struct ts_job *job);

/* Judge `len` bytes.  On failure `ret_job` still has `text` where the bytes are a JSON
 * object (every failure but TS_E_BAD_MESSAGE), so that the reply can show it; release
 * it in either case. */
TS_MUST_CHECK bool ts_job_decode(const void *bytes, size_t len, struct ts_job *ret_job,
				 struct ts_error *err);

/* Add a warning for the requester; dropped beyond TS_WARNING_COUNT, cut to
 * TS_WARNING_BYTES. */
void ts_job_warn(struct ts_job *job, const char *format, ...) TS_PRINTF(2, 3);

/* Append a job as JSON text.  `schema` and `table` are UTF-8. */
void ts_job_encode(int32_t datasource_id, const char *schema, const char *table,
		   bool is_view, struct ts_buf *buf);

#endif
