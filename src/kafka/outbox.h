/* outbox.h - what ends jobs, on its way to Kafka; by `delivery` in one of two ways.
 *
 *   at least once   a task's records go out one after the other; the delivery report of
 *                   the last completes the offset, which is committed each second
 *   exactly once    the records of many tasks and their offsets go into one transaction
 *
 * A task that is handed in comes out exactly once: done, or dropped where its partition
 * is not ours any more.
 *
 * Thread: the engine's only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_OUTBOX_H
#define TS_OUTBOX_H
#include "kafka/assignment.h"
#include "kafka/record.h"

struct ts_outbox;

/* All borrowed, for as long as the outbox lives. */
struct ts_outbox_parts {
	const struct ts_records *records;
	int wake_fd; /* an eventfd, written when ts_outbox_turn has something to do */
	int stop_fd; /* readable: opening it is to end */
};

/* What comes out in a turn; the caller's. */
struct ts_outbox_turn {
	struct ts_chain done; /* acknowledged; exactly once: committed, too */
	struct ts_chain dropped;
};

/* Connect, and warm up: a first record to a topic that a producer has not seen waits
 * for a tick of a second.  TS_E_BROKER, TS_E_CONFIG; waits until the deadline. */
TS_MUST_CHECK bool ts_outbox_new(const struct ts_outbox_parts *parts,
				 int64_t deadline_ms, struct ts_outbox **ret_outbox,
				 struct ts_error *err);

/* These have their fate: tell Kafka. */
void ts_outbox_send(struct ts_outbox *outbox, TS_TAKES struct ts_task *task);

/* See to what has come and what is due.  What came out done is to be completed in the
 * assignment; then there may be more to do at once: call it until nothing comes out.
 * False: the process is unfit (TS_E_BROKER). */
TS_MUST_CHECK bool ts_outbox_turn(struct ts_outbox *outbox,
				  struct ts_assignment *assignment, int64_t now_ms,
				  struct ts_outbox_turn *ret_turn,
				  struct ts_error *err);
/* When ts_outbox_turn has something to do, unless wake_fd is written before. */
int64_t ts_outbox_due_ms(const struct ts_outbox *outbox);

/* Let go of what nobody will see acknowledged: those jobs run again elsewhere.  False:
 * librdkafka holds a thread beyond the deadline; the process should end without further
 * cleaning up. */
bool ts_outbox_close(struct ts_outbox *outbox, int64_t deadline_ms);

/* The two ways; outbox.c chooses. */
struct ts_outbox_kind {
	bool (*open)(struct ts_outbox *outbox, int64_t deadline_ms,
		     struct ts_error *err);
	void (*send)(struct ts_outbox *outbox, struct ts_task *task);
	bool (*turn)(struct ts_outbox *outbox, struct ts_assignment *assignment,
		     int64_t now_ms, struct ts_outbox_turn *ret_turn,
		     struct ts_error *err);
	int64_t (*due_ms)(const struct ts_outbox *outbox);
	bool (*close)(struct ts_outbox *outbox, int64_t deadline_ms);
};
extern const struct ts_outbox_kind ts_outbox_plain, ts_outbox_transactional;

struct ts_outbox {
	const struct ts_outbox_kind *kind;
	struct ts_outbox_parts parts;
	void *state;             /* of the kind */
	struct ts_chain waiting; /* to be produced, or produced again */
};

#endif
