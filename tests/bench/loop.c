/* loop.c - the ceiling of a worker: librdkafka alone, a record out for a record in.
 *
 * `bench_loop BROKERS GROUP JOBS REPLIES COUNT BYTES` reads COUNT records of the topic
 * JOBS and writes for each one of BYTES with its key and two headers to REPLIES,
 * acknowledged by all; no job is looked at, no offset is committed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1000, FLUSH_MS = 60000 };

struct loop {
	rd_kafka_t *consumer, *producer;
	rd_kafka_queue_t *queue;
	const char *replies;
	char *value;
	size_t bytes;
	long delivered;
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "bench_loop: %s: %s\n", what, why);
	exit(1);
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message,
			void *opaque)
{
	struct loop *loop = opaque;

	(void)producer;
	if (message->err)
		fail("a reply", rd_kafka_err2str(message->err));
	loop->delivered++;
}

static rd_kafka_conf_t *make_conf(const char *const settings[][2], size_t count)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[256];

	for (size_t i = 0; i < count; i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text,
				      sizeof(text)) != RD_KAFKA_CONF_OK)
			fail("configuration", text);
	return conf;
}

static rd_kafka_t *make_handle(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char text[256];
	rd_kafka_t *handle = rd_kafka_new(type, conf, text, sizeof(text));

	if (!handle)
		fail("librdkafka", text);
	return handle;
}

static void open_loop(struct loop *loop, char **argv)
{
	const char *const reading[][2] = {{"bootstrap.servers", argv[1]},
					  {"group.id", argv[2]},
					  {"auto.offset.reset", "earliest"},
					  {"enable.auto.commit", "false"}};
	const char *const writing[][2] = {{"bootstrap.servers", argv[1]},
					  {"enable.idempotence", "true"},
					  {"queue.buffering.max.messages", "1000000"}};
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_conf_t *conf;

	loop->consumer = make_handle(RD_KAFKA_CONSUMER, make_conf(reading, 4));
	conf = make_conf(writing, 3);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_opaque(conf, loop);
	loop->producer = make_handle(RD_KAFKA_PRODUCER, conf);
	rd_kafka_poll_set_consumer(loop->consumer);
	loop->queue = rd_kafka_queue_get_consumer(loop->consumer);
	rd_kafka_topic_partition_list_add(topics, argv[3], RD_KAFKA_PARTITION_UA);
	if (rd_kafka_subscribe(loop->consumer, topics))
		fail("subscribing to", argv[3]);
	rd_kafka_topic_partition_list_destroy(topics);
}

static rd_kafka_resp_err_t produce(struct loop *loop, const rd_kafka_message_t *job)
{
	/* The value is not copied: it is the same for all. */
	const rd_kafka_vu_t record[] = {
	    {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = loop->replies},
	    {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {job->key, job->key_len}},
	    {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {loop->value, loop->bytes}},
	    {.vtype = RD_KAFKA_VTYPE_HEADER, .u.header = {"status", "ok", -1}},
	    {.vtype = RD_KAFKA_VTYPE_HEADER,
	     .u.header = {"job-id", "tablesync.jobs-0-1000000", -1}},
	};
	rd_kafka_error_t *error = rd_kafka_produceva(loop->producer, record,
						     sizeof(record) / sizeof(*record));
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	rd_kafka_error_destroy(error);
	return code;
}

static void reply(struct loop *loop, const rd_kafka_message_t *job)
{
	rd_kafka_resp_err_t code;

	do {
		code = produce(loop, job);
		rd_kafka_poll(loop->producer,
			      code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
	} while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
	if (code)
		fail("producing", rd_kafka_err2str(code));
}

static void run(struct loop *loop, long count)
{
	static rd_kafka_message_t *messages[BATCH];
	long taken = 0;

	while (taken < count) {
		ssize_t got =
		    rd_kafka_consume_batch_queue(loop->queue, 100, messages, BATCH);

		for (ssize_t i = 0; i < got; i++) {
			if (messages[i]->err)
				fail("reading", rd_kafka_message_errstr(messages[i]));
			reply(loop, messages[i]);
			rd_kafka_message_destroy(messages[i]);
		}
		taken += got > 0 ? got : 0;
	}
	if (rd_kafka_flush(loop->producer, FLUSH_MS) || loop->delivered != count)
		fail("the end", "not all replies were delivered");
}

int main(int argc, char **argv)
{
	struct loop loop = {0};

	if (argc != 7) {
		fprintf(stderr, "usage: bench_loop BROKERS GROUP JOBS REPLIES COUNT "
				"BYTES\n");
		return 2;
	}
	loop.replies = argv[4];
	loop.bytes = strtoul(argv[6], NULL, 10);
	loop.value = malloc(loop.bytes + 1);
	if (!loop.value)
		fail("memory", "there is none");
	memset(loop.value, 'x', loop.bytes);
	open_loop(&loop, argv);
	run(&loop, strtol(argv[5], NULL, 10));
	rd_kafka_queue_destroy(loop.queue);
	rd_kafka_consumer_close(loop.consumer);
	rd_kafka_destroy(loop.consumer);
	rd_kafka_destroy(loop.producer);
	free(loop.value);
	return 0;
}
