/* client_answer.h - what a reply means: bytes and headers in, a verdict out.
 *
 * The header `status` decides; where it is missing, the JSON does.  What cannot be read
 * is an error, never an ok; the bytes go to the caller as they came in either case.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_ANSWER_H
#define TS_CLIENT_ANSWER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tablesync/client.h>

/* Zero-initialised: no reply. */
struct ts_answer {
	char *json; /* owned, as are the texts; a NUL is behind it; NULL: none came */
	size_t len;
	char *status, *job_id; /* of the headers; NULL: not there */
};

void ts_answer_release(struct ts_answer *answer);

/* Judge the answer: TABLESYNC_OK or TABLESYNC_JOB_ERROR with the text.  `ret_job_id`
 * comes from the header or the JSON, and stays as it is where neither has one. */
enum tablesync_status ts_answer_judge(const struct ts_answer *answer,
				      char ret_job_id[288],
				      char ret_error[TABLESYNC_ERROR_SIZE]);

#endif
