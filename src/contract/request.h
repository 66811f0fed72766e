/* request.h - a message on the jobs topic: a job and who waits for it.
 *
 * Holds copies of what the reply must echo, and nothing of librdkafka.  Pure.
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REQUEST_H
#define TS_REQUEST_H
#include "contract/job.h"
#include "contract/message.h"
#include "contract/trail.h"

enum { TS_JOB_ID_SIZE = 288 }; /* a topic's 249 bytes, two numbers */

/* A header to be echoed. */
struct ts_echo {
	const char *name; /* static */
	char *value;      /* owned, NULL: the message has no such header */
	size_t len;
};

enum {
	TS_ECHO_COUNT = 4
}; /* kafka_correlationId, correlationId, traceparent, tracestate */

/* Zero-initialised is empty. */
struct ts_request {
	struct ts_job job;
	struct ts_trail trail; /* where it has been before */
	char job_id[TS_JOB_ID_SIZE];
	char *key; /* of the message, for the reply; NULL for none */
	size_t key_len;
	struct ts_echo echo[TS_ECHO_COUNT];
	char *reply_topic;        /* asked for; NULL: the default one */
	int32_t reply_partition;  /* asked for; -1: by key */
	int64_t deadline_unix_ms; /* x-deadline; INT64_MAX: none */
};

void ts_request_release(struct ts_request *request);

/* Copy what matters out of `message` and judge its job.  `ret_request` is filled and
 * can be answered also where this fails with the job's error. */
TS_MUST_CHECK bool ts_request_make(const struct ts_message *message,
				   struct ts_request *ret_request,
				   struct ts_error *err);

/* What the reply's record takes beside its value: the key, the headers, in bytes. */
size_t ts_request_overhead(const struct ts_request *request);

/* The correlation as the reply repeats it in `correlation_id`: UTF-8 without control
 * characters and at most 256 bytes; else NULL.  Borrowed. */
const char *ts_request_correlation(const struct ts_request *request);

#endif
