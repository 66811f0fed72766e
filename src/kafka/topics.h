/* topics.h - the topics of a configuration: their names, and are they there?
 *
 * One table of all that belong to the jobs topic (design.md 4.5).  In the order of the
 * enum, the retry topics in the order of their delays.
 *
 * Thread: one at a time; the calls that take a handle wait for the broker, so the
 * engine makes them before its loop begins. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TOPICS_H
#define TS_TOPICS_H
#include "config/config.h"
#include "contract/trail.h"
#include <librdkafka/rdkafka.h>

enum ts_topic_role {
	TS_TOPIC_JOBS,
	TS_TOPIC_REPLIES, /* the default one */
	TS_TOPIC_REPLAY,  /* -retry-0: where `dlq replay` publishes */
	TS_TOPIC_RETRY,   /* one for each of topics.retry_delays */
	TS_TOPIC_LETTERS, /* -dlt */
	TS_TOPIC_DONE,    /* -dlt-done: which letters were replayed or discarded */
};

struct ts_topic {
	enum ts_topic_role role;
	char name[TS_TOPIC_SIZE];
	bool is_read; /* by the workers: jobs come from it */
	bool
	    is_ours; /* only workers and `dlq` write it: its headers x-* are believed */
	size_t stage;      /* of a job that is read from it (task.h) */
	int64_t delay_ms;  /* how long a job waits there; 0: not at all */
	bool is_compacted; /* else it keeps records as long as the broker likes */
	int partitions;    /* 0: not there, or nobody has looked */
};

/* Zero-initialised is empty. */
struct ts_topics {
	struct ts_topic *items; /* owned */
	size_t count;
	bool may_create;
	int jobs_partitions; /* of a jobs topic that is created */
	const char *brokers; /* borrowed from the configuration */
	bool is_told;        /* the commands that create them were logged */
};

/* The table of `config`, which must outlive it; the broker is not asked. */
void ts_topics_make(const struct ts_config *config, struct ts_topics *ret_topics);
void ts_topics_release(struct ts_topics *topics);

/* The first of that role: the only one, apart from TS_TOPIC_RETRY (NULL where there is
 * none). */
const struct ts_topic *ts_topics_get(const struct ts_topics *topics,
				     enum ts_topic_role role);
/* Where a job of this stage is tried next; NULL where it was on every retry topic. */
const struct ts_topic *ts_topics_next(const struct ts_topics *topics, size_t stage);
/* By name; NULL where it is none of them. */
const struct ts_topic *ts_topics_find(const struct ts_topics *topics, const char *name);

/* Look at all of them, and make what is missing, in one request: the jobs topic with
 * topics.partitions, the others with as many as that has.  Sets `partitions`.
 * TS_E_BROKER when no broker answers by the deadline, or something is missing and may
 * not be made, by topics.create or by the broker: the error, or else the log, has the
 * commands.  May be called again after a failure. */
TS_MUST_CHECK bool ts_topics_create(rd_kafka_t *handle, struct ts_topics *topics,
				    int64_t deadline_ms, struct ts_error *err);

/* Ask for one topic.  *ret_partitions is 0 where it does not exist.  TS_E_BROKER when
 * no broker answers by the deadline, or the account may not see it. */
TS_MUST_CHECK bool ts_topic_partitions(rd_kafka_t *handle, const char *topic,
				       int64_t deadline_ms, int *ret_partitions,
				       struct ts_error *err);

/* What a topic takes. */
struct ts_topic_limit {
	const char *name; /* set by the caller, borrowed */
	int partitions;   /* 0: it is not there, or the account may not see it */
	/* The longest batch of records, max.message.bytes; 0: unknown, as the account
	 * may not ask.  A record alone in its batch takes 61 bytes and a few more than
	 * its key, value and headers. */
	size_t batch_bytes;
};

/* Ask for `count` topics, whose names are set.  TS_E_BROKER only when no broker answers
 * by the deadline. */
TS_MUST_CHECK bool ts_topic_limits(rd_kafka_t *handle, struct ts_topic_limit *topics,
				   size_t count, int64_t deadline_ms,
				   struct ts_error *err);

#endif
