/* transaction.h - one transaction, from its beginning to a verdict.
 *
 * Every transaction carries offsets: by them the group judges whether the partitions
 * are still this process's.  Without them the broker would commit also what a process
 * brings that was given up for dead.
 *
 * Thread: the transactor's, apart from ts_transaction_release. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRANSACTION_H
#define TS_TRANSACTION_H
#include "kafka/record.h"
#include "kafka/repute.h"
#include "sync/task.h"
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

enum ts_verdict {
	TS_VERDICT_COMMITTED, /* the offsets are, too: the tasks are complete */
	TS_VERDICT_AGAIN,     /* nothing of it was committed: the tasks may go into the
				 next one */
	TS_VERDICT_DISOWNED,  /* nothing of it was committed: the group has given the
				 partitions to others, who run the jobs; drop the tasks
			       */
	TS_VERDICT_UNFIT,     /* whether it was committed is not known here: the process
				 must end, and whoever comes next learns it from Kafka */
};

/* Zero-initialised is empty. */
struct ts_transaction {
	struct ts_chain tasks; /* prepared, none of their records produced yet */
	/* What is complete once this is committed, with its metadata (at most 4,096
	 * bytes): never without a valid offset.  Owned. */
	rd_kafka_topic_partition_list_t *offsets;
	/* As which member of the group they were read (membership.h).  Owned. */
	rd_kafka_consumer_group_metadata_t *group;

	/* The outcome. */
	enum ts_verdict verdict;
	struct ts_error err; /* TS_OK when committed; else why not, to be logged once */
	rd_kafka_resp_err_t code; /* of `err` */
	bool is_amended; /* one of them was: go on at once.  Otherwise AGAIN means
			    that Kafka could not do it now: wait for a moment. */
	int64_t took_ms;
};
/* Frees the tasks, too. */
void ts_transaction_release(struct ts_transaction *transaction);

/* What transactions are run with, one after the other. */
struct ts_runner {
	rd_kafka_t *producer;
	const struct ts_records *records; /* borrowed */
	int64_t timeout_ms;               /* transaction.timeout.ms */
	atomic_bool is_stopping; /* set from outside: abort what is not ready */

	bool is_open;  /* begun, and neither committed nor aborted */
	size_t failed; /* records of it that are not, or may not be, in their topic */
	size_t purged; /* records that librdkafka has given up, since it failed */
	struct ts_repute repute;
	struct ts_chain kept; /* tasks that librdkafka does not let go */
};

/* Run one and set its outcome, but for `is_amended`: a task whose record was refused
 * has its `refusal`. */
void ts_runner_run(struct ts_runner *runner, struct ts_transaction *transaction);
/* Abort what is open, within `limit_ms`, and let go of everything but the producer. */
void ts_runner_close(struct ts_runner *runner, int limit_ms);

#endif
