/* record.h - the records that end a job in this process.
 *
 *   fate      ANSWER: reply      RETRY: retry      LETTER: letter, then reply
 *
 * Which of them are still to be written is noted in the task.  A record that its topic
 * refuses is amended until one is taken: cut, sent to the default topic, set aside as a
 * dead letter; a job never stays open for want of an answer.
 *
 * Thread: the engine's, but for ts_record_next, ts_record_produce and ts_record_of,
 * which whoever owns the task may call. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_RECORD_H
#define TS_RECORD_H
#include "kafka/destinations.h"
#include "kafka/tally.h"
#include "sync/task.h"
#include <librdkafka/rdkafka.h>

/* In the order in which they are written; bits of ts_task.records. */
enum ts_record {
	TS_RECORD_NONE = 0,
	TS_RECORD_LETTER = 1,
	TS_RECORD_RETRY = 2,
	TS_RECORD_REPLY = 4,
};

struct ts_board;

/* What the records of all tasks share; all borrowed. */
struct ts_records {
	const struct ts_config *config;
	const struct ts_topics *topics;
	const struct ts_destinations *destinations;
	const char *group;
	size_t record_bytes; /* the longest record that the producer takes */
	struct ts_tally *tally;
	struct ts_board *board; /* NULL: nobody looks */
};

/* Let `producer` see all topics that it may write: the first record to one that it has
 * not seen waits for a tick of a second (librdkafka 2.0.2).  TS_E_BROKER. */
TS_MUST_CHECK bool ts_record_warm_up(const struct ts_records *records,
				     rd_kafka_t *producer, int64_t deadline_ms,
				     struct ts_error *err);

/* Note what is to be written for a task that has its fate, and make its reply fit the
 * topic that it goes to. */
void ts_record_prepare(const struct ts_records *records, struct ts_task *task);

/* The first that is still to be written. */
enum ts_record ts_record_next(const struct ts_task *task);

/* Produce it.  Its bytes are not copied: they live in the task until its delivery
 * report, whose opaque is the task. */
rd_kafka_resp_err_t ts_record_produce(const struct ts_records *records,
				      rd_kafka_t *producer, struct ts_task *task,
				      enum ts_record which);

/* Which one is it that a delivery report is of? */
enum ts_record ts_record_of(const struct ts_records *records,
			    const rd_kafka_message_t *report);

/* It was refused: what is to be tried next?  True: ts_record_next(task), at once.
 * False: the code says nothing lasting, the same again later. */
bool ts_record_amend(const struct ts_records *records, struct ts_task *task,
		     enum ts_record which, rd_kafka_resp_err_t code);

#endif
