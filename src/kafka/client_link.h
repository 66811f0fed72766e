/* client_link.h - a client's two librdkafka handles: the producer of jobs and the
 * reader of the replies topic.
 *
 * The reader has no consumer group and stores nothing: it reads each partition from the
 * end that was there at open.  The producer is idempotent and puts a key into the same
 * partition as Java's clients do.
 *
 * Thread: the client's own thread, but ts_link_publish and ts_link_wake: any, while the
 * link is open. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_LINK_H
#define TS_CLIENT_LINK_H
#include "base/error.h"
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <tablesync/client.h>

struct ts_link {
	rd_kafka_t *producer, *reader; /* no reader where nobody waits for replies */
	rd_kafka_topic_t *jobs, *replies;
	rd_kafka_queue_t *reports; /* the producer's events */
	rd_kafka_queue_t *notices; /* the reader's, but replies */
	rd_kafka_queue_t *incoming;
	int32_t partitions; /* of the replies topic that are read */
	int wake;           /* eventfd: something is in a queue, or ts_link_wake */
	char trouble[TS_ERROR_TEXT_BYTES]; /* what librdkafka said last, "" since a
					      delivery */
};

/* What comes of a link, called by ts_link_poll. */
struct ts_link_events {
	/* The report of a job: `failure` NULL, or why it is not (or may not be) on the
	 * topic. */
	void (*on_report)(void *opaque, uint64_t number, const char *failure,
			  int32_t partition, int64_t offset);
	/* Any record of the replies topic, also those for others; borrowed. */
	void (*on_record)(void *opaque, const rd_kafka_message_t *record);
	void *opaque;
};

/* A job to be published; all borrowed. */
struct ts_link_job {
	uint64_t number;
	const char *correlation;
	const char *reply_topic;              /* NULL: the worker's default */
	const char *traceparent, *tracestate; /* NULL: none */
	int64_t deadline_unix_ms;             /* 0: none */
	const char *key, *value;
	size_t key_len, value_len;
};

/* Connect within `deadline_ms`: TS_E_CONFIG for a setting, TS_E_BROKER else.  The
 * topics in `options` are set.  Close it in either case, and only then. */
TS_MUST_CHECK bool ts_link_open(struct ts_link *link,
				const struct tablesync_options *options,
				int64_t deadline_ms, struct ts_error *err);
/* Let go of all; what was not delivered is given up.  May block for as long as the
 * resolver does. */
void ts_link_close(struct ts_link *link);

TS_MUST_CHECK bool ts_link_publish(struct ts_link *link, const struct ts_link_job *job,
				   struct ts_error *err);
/* Will it never publish again?  Then another has to be opened. */
bool ts_link_is_broken(const struct ts_link *link);
/* Jobs whose report is still to come. */
int ts_link_pending(const struct ts_link *link);

/* Wait for at most `timeout_ms` until there is something to poll. */
void ts_link_wait(struct ts_link *link, int timeout_ms);
void ts_link_wake(struct ts_link *link);
/* Hand all that has come to `events`. */
void ts_link_poll(struct ts_link *link, const struct ts_link_events *events);
/* Look for partitions that the replies topic has gained, and read them from their
 * beginning.  Blocks for half a second at most. */
void ts_link_look_for_partitions(struct ts_link *link);

#endif
