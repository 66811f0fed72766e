/* tally.h - how often did it happen?  What is counted in a worker.
 *
 * Zero-initialised is empty.  Thread: the engine's only; other threads hand their
 * numbers to it with their results. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TALLY_H
#define TS_TALLY_H
#include <stdint.h>

/* X(constant, name as of a Prometheus counter without the program's prefix, help) */
#define TS_TALLIES(X)                                                                  \
	X(TS_TALLY_RECEIVED, "jobs_received_total", "jobs read from the topics")       \
	X(TS_TALLY_OK, "jobs_answered_ok_total", "jobs answered with ok")              \
	X(TS_TALLY_ERROR, "jobs_answered_error_total", "jobs answered with an error")  \
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
	  "partitions that were lost without a chance to commit")

enum ts_tally_id {
#define X(id, name, help) id,
	TS_TALLIES(X)
#undef X
	    TS_TALLY_COUNT
};

struct ts_tally {
	int64_t values[TS_TALLY_COUNT];
};

void ts_tally_add(struct ts_tally *tally, enum ts_tally_id which, int64_t n);

/* Log one line, `worker.counted`, with those that are not 0. */
void ts_tally_log(const struct ts_tally *tally);

#endif
