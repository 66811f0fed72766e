/* assignment.h - the partitions that this process has, from ASSIGN to REVOKE.
 *
 *                ASSIGN                map known
 *      NONE ───────────────▶ MAPPING ───────────▶ RUNNING ──┐ commit each second
 *       ▲                                            │ REVOKE◀┘
 *       │  released            committed             ▼
 *       └──────────────────── COMMITTING ◀──────── DRAINING  finish what runs
 *
 * Rebalances are answered as states, never inside a call: the engine goes on polling.
 * An assignment has a generation; what comes back from an older one is dropped.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ASSIGNMENT_H
#define TS_ASSIGNMENT_H
#include "base/error.h"
#include "kafka/tally.h"
#include "kafka/topics.h"
#include "kafka/window.h"
#include "sync/task.h"
#include <librdkafka/rdkafka.h>

enum ts_assignment_state {
	TS_ASSIGNMENT_NONE,
	TS_ASSIGNMENT_MAPPING,    /* asked what is committed; nothing starts before */
	TS_ASSIGNMENT_RUNNING,    /* jobs are read */
	TS_ASSIGNMENT_DRAINING,   /* nothing starts, what runs is awaited */
	TS_ASSIGNMENT_COMMITTING, /* the last commit is on its way */
};

struct ts_partition {
	const struct ts_topic *topic; /* borrowed */
	int32_t id;
	rd_kafka_queue_t *queue; /* taken off the consumer's queue */
	/* Of a retry topic: the head, whose time has not come.  What is behind it waits
	 * in the queue.  Owned by the flow. */
	struct ts_task *held;
	size_t read_bytes; /* since it was empty last */
	struct ts_window window;
	bool is_mapped;
	uint64_t committed;  /* window.changes at the last commit that succeeded */
	uint64_t committing; /* … at the one that is on its way */
	/* The offsets of these two. */
	int64_t committed_offset, committing_offset;
};

struct ts_assignment {
	rd_kafka_t *consumer;           /* borrowed */
	rd_kafka_queue_t *answers;      /* to commits and maps; borrowed */
	const struct ts_topics *topics; /* borrowed, as the next two */
	const char *group;
	struct ts_tally *tally;
	int wake_fd;      /* written when a partition's queue has something */
	int64_t drain_ms; /* how long DRAINING may take */
	/* Offsets go with transactions only: there are no commits here, and a job is
	 * complete when it is committed. */
	bool is_transactional;
	/* auto.offset.reset: where nothing is committed, from the first record on. */
	bool begins_at_first;

	enum ts_assignment_state state;
	uint32_t generation;
	struct ts_partition *partitions;
	size_t count;
	size_t in_flight; /* jobs of this generation that are not complete */
	size_t held;      /* of them, those whose time has not come */
	bool is_lost;     /* the group gave the partitions away already */
	/* Transactional: as which member the partitions were given to us; NULL where
	 * they were lost at once.  Owned. */
	rd_kafka_consumer_group_metadata_t *membership;

	int64_t due_ms;      /* of the state: ask again, commit, give up */
	int64_t deadline_ms; /* of the state: when it must have ended */
	bool is_asking;      /* a map is on its way */
	uintptr_t commit;    /* the commit on its way; 0: none */
	uintptr_t commits;   /* counts them */
};

/* A rebalance event of the consumer's queue. */
void ts_assignment_rebalance(struct ts_assignment *assignment, rd_kafka_event_t *event);
/* An event of the queue `answers`. */
void ts_assignment_answer(struct ts_assignment *assignment, rd_kafka_event_t *event);
/* What is due by now.  False: the process is unfit (TS_E_BROKER). */
TS_MUST_CHECK bool ts_assignment_advance(struct ts_assignment *assignment,
					 int64_t now_ms, struct ts_error *err);
/* When ts_assignment_advance has something to do; TS_FOREVER if an event comes first.
 */
int64_t ts_assignment_due_ms(const struct ts_assignment *assignment);

/* The job of this generation at `offset` of the partition with this index is complete.
 */
void ts_assignment_complete(struct ts_assignment *assignment, uint32_t generation,
			    int32_t partition, int64_t offset);

/* A job of this generation will not be complete here: somebody else will run it. */
void ts_assignment_forget(struct ts_assignment *assignment, uint32_t generation);

/* Let go of everything at once, without a commit. */
void ts_assignment_release(struct ts_assignment *assignment);

#endif
