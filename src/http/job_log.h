/* job_log.h - what became of jobs: the newest answers of the replies topic, and those
 * jobs of this instance that wait for theirs.
 *
 * An answer takes the place of an older one of the same job (a replay, a repetition).
 * Held are the newest jobs, up to a count and up to a size; of one whose texts are too
 * long, those are left out.  A job is told as
 *
 *   {"job_id", "replay", "state": "pending" | "ok" | "error", "code", "job",
 *    "answered_at", "change", "table": {"id", "url"}, "error", "timing"}
 *
 * where what is absent is null.  Jobs stand in the order of the time at which they were
 * answered, or published while they are pending.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_LOG_H
#define TS_JOB_LOG_H
#include "base/json.h"
#include "contract/message.h"
#include "store/scope.h"

struct ts_job_log;

enum {
	TS_JOB_LOG_COUNT = 100000,
	TS_JOB_LOG_BYTES = 48 * 1024 * 1024,
	TS_JOB_LIST_MAX = 256, /* jobs of one page */
};

enum ts_job_state { TS_JOB_ANY, TS_JOB_PENDING, TS_JOB_OK, TS_JOB_ERROR };

/* "pending", "ok", "error"; false for another word. */
bool ts_job_state_find(const char *name, enum ts_job_state *ret_state);

/* Which jobs: those to which all conditions apply.  Texts are borrowed; NULL: any. */
struct ts_job_filter {
	const struct ts_scope *scope; /* of who asks; NULL: everything */
	enum ts_job_state state;
	int64_t ds_id;              /* -1: any */
	const char *schema, *table; /* exactly as the job names them */
	const char *error;          /* a code's name */
	const char *before;         /* from where a page before this one ended */
	size_t limit;               /* 1 to TS_JOB_LIST_MAX */
};

/* Holds up to a quarter more than `count` for a while. */
struct ts_job_log *ts_job_log_new(size_t count, size_t bytes);
void ts_job_log_free(struct ts_job_log *log);

/* The newest jobs that match, in an array that is the caller's to json_decref; the
 * `before` of the next page is appended to *ret_next, nothing where there is none.
 * TS_E_BAD_VALUE for filter->before. */
TS_MUST_CHECK bool ts_job_log_list(struct ts_job_log *log,
				   const struct ts_job_filter *filter,
				   json_t **ret_jobs, struct ts_buf *ret_next,
				   struct ts_error *err);
/* The job, the caller's to json_decref; NULL where it is not there, or not within
 * `scope` (NULL: everything). */
json_t *ts_job_log_get(struct ts_job_log *log, const struct ts_scope *scope,
		       const char *job_id);
/* The newest answered job of the data source, likewise. */
json_t *ts_job_log_last(struct ts_job_log *log, const struct ts_scope *scope,
			int64_t ds_id);

/* Take note of a record of the replies topic; what is no reply is passed over. */
void ts_job_log_answer(struct ts_job_log *log, const struct ts_message *record);
/* Take note of a job that was published, unless it is answered already.  `job` is its
 * JSON text. */
void ts_job_log_publish(struct ts_job_log *log, const char *job_id, const char *job,
			int64_t unix_ms);

/* How many it holds. */
size_t ts_job_log_count(struct ts_job_log *log);

/* Every answer from `unix_ms` on will be noted, and few before. */
void ts_job_log_set_since(struct ts_job_log *log, int64_t unix_ms);
/* Since when is every answer there?  INT64_MIN: since ever. */
int64_t ts_job_log_since(struct ts_job_log *log);
/* The answers that there were at start are noted. */
void ts_job_log_set_complete(struct ts_job_log *log);
/* Wait for that; false where it is not so by the deadline. */
bool ts_job_log_wait(struct ts_job_log *log, int64_t deadline_ms);

#endif
