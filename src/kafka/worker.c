/* worker.c - see worker.h: makes the parts, lets the engine run, takes them apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/worker.h"
#include "base/clock.h"
#include "base/log.h"
#include "kafka/conf.h"
#include "kafka/engine.h"
#include "kafka/topics.h"
#include "source/source.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	CONNECT_MS = 30000,    /* until a broker must have answered at start */
	ATTEMPT_MS = 2000,     /* of it */
	PAUSE_MS = 250,        /* between two of them */
	THREADS_END_MS = 1000, /* for the threads, once nothing is left to do */
};

/* Zero-initialised is empty: released in this order, whatever was made of it. */
struct worker {
	struct ts_engine_parts parts;
	struct ts_sources *sources;
};

static bool is_told_to_stop(int stop_fd, int wait_ms)
{
	struct pollfd fd = {.fd = stop_fd, .events = POLLIN};

	return poll(&fd, 1, wait_ms) > 0;
}

/* Wait until Kafka answers and the topics are there. */
static bool reach_kafka(struct worker *worker, struct ts_error *err)
{
	const struct ts_engine_parts *parts = &worker->parts;
	int64_t deadline = ts_now_ms() + CONNECT_MS;
	bool is_said = false;

	while (!is_told_to_stop(parts->stop_fd, is_said ? PAUSE_MS : 0)) {
		int64_t attempt = ts_now_ms() + ATTEMPT_MS;

		if (ts_topics_create(parts->consumer, parts->config, attempt, err) &&
		    ts_replies_new(parts->config, parts->consumer, parts->producer,
				   attempt, &worker->parts.replies, err))
			return true;
		if (ts_now_ms() >= deadline)
			break;
		if (!is_said)
			ts_log(TS_LOG_WARN, "kafka.unreachable",
			       TS_STR("brokers", ts_config_kafka(parts->config,
								 "bootstrap.servers")),
			       TS_STR("reason", err->text),
			       TS_INT("tries_for_ms", CONNECT_MS));
		is_said = true;
	}
	return ts_wrap(err, "Kafka at '%s' cannot be used",
		       ts_config_kafka(parts->config, "bootstrap.servers"));
}

static bool open_worker(struct worker *worker, struct ts_error *err)
{
	struct ts_engine_parts *parts = &worker->parts;

	parts->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (parts->wake_fd < 0)
		return ts_fail(err, TS_E_SYSTEM, "eventfd: %s", strerror(errno));
	return ts_sources_new(parts->config, &worker->sources, err) &&
	       ts_kafka_consumer_new(parts->config, &parts->consumer, err) &&
	       ts_kafka_producer_new(parts->config, &parts->producer, err) &&
	       reach_kafka(worker, err) &&
	       ts_pool_new(parts->config, worker->sources,
			   ts_kafka_record_bytes(parts->producer), parts->wake_fd,
			   &parts->pool, err);
}

/* Records that nobody will see acknowledged: their jobs run again elsewhere. */
static void close_producer(struct worker *worker)
{
	struct ts_engine_parts *parts = &worker->parts;
	struct ts_chain delivered = {0};
	struct ts_error err;
	rd_kafka_queue_t *queue = rd_kafka_queue_get_main(parts->producer);
	rd_kafka_event_t *event;

	rd_kafka_purge(parts->producer,
		       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (rd_kafka_outq_len(parts->producer) &&
	       (event = rd_kafka_queue_poll(queue, ATTEMPT_MS))) {
		if (parts->replies &&
		    !ts_replies_serve(parts->replies, event, &delivered, &err))
			ts_log(TS_LOG_DEBUG, "reply.purged",
			       TS_STR("reason", err.text));
		rd_kafka_event_destroy(event);
	}
	ts_chain_release(&delivered);
	rd_kafka_queue_destroy(queue);
	ts_replies_free(parts->replies);
	rd_kafka_destroy(parts->producer);
}

/* `err` NULL: the worker ends in good order. */
static void close_worker(struct worker *worker, bool is_closed,
			 const struct ts_error *err)
{
	struct ts_engine_parts *parts = &worker->parts;

	if (parts->pool && !ts_pool_stop(parts->pool, ts_now_ms() + THREADS_END_MS)) {
		/* A driver still holds a thread: what it uses cannot be freed, nor can
		 * the libraries' exit handlers run beside it. */
		ts_log(err ? TS_LOG_ERROR : TS_LOG_WARN, "worker.thread_left_behind",
		       TS_STR("reason", err ? err->text : "told to stop"));
		_exit(err ? 1 : 0);
	}
	if (parts->producer)
		close_producer(worker);
	if (parts->consumer && is_closed)
		rd_kafka_destroy(parts->consumer);
	else if (parts->consumer)
		rd_kafka_destroy_flags(parts->consumer,
				       RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	ts_sources_free(worker->sources);
	if (parts->wake_fd >= 0)
		close(parts->wake_fd);
}

bool ts_worker_run(const struct ts_config *config, int stop_fd, struct ts_error *err)
{
	struct worker worker = {
	    .parts = {.config = config, .wake_fd = -1, .stop_fd = stop_fd}};
	bool is_closed = false, ok = open_worker(&worker, err);

	if (ok) {
		ts_log(TS_LOG_INFO, "worker.ready",
		       TS_STR("topic", config->topics.jobs),
		       TS_INT("workers", config->pool.workers));
		ok = ts_engine_run(&worker.parts, &is_closed, err);
	} else if (is_told_to_stop(stop_fd, 0)) {
		ok = true;
	}
	close_worker(&worker, is_closed, ok ? NULL : err);
	ts_log(TS_LOG_INFO, "worker.stopped");
	return ok;
}
