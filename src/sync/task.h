/* task.h - one message on its way through the process.
 *
 * Made by the engine, scheduled by the pool, run by sync, answered by the engine: it
 * has one owner at a time, and goes from hand to hand in chains. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TASK_H
#define TS_TASK_H
#include "base/buf.h"
#include "base/log.h"
#include "contract/request.h"

/* What becomes of a job whose runs have ended. */
enum ts_fate {
	TS_FATE_NONE,   /* they have not: it is to run, here or elsewhere */
	TS_FATE_ANSWER, /* its reply is the end of it */
	TS_FATE_RETRY,  /* it goes to a retry topic, and has no reply yet */
	TS_FATE_LETTER, /* it is set aside as a dead letter, and has its reply */
};

/* How long a run took. */
struct ts_timing {
	bool is_known;                        /* there was one that ended */
	bool is_written;                      /* and something to be written */
	int64_t queued_ms, read_ms, write_ms; /* queued: since it was read from Kafka */
};

struct ts_task {
	struct ts_task *next; /* in a chain; belongs to the owner */
	struct ts_request request;
	struct ts_message *message; /* as it came: what goes on; NULL in tests; owned */
	int64_t received_ms;        /* when it was read from Kafka */
	int64_t deadline_ms; /* when nobody waits any more; TS_FOREVER: somebody does */
	size_t
	    stage; /* retry topics behind it: the next has topics.retry_delays[stage] */
	bool is_suspect; /* it ran in a thread that crashed: it runs alone now */

	/* The outcome, set by sync. */
	struct ts_error err;     /* TS_OK: the table is in the catalog */
	struct ts_buf reply;     /* the record's value; empty: not answered yet */
	struct ts_timing timing; /* of the last run */
	enum ts_fate fate;       /* of one that has ended, set by the pool */

	/* The pool's. */
	size_t table;   /* while it runs: which table of the run it asked for */
	int attempts;   /* runs that have failed */
	int64_t due_ms; /* after such a run: when the next one may begin */

	/* Where it came from; the engine's alone. */
	struct ts_task *older, *newer; /* among all that are in the process */
	uint32_t generation;           /* of the assignment it was read in */
	int32_t partition;
	int64_t offset;
	unsigned records; /* still to be written for it (kafka/record.h) */
	int cuts;         /* what its dead letter goes without */
	int refusal;      /* of a record of it: librdkafka's code; 0: none */
	unsigned refused; /* which record that was */
	size_t bytes;     /* of the message: what the task holds in memory, roughly */
	uint32_t magic;   /* TS_TASK_MAGIC while alive: it travels through librdkafka */

	struct ts_table_queue *queue; /* where it waits; the scheduler's alone */
};

enum { TS_TASK_MAGIC = 0x7a51c0de };

/* Tasks in their order.  Zero-initialised is empty. */
struct ts_chain {
	struct ts_task *head, *tail;
	size_t count;
};

struct ts_task *ts_task_new(void);
/* NULL is fine. */
void ts_task_free(struct ts_task *task);

/* Do both ask for a table by exactly the same names?  Then one read answers both. */
bool ts_task_shares_read(const struct ts_task *one, const struct ts_task *other);

/* The header `traceparent` of its message; NULL where it has none.  Borrowed. */
const char *ts_task_traceparent(const struct ts_task *task);

/* Log an event of a job: its id and its trace come first.
 * ts_task_log(task, TS_LOG_INFO, "job.failed", TS_STR("error", name)); */
#define ts_task_log(task, level, ...)                                                  \
	ts_task_log_event((task), (level), TS_LOG_FIELDS(__VA_ARGS__, TS_LOG_END))
void ts_task_log_event(const struct ts_task *task, enum ts_log_level level,
		       const char *event, const struct ts_field *fields);

void ts_chain_add(struct ts_chain *chain, TS_TAKES struct ts_task *task);
/* Move all of `more` behind `chain`. */
void ts_chain_join(struct ts_chain *chain, struct ts_chain *more);
/* Take out the first; NULL when empty. */
struct ts_task *ts_chain_take(struct ts_chain *chain);
/* Free all tasks in it. */
void ts_chain_release(struct ts_chain *chain);

#endif
