/* worker.c - see worker.h: makes the parts, lets the engine run, takes them apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/worker.h"
#include "base/clock.h"
#include "base/log.h"
#include "kafka/conf.h"
#include "kafka/engine.h"
#include "source/source.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	CONNECT_MS = 30000,     /* until a broker must have answered at start */
	ATTEMPT_MS = 2000,      /* of it */
	PAUSE_MS = 250,         /* between two of them */
	THREADS_END_MS = 1000,  /* for the threads, once nothing is left to do */
	CONSUMER_END_MS = 1000, /* for what Kafka has not answered yet */
};

/* Zero-initialised is empty: released in this order, whatever was made of it. */
struct worker {
	struct ts_engine_parts parts;
	struct ts_topics topics;
	struct ts_destinations *destinations;
	struct ts_tally tally;
	struct ts_records records;
	struct ts_poke poke;
	struct ts_sources *sources;
};

static bool is_told_to_stop(int stop_fd, int wait_ms)
{
	struct pollfd fd = {.fd = stop_fd, .events = POLLIN};

	return poll(&fd, 1, wait_ms) > 0;
}

/* One try to find, or make, all that is needed in Kafka. */
static bool reach(struct worker *worker, int64_t deadline_ms, struct ts_error *err)
{
	const struct ts_engine_parts *parts = &worker->parts;
	const struct ts_outbox_parts outbox = {.records = &worker->records,
					       .wake_fd = parts->wake_fd,
					       .stop_fd = parts->stop_fd};

	if (!ts_topics_create(parts->consumer, &worker->topics, deadline_ms, err))
		return false;
	ts_destinations_free(worker->destinations);
	worker->destinations = NULL;
	if (!ts_destinations_new(worker->records.config, parts->consumer, deadline_ms,
				 &worker->destinations, err))
		return false;
	worker->records.destinations = worker->destinations;
	ts_poke_close(&worker->poke);
	return ts_poke_open(&worker->poke, parts->consumer, deadline_ms, err) &&
	       ts_outbox_new(&outbox, deadline_ms, &worker->parts.outbox, err);
}

/* Wait until Kafka answers and the topics are there.  The log has why it is not so, and
 * has it again when that changes: after pauses that grow, as reasons may take turns. */
static bool reach_kafka(struct worker *worker, struct ts_error *err)
{
	const char *brokers =
	    ts_config_kafka(worker->records.config, "bootstrap.servers");
	int64_t deadline = ts_now_ms() + CONNECT_MS, quiet_ms = PAUSE_MS, say_ms = 0;
	struct ts_error said = {0};

	while (!is_told_to_stop(worker->parts.stop_fd, said.code ? PAUSE_MS : 0)) {
		if (reach(worker, ts_now_ms() + ATTEMPT_MS, err))
			return true;
		if (ts_now_ms() >= deadline)
			break;
		if (strcmp(err->text, said.text) == 0 || ts_now_ms() < say_ms)
			continue;
		ts_log(TS_LOG_WARN, "kafka.unreachable", TS_STR("brokers", brokers),
		       TS_STR("reason", err->text), TS_INT("tries_for_ms", CONNECT_MS));
		said = *err;
		say_ms = ts_now_ms() + quiet_ms;
		quiet_ms *= 2;
	}
	return ts_wrap(err, "Kafka at '%s' cannot be used", brokers);
}

static bool open_worker(struct worker *worker, const struct ts_config *config,
			struct ts_board *board, struct ts_error *err)
{
	struct ts_engine_parts *parts = &worker->parts;

	parts->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (parts->wake_fd < 0)
		return ts_fail(err, TS_E_SYSTEM, "eventfd: %s", strerror(errno));
	ts_topics_make(config, &worker->topics);
	worker->records = (struct ts_records){
	    .config = config,
	    .topics = &worker->topics,
	    .group = ts_config_kafka(config, "group.id"),
	    .tally = &worker->tally,
	    .board = board,
	};
	parts->records = &worker->records;
	parts->poke = &worker->poke;
	if (!ts_crashes_open(config->state_dir, &parts->crashes, err) ||
	    !ts_sources_new(config, &worker->sources, err) ||
	    !ts_kafka_consumer_new(config, &parts->consumer, err))
		return false;
	worker->records.record_bytes = ts_kafka_record_bytes(parts->consumer);
	return reach_kafka(worker, err) &&
	       ts_pool_new(config, worker->sources, parts->crashes,
			   worker->records.record_bytes, parts->wake_fd, &parts->pool,
			   err);
}

/* What still runs in a driver or in librdkafka uses what would be freed now, nor can
 * the libraries' exit handlers run beside it. */
static void leave_behind(const char *what, const struct ts_error *err)
{
	ts_log(err ? TS_LOG_ERROR : TS_LOG_WARN, "worker.thread_left_behind",
	       TS_STR("where", what),
	       TS_STR("reason", err ? err->text : "told to stop"));
	_exit(err ? 1 : 0);
}

struct farewell {
	rd_kafka_t *consumer;
	bool is_closed;
	int done_fd;
};

static void *destroy_consumer(void *opaque)
{
	static const uint64_t one = 1;
	const struct farewell *farewell = opaque;

	if (farewell->is_closed)
		rd_kafka_destroy(farewell->consumer);
	else
		rd_kafka_destroy_flags(farewell->consumer,
				       RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	(void)!write(farewell->done_fd, &one, sizeof(one));
	return NULL;
}

/* False: it is still under way.  Until a commit is answered or has timed out
 * (socket.timeout.ms), librdkafka does not let go of a consumer, and a broker that is
 * frozen never answers. */
static bool close_consumer(struct farewell *farewell)
{
	struct pollfd done = {.events = POLLIN};
	pthread_t thread;

	farewell->done_fd = done.fd = eventfd(0, EFD_CLOEXEC);
	if (done.fd < 0 || pthread_create(&thread, NULL, destroy_consumer, farewell))
		return false;
	if (poll(&done, 1, CONSUMER_END_MS) <= 0)
		return false;
	pthread_join(thread, NULL);
	close(done.fd);
	return true;
}

/* `err` NULL: the worker ends in good order. */
static void close_worker(struct worker *worker, bool is_closed,
			 const struct ts_error *err)
{
	struct ts_engine_parts *parts = &worker->parts;
	struct farewell farewell = {.consumer = parts->consumer,
				    .is_closed = is_closed};

	if (parts->pool && !ts_pool_stop(parts->pool, ts_now_ms() + THREADS_END_MS))
		leave_behind("a driver", err);
	if (!ts_outbox_close(parts->outbox, ts_now_ms() + ATTEMPT_MS))
		leave_behind("the producer", err);
	ts_poke_close(&worker->poke);
	if (parts->consumer && !close_consumer(&farewell))
		leave_behind("the consumer", err);
	ts_destinations_free(worker->destinations);
	ts_topics_release(&worker->topics);
	ts_sources_free(worker->sources);
	ts_crashes_close(parts->crashes);
	if (parts->wake_fd >= 0)
		close(parts->wake_fd);
}

bool ts_worker_run(const struct ts_config *config, struct ts_board *board, int stop_fd,
		   struct ts_error *err)
{
	struct worker worker = {.parts = {.wake_fd = -1, .stop_fd = stop_fd}};
	bool is_closed = false, ok = open_worker(&worker, config, board, err);

	if (ok) {
		ts_log(TS_LOG_INFO, "worker.ready",
		       TS_STR("topic", config->topics.jobs),
		       TS_INT("workers", config->pool.workers));
		ok = ts_engine_run(&worker.parts, &is_closed, err);
		ts_tally_log(&worker.tally);
	} else if (is_told_to_stop(stop_fd, 0)) {
		ok = true;
	}
	close_worker(&worker, is_closed, ok ? NULL : err);
	ts_log(TS_LOG_INFO, "worker.stopped");
	return ok;
}
