/* client_link.c - see client_link.h; finding the topics is in client_topics.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_link.h"
#include "kafka/client_conf.h"
#include "kafka/client_topics.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t one = 1; /* what an eventfd is written */

static void listen_to(rd_kafka_queue_t *queue, int wake)
{
	rd_kafka_queue_io_event_enable(queue, wake, &one, sizeof(one));
}

static void let_go(rd_kafka_queue_t *queue)
{
	if (!queue)
		return;
	rd_kafka_queue_io_event_enable(queue, -1, NULL, 0);
	rd_kafka_queue_destroy(queue);
}

static bool open_producer(struct ts_link *link, const struct tablesync_options *options,
			  struct ts_error *err)
{
	if (!ts_client_handle_new(RD_KAFKA_PRODUCER, options, &link->producer, err))
		return false;
	link->reports = rd_kafka_queue_get_main(link->producer);
	listen_to(link->reports, link->wake);
	link->jobs = rd_kafka_topic_new(link->producer, options->jobs_topic, NULL);
	if (!link->jobs)
		return ts_fail(err, TS_E_CONFIG, "'%s' is no name of a topic",
			       options->jobs_topic);
	return true;
}

static bool open_reader(struct ts_link *link, const struct tablesync_options *options,
			struct ts_error *err)
{
	if (!ts_client_handle_new(RD_KAFKA_CONSUMER, options, &link->reader, err))
		return false;
	link->notices = rd_kafka_queue_get_main(link->reader);
	link->incoming = rd_kafka_queue_new(link->reader);
	listen_to(link->notices, link->wake);
	listen_to(link->incoming, link->wake);
	link->replies = rd_kafka_topic_new(link->reader, options->replies_topic, NULL);
	if (!link->replies)
		return ts_fail(err, TS_E_CONFIG, "'%s' is no name of a topic",
			       options->replies_topic);
	return true;
}

bool ts_link_open(struct ts_link *link, const struct tablesync_options *options,
		  int64_t deadline_ms, struct ts_error *err)
{
	int32_t partitions;

	*link = (struct ts_link){0};
	link->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (link->wake < 0)
		return ts_fail(err, TS_E_SYSTEM, "eventfd: %s", strerror(errno));

	/* Both first, so that they connect at the same time. */
	if (!open_producer(link, options, err) ||
	    (!options->is_publish_only && !open_reader(link, options, err)))
		return false;
	/* A producer that has not seen its topic sends the first record a second late,
	 * so this also warms it up. */
	if (!ts_topic_find(link, link->producer, link->jobs, deadline_ms, &partitions,
			   err))
		return false;
	return options->is_publish_only || ts_topic_read(link, deadline_ms, err);
}

void ts_link_close(struct ts_link *link)
{
	for (int32_t i = 0; i < link->partitions; i++)
		rd_kafka_consume_stop(link->replies, i);
	if (link->replies)
		rd_kafka_topic_destroy(link->replies);
	if (link->jobs)
		rd_kafka_topic_destroy(link->jobs);
	let_go(link->incoming);
	let_go(link->notices);
	let_go(link->reports);
	if (link->reader)
		rd_kafka_destroy(link->reader);
	if (link->producer) {
		rd_kafka_purge(link->producer, RD_KAFKA_PURGE_F_QUEUE |
						   RD_KAFKA_PURGE_F_INFLIGHT |
						   RD_KAFKA_PURGE_F_NON_BLOCKING);
		rd_kafka_destroy(link->producer);
	}
	if (link->wake >= 0)
		close(link->wake);
	*link = (struct ts_link){.wake = -1};
}

static void add_header(rd_kafka_headers_t *headers, const char *name, const char *value)
{
	if (value)
		rd_kafka_header_add(headers, name, -1, value, -1);
}

static rd_kafka_headers_t *make_headers(const struct ts_link_job *job)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(5);
	char deadline[24];

	add_header(headers, "kafka_correlationId", job->correlation);
	if (job->deadline_unix_ms) {
		snprintf(deadline, sizeof(deadline), "%lld",
			 (long long)job->deadline_unix_ms);
		add_header(headers, "x-deadline", deadline);
	}
	add_header(headers, "kafka_replyTopic", job->reply_topic);
	add_header(headers, "traceparent", job->traceparent);
	add_header(headers, "tracestate", job->tracestate);
	return headers;
}

static bool say_refused(struct ts_link *link, rd_kafka_resp_err_t code,
			struct ts_error *err)
{
	char reason[512];

	if (!rd_kafka_fatal_error(link->producer, reason, sizeof(reason)))
		return ts_fail(
		    err,
		    code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? TS_E_BUSY : TS_E_BROKER,
		    "the job was not taken for delivery: %s", rd_kafka_err2str(code));
	return ts_fail(err, TS_E_BROKER,
		       "the producer is broken for good, open another client: %s",
		       reason);
}

bool ts_link_publish(struct ts_link *link, const struct ts_link_job *job,
		     struct ts_error *err)
{
	/* librdkafka copies key and value; it takes void pointers all the same. */
	rd_kafka_headers_t *headers = make_headers(job);
	const rd_kafka_vu_t record[] = {
	    {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = link->jobs},
	    {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
	    {.vtype = RD_KAFKA_VTYPE_KEY,
	     .u.mem = {.ptr = (void *)(uintptr_t)job->key, .size = job->key_len}},
	    {.vtype = RD_KAFKA_VTYPE_VALUE,
	     .u.mem = {.ptr = (void *)(uintptr_t)job->value, .size = job->value_len}},
	    {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)job->number},
	    {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};
	rd_kafka_error_t *error = rd_kafka_produceva(
	    link->producer, record, sizeof(record) / sizeof(record[0]));
	rd_kafka_resp_err_t code;

	if (!error)
		return true;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	rd_kafka_headers_destroy(headers); /* still ours when it fails */
	return say_refused(link, code, err);
}

bool ts_link_is_broken(const struct ts_link *link)
{
	char reason[8];

	return rd_kafka_fatal_error(link->producer, reason, sizeof(reason)) != 0;
}

int ts_link_pending(const struct ts_link *link)
{
	return rd_kafka_outq_len(link->producer);
}

void ts_link_wait(struct ts_link *link, int timeout_ms)
{
	struct pollfd wake = {.fd = link->wake, .events = POLLIN};
	uint64_t count;

	/* Emptied before the queues are: what comes in between is found by this poll or
	 * wakes the next wait. */
	if (poll(&wake, 1, timeout_ms) > 0)
		(void)!read(link->wake, &count, sizeof(count));
}

void ts_link_wake(struct ts_link *link)
{
	(void)!write(link->wake, &one, sizeof(one)); /* full is awake as well */
}

/* Why the job is not on the topic for sure; false where it is. */
static bool has_failed(struct ts_link *link, const rd_kafka_message_t *job,
		       struct ts_error *ret_failure)
{
	const bool may_be_there =
	    rd_kafka_message_status(job) == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED;

	if (job->err) {
		ts_fail(ret_failure, TS_E_BROKER, "the job %s delivered: %s%s%s",
			may_be_there ? "may not have been" : "was not",
			rd_kafka_err2str(job->err), link->trouble[0] ? "; " : "",
			link->trouble);
		return true;
	}
	/* What the broker called a duplicate is said to be delivered, without an
	 * offset; see client_conf.c for when it is not. */
	if (job->offset < 0) {
		ts_fail(ret_failure, TS_E_BROKER,
			"the job may not have been delivered: the broker took it for "
			"a repetition");
		return true;
	}
	return false;
}

static void report(struct ts_link *link, const rd_kafka_message_t *job,
		   const struct ts_link_events *events)
{
	const uint64_t number = (uint64_t)(uintptr_t)job->_private;
	struct ts_error failure;

	if (has_failed(link, job, &failure)) {
		events->on_report(events->opaque, number, failure.text, -1, -1);
		return;
	}
	link->trouble[0] = '\0';
	events->on_report(events->opaque, number, NULL, job->partition, job->offset);
}

void ts_link_poll(struct ts_link *link, const struct ts_link_events *events)
{
	rd_kafka_message_t *record;
	rd_kafka_event_t *event;

	ts_link_listen(link, link->notices);
	while ((event = rd_kafka_queue_poll(link->reports, 0))) {
		const rd_kafka_message_t *job;

		ts_link_note(link, event);
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR)
			while ((job = rd_kafka_event_message_next(event)))
				report(link, job, events);
		rd_kafka_event_destroy(event);
	}
	while (link->incoming && (record = rd_kafka_consume_queue(link->incoming, 0))) {
		if (!record->err)
			events->on_record(events->opaque, record);
		rd_kafka_message_destroy(record);
	}
}
