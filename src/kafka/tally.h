/* tally.h - how often did it happen?  What is counted in a worker.
 *
 * Zero-initialised is empty.  Thread: the engine's only; other threads hand their
 * numbers to it with their results. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TALLY_H
#define TS_TALLY_H
#include "base/error.h"
#include "base/exposition.h"

/* X(constant, name as of a Prometheus counter without the program's prefix, help) */
#define TS_TALLIES(X)                                                                  \
	X(TS_TALLY_RECEIVED, "jobs_received_total", "jobs read from the topics")       \
	X(TS_TALLY_RETRIED, "jobs_retried_later_total",                                \
	  "jobs that went to a retry topic")                                           \
	X(TS_TALLY_LETTERS, "jobs_dead_lettered_total",                                \
	  "jobs set aside as dead letters")                                            \
	X(TS_TALLY_DROPPED, "jobs_dropped_total",                                      \
	  "jobs dropped because their partition was taken away")                       \
	X(TS_TALLY_CRASHES, "jobs_crashes_total",                                      \
	  "crashes of earlier processes that were counted against a job")              \
	X(TS_TALLY_DIVERTED, "replies_diverted_total",                                 \
	  "replies that went to the default topic instead of their own")               \
	X(TS_TALLY_CUT, "replies_cut_total", "replies cut to what their topic takes")  \
	X(TS_TALLY_REPLY_LETTERS, "replies_dead_lettered_total",                       \
	  "replies that no topic took: their jobs are dead letters")                   \
	X(TS_TALLY_REPRODUCED, "records_produced_again_total",                         \
	  "records that were produced once more")                                      \
	X(TS_TALLY_COMMITS, "commits_total", "commits of offsets")                     \
	X(TS_TALLY_COMMITS_FAILED, "commits_failed_total", "commits that failed")      \
	X(TS_TALLY_TRANSACTIONS, "transactions_committed_total",                       \
	  "transactions that were committed")                                          \
	X(TS_TALLY_ABORTED, "transactions_aborted_total",                              \
	  "transactions that were aborted")                                            \
	X(TS_TALLY_REBALANCES, "rebalances_total",                                     \
	  "times that partitions were given or taken")                                 \
	X(TS_TALLY_LOST, "partitions_lost_total",                                      \
	  "partitions that were lost without a chance to commit")                      \
	X(TS_TALLY_THREADS_LOST, "threads_lost_total",                                 \
	  "threads that a driver did not give back")

enum ts_tally_id {
#define X(id, name, help) id,
	TS_TALLIES(X)
#undef X
	    TS_TALLY_COUNT
};

/* X(constant, name as above, help): how long something took, a job each. */
#define TS_DURATIONS(X)                                                                \
	X(TS_DURATION_JOB, "job_duration_seconds",                                     \
	  "from reading a job from its topic to the acknowledged answer")              \
	X(TS_DURATION_QUEUED, "job_queued_seconds",                                    \
	  "from reading a job from its topic to the beginning of its run")             \
	X(TS_DURATION_READ, "job_read_seconds", "reading the table from its source")   \
	X(TS_DURATION_WRITE, "job_write_seconds", "writing the table to the catalog")

enum ts_duration_id {
#define X(id, name, help) id,
	TS_DURATIONS(X)
#undef X
	    TS_DURATION_COUNT
};

struct ts_tally {
	int64_t values[TS_TALLY_COUNT];
	int64_t answered[TS_CODE_COUNT]; /* jobs, by the error that was the answer */
	struct ts_histogram durations[TS_DURATION_COUNT];
};

void ts_tally_add(struct ts_tally *tally, enum ts_tally_id which, int64_t n);
void ts_tally_time(struct ts_tally *tally, enum ts_duration_id which, int64_t took_ms);

/* Log one line, `worker.counted`, with those of the values that are not 0. */
void ts_tally_log(const struct ts_tally *tally);

/* Append all of it as metrics. */
void ts_tally_print(const struct ts_tally *tally, struct ts_buf *text);
extern const struct ts_metrics ts_tally_metrics;

#endif
