/* outbox_plain.c - at least once: delivery reports complete jobs; see outbox.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/board.h"
#include "kafka/conf.h"
#include "kafka/outbox.h"
#include <assert.h>
#include <stdlib.h>

enum {
	RESEND_PAUSE_MS = 250,
	PURGE_MS = 2000, /* for the reports of what is purged */
};

struct plain {
	rd_kafka_t *producer;
	rd_kafka_queue_t *queue;
	int64_t due_ms;        /* when what waits is produced again */
	bool is_closing;       /* nothing more is produced */
	struct ts_chain ended; /* all of their records are acknowledged */
};

static void forward_wakes(const struct plain *plain, int fd)
{
	static const uint64_t one = 1;

	rd_kafka_queue_io_event_enable(plain->queue, fd, &one,
				       fd < 0 ? 0 : sizeof(one));
}

static bool open_plain(struct ts_outbox *outbox, int64_t deadline_ms,
		       struct ts_error *err)
{
	const struct ts_records *records = outbox->parts.records;
	struct plain *plain = ts_calloc(1, sizeof(*plain));

	if (!ts_kafka_producer_new(records->config,
				   ts_destinations_batch_bytes(records->destinations),
				   &plain->producer, err)) {
		free(plain);
		return false;
	}
	if (!ts_record_warm_up(records, plain->producer, deadline_ms, err)) {
		rd_kafka_destroy(plain->producer);
		free(plain);
		return false;
	}
	plain->queue = rd_kafka_queue_get_main(plain->producer);
	forward_wakes(plain, outbox->parts.wake_fd);
	plain->due_ms = TS_FOREVER;
	outbox->state = plain;
	return true;
}

/* Later; one line for all that waits together. */
static void park(struct ts_outbox *outbox, struct ts_task *task,
		 rd_kafka_resp_err_t code)
{
	struct plain *plain = outbox->state;

	if (!outbox->waiting.count) {
		plain->due_ms = ts_now_ms() + RESEND_PAUSE_MS;
		ts_task_log(task,
			    code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? TS_LOG_DEBUG
								  : TS_LOG_WARN,
			    "record.parked", TS_STR("reason", rd_kafka_err2str(code)));
	}
	ts_tally_add(outbox->parts.records->tally, TS_TALLY_REPRODUCED, 1);
	ts_chain_add(&outbox->waiting, task);
}

/* Produce the next record of a task, or note that there is none left. */
static void send_plain(struct ts_outbox *outbox, struct ts_task *task)
{
	const struct ts_records *records = outbox->parts.records;
	struct plain *plain = outbox->state;
	rd_kafka_resp_err_t code;
	enum ts_record which;

	while ((which = ts_record_next(task)) != TS_RECORD_NONE) {
		if (plain->is_closing) {
			ts_chain_add(&outbox->waiting, task);
			return;
		}
		code = ts_record_produce(records, plain->producer, task, which);
		if (!code)
			return;
		if (!ts_record_amend(records, task, which, code)) {
			park(outbox, task, code);
			return;
		}
	}
	ts_chain_add(&plain->ended, task);
}

/* A record of the task has its report. */
static void judge(struct ts_outbox *outbox, struct ts_task *task,
		  const rd_kafka_message_t *report)
{
	const struct ts_records *records = outbox->parts.records;
	enum ts_record which = ts_record_of(records, report);

	if (!report->err && report->offset >= 0) {
		task->records &= ~(unsigned)which;
	} else if (!report->err ||
		   !ts_record_amend(records, task, which, report->err)) {
		/* Without an offset nobody knows where it is: once more. */
		park(outbox, task, report->err);
		return;
	}
	send_plain(outbox, task);
}

static bool serve(struct ts_outbox *outbox, rd_kafka_event_t *event,
		  struct ts_error *err)
{
	struct plain *plain = outbox->state;
	const rd_kafka_message_t *report;
	char reason[256];

	while ((report = rd_kafka_event_message_next(event))) {
		struct ts_task *task = report->_private;

		assert(task->magic == TS_TASK_MAGIC);
		judge(outbox, task, report);
	}
	if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_STATS)
		ts_board_statistics(outbox->parts.records->board,
				    rd_kafka_event_stats(event));
	if (rd_kafka_fatal_error(plain->producer, reason, sizeof(reason)))
		return ts_fail(err, TS_E_BROKER, "the producer is unfit: %s", reason);
	if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
		ts_log(TS_LOG_WARN, "kafka.error",
		       TS_STR("text", rd_kafka_event_error_string(event)));
	return true;
}

/* Produce again what is due, unless its partition is somebody else's now. */
static void resend(struct ts_outbox *outbox, const struct ts_assignment *assignment,
		   int64_t now_ms, struct ts_chain *ret_dropped)
{
	struct plain *plain = outbox->state;
	struct ts_chain due = {0};
	struct ts_task *task;

	if (now_ms < plain->due_ms)
		return;
	plain->due_ms = TS_FOREVER;
	ts_chain_join(&due, &outbox->waiting);
	while ((task = ts_chain_take(&due)))
		if (task->generation == assignment->generation)
			send_plain(outbox, task);
		else
			ts_chain_add(ret_dropped, task);
}

static bool turn_plain(struct ts_outbox *outbox, struct ts_assignment *assignment,
		       int64_t now_ms, struct ts_outbox_turn *ret_turn,
		       struct ts_error *err)
{
	struct plain *plain = outbox->state;
	rd_kafka_event_t *event;
	bool ok = true;

	while (ok && (event = rd_kafka_queue_poll(plain->queue, 0))) {
		ok = serve(outbox, event, err);
		rd_kafka_event_destroy(event);
	}
	resend(outbox, assignment, now_ms, &ret_turn->dropped);
	ts_chain_join(&ret_turn->done, &plain->ended);
	return ok;
}

static int64_t due_ms_plain(const struct ts_outbox *outbox)
{
	const struct plain *plain = outbox->state;

	return plain->ended.count ? 0 : plain->due_ms;
}

static bool close_plain(struct ts_outbox *outbox, int64_t deadline_ms)
{
	struct plain *plain = outbox->state;
	int64_t until = ts_now_ms() + PURGE_MS;
	struct ts_error err;
	rd_kafka_event_t *event;

	plain->is_closing = true;
	forward_wakes(plain, -1);
	rd_kafka_purge(plain->producer,
		       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (rd_kafka_outq_len(plain->producer) &&
	       (event = rd_kafka_queue_poll(
		    plain->queue,
		    ts_remaining_ms(until < deadline_ms ? until : deadline_ms,
				    PURGE_MS)))) {
		if (!serve(outbox, event, &err))
			ts_log(TS_LOG_DEBUG, "record.purged",
			       TS_STR("reason", err.text));
		rd_kafka_event_destroy(event);
	}
	ts_chain_release(&plain->ended);
	rd_kafka_queue_destroy(plain->queue);
	rd_kafka_destroy(plain->producer);
	free(plain);
	return true;
}

const struct ts_outbox_kind ts_outbox_plain = {
    .open = open_plain,
    .send = send_plain,
    .turn = turn_plain,
    .due_ms = due_ms_plain,
    .close = close_plain,
};
