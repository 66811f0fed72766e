/* job_entry.h - what the job log keeps of one job: a block of memory, as small as it
 * can be.
 *
 * Thread: any; it does not change once it is made, apart from `next`. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JOB_ENTRY_H
#define TS_JOB_ENTRY_H
#include "base/json.h"
#include "contract/message.h"
#include "http/job_log.h"

enum ts_job_text {
	TS_JOB_ID,
	TS_JOB_JOB, /* JSON, as it was sent */
	TS_JOB_SCHEMA,
	TS_JOB_TABLE,
	TS_JOB_CODE, /* the error's name */
	TS_JOB_MESSAGE,
	TS_JOB_CHANGE, /* JSON */
	TS_JOB_URL,
	TS_JOB_TEXT_COUNT,
};

struct ts_job_entry {
	struct ts_job_entry *next; /* for whoever holds it */
	int64_t at_ms;             /* Unix time: answered, or published while pending */
	int64_t table_id;          /* in the catalog; -1: none */
	int64_t queued_ms, read_ms, write_ms; /* -1: not told */
	int32_t ds_id;                        /* -1: the job names none */
	int32_t replay;
	int16_t code; /* HTTP; 0 while pending */
	bool is_retryable;
	uint8_t state;                  /* enum ts_job_state */
	uint16_t at[TS_JOB_TEXT_COUNT]; /* where each text begins; 0: there is none */
	uint32_t bytes;                 /* of the whole block */
	char *texts;                    /* within the block */
};

/* The entry of a reply, free() it; NULL for what is none. */
struct ts_job_entry *ts_job_entry_answered(const struct ts_message *record);
/* The entry of a job that has no answer yet, likewise. */
struct ts_job_entry *ts_job_entry_pending(const char *job_id, const char *job,
					  int64_t unix_ms);

/* Borrowed; NULL where there is none. */
const char *ts_job_entry_text(const struct ts_job_entry *entry, enum ts_job_text which);

/* As the API tells it; the caller's to json_decref. */
json_t *ts_job_entry_tell(const struct ts_job_entry *entry);

#endif
