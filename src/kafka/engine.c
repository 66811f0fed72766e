/* engine.c - see engine.h; the order of calls and the traps are those of
 * facts/engine.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "kafka/assignment.h"
#include "kafka/conf.h"
#include "kafka/flow.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	TEARDOWN_MS = 4000, /* threads, purged records, handles */
	IDLE_MS = 1000, /* a consumer that is not polled is thrown out of its group */
};

struct engine {
	struct ts_engine_parts parts;
	rd_kafka_queue_t *consumer_queue, *producer_queue, *answers;
	int epoll_fd;
	struct ts_assignment assignment;
	struct ts_flow flow;
	bool is_stopping, is_closing;
	int64_t finish_by_ms, close_by_ms; /* once it is stopping */
	int64_t lost;                      /* threads, since the start */
	struct ts_error unfit; /* why it is stopping, if nobody told it to */
};

static void log_error(rd_kafka_event_t *event)
{
	ts_log(TS_LOG_WARN, "kafka.error",
	       TS_STR("text", rd_kafka_event_error_string(event)));
}

static bool serve_error(rd_kafka_t *handle, rd_kafka_event_t *event,
			struct ts_error *err)
{
	char reason[256];

	/* Asked, since the event of a fenced member has the code of its cause. */
	if (rd_kafka_fatal_error(handle, reason, sizeof(reason)))
		return ts_fail(err, TS_E_BROKER, "%s", reason);
	log_error(event);
	return true;
}

static void serve_rebalance(struct engine *engine, rd_kafka_event_t *event)
{
	if (engine->is_stopping &&
	    rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		rd_kafka_assign(engine->parts.consumer, NULL);
	else
		ts_assignment_rebalance(&engine->assignment, event);
}

static bool serve_consumer(struct engine *engine, struct ts_error *err)
{
	rd_kafka_event_t *event;
	bool ok = true;

	while (ok && (event = rd_kafka_queue_poll(engine->consumer_queue, 0))) {
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
			serve_rebalance(engine, event);
		else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
			ok = serve_error(engine->parts.consumer, event, err);
		rd_kafka_event_destroy(event);
	}
	while ((event = rd_kafka_queue_poll(engine->answers, 0))) {
		ts_assignment_answer(&engine->assignment, event);
		rd_kafka_event_destroy(event);
	}
	return ok;
}

static bool serve_producer(struct engine *engine, struct ts_error *err)
{
	struct ts_chain delivered = {0};
	rd_kafka_event_t *event;
	bool ok = true;

	while (ok && (event = rd_kafka_queue_poll(engine->producer_queue, 0))) {
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR)
			ok = ts_replies_serve(engine->parts.replies, event, &delivered,
					      err);
		else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
			ok = serve_error(engine->parts.producer, event, err);
		rd_kafka_event_destroy(event);
	}
	ts_flow_complete(&engine->flow, &delivered);
	return ok;
}

/* The way out: finish, close, let go.  True: the loop is to end. */
static bool advance_stop(struct engine *engine, int64_t now_ms)
{
	struct ts_assignment *assignment = &engine->assignment;
	rd_kafka_t *consumer = engine->parts.consumer;
	rd_kafka_error_t *error;

	if (!engine->is_stopping)
		return false;
	if (engine->is_closing)
		return rd_kafka_consumer_closed(consumer) ||
		       now_ms >= engine->close_by_ms;
	if (assignment->in_flight && now_ms < engine->finish_by_ms)
		return false;

	if (assignment->state == TS_ASSIGNMENT_MAPPING)
		ts_assignment_release(assignment);
	assignment->drain_ms = 0; /* what runs has had its time */
	engine->is_closing = true;
	error = rd_kafka_consumer_close_queue(consumer, engine->consumer_queue);
	if (!error)
		return false;
	ts_log(TS_LOG_WARN, "worker.close_failed",
	       TS_STR("reason", rd_kafka_error_string(error)));
	rd_kafka_error_destroy(error);
	return true;
}

static void begin_stop(struct engine *engine)
{
	int64_t now = ts_now_ms(), grace = engine->parts.config->pool.grace_ms;

	if (grace > 2 * TEARDOWN_MS) /* what comes after the loop takes its time, too */
		grace -= TEARDOWN_MS;
	engine->is_stopping = true;
	engine->finish_by_ms = now + grace * 2 / 3;
	engine->close_by_ms = now + grace;
	ts_log(TS_LOG_INFO, "worker.stopping",
	       TS_INT("in_flight", (int64_t)engine->assignment.in_flight));
}

static int64_t earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* A driver that keeps a thread is told of once; too many of them, and the process goes
 * the way out. */
static void check_threads(struct engine *engine)
{
	const char *reason = "its driver does not come back; another takes its place";
	int32_t datasource_id;

	while (ts_pool_take_loss(engine->parts.pool, &datasource_id))
		ts_log(TS_LOG_WARN, "worker.thread_lost",
		       TS_INT("datasource", datasource_id),
		       TS_INT("lost_so_far", ++engine->lost), TS_STR("reason", reason));
	if (!engine->is_stopping &&
	    ts_pool_is_unfit(engine->parts.pool, &engine->unfit))
		begin_stop(engine);
}

/* Wait for the next thing to do. */
static void wait(struct engine *engine)
{
	int64_t due = earlier(ts_assignment_due_ms(&engine->assignment),
			      ts_replies_due_ms(engine->parts.replies));
	struct epoll_event events[2];
	int count;

	if (engine->is_stopping)
		due = earlier(due, engine->is_closing ? engine->close_by_ms
						      : engine->finish_by_ms);
	count = epoll_wait(engine->epoll_fd, events, 2, ts_remaining_ms(due, IDLE_MS));
	for (int i = 0; i < count; i++)
		if (events[i].data.fd == engine->parts.stop_fd && !engine->is_stopping)
			begin_stop(engine);
}

static bool turn(struct engine *engine, struct ts_error *err)
{
	bool is_reading;
	int64_t now;

	if (!serve_consumer(engine, err))
		return false;
	check_threads(engine);
	is_reading =
	    !engine->is_stopping && engine->assignment.state == TS_ASSIGNMENT_RUNNING;
	if (!is_reading)
		ts_flow_drop_waiting(&engine->flow);
	ts_flow_answer(&engine->flow);
	if (!serve_producer(engine, err))
		return false;
	if (is_reading && !ts_flow_read(&engine->flow, err))
		return false;
	now = ts_now_ms();
	ts_flow_resend(&engine->flow, now);
	return ts_assignment_advance(&engine->assignment, now, err);
}

/* Edge-triggered: the eventfd is written, but never has to be read. */
static bool watch(struct engine *engine, int fd, struct ts_error *err)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};

	if (epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return true;
	return ts_fail(err, TS_E_SYSTEM, "epoll_ctl: %s", strerror(errno));
}

static void forward_wakes(struct engine *engine, int fd)
{
	static const uint64_t one = 1;

	rd_kafka_queue_io_event_enable(engine->consumer_queue, fd, &one,
				       fd < 0 ? 0 : sizeof(one));
	rd_kafka_queue_io_event_enable(engine->producer_queue, fd, &one,
				       fd < 0 ? 0 : sizeof(one));
	rd_kafka_queue_io_event_enable(engine->answers, fd, &one,
				       fd < 0 ? 0 : sizeof(one));
}

static bool open_engine(struct engine *engine, struct ts_error *err)
{
	const struct ts_config *config = engine->parts.config;
	rd_kafka_t *consumer = engine->parts.consumer;

	rd_kafka_poll_set_consumer(consumer);
	engine->consumer_queue = rd_kafka_queue_get_consumer(consumer);
	engine->producer_queue = rd_kafka_queue_get_main(engine->parts.producer);
	engine->answers = rd_kafka_queue_new(consumer);
	forward_wakes(engine, engine->parts.wake_fd);
	engine->assignment = (struct ts_assignment){
	    .consumer = consumer,
	    .answers = engine->answers,
	    .topic = config->topics.jobs,
	    .group = ts_config_kafka(config, "group.id"),
	    .wake_fd = engine->parts.wake_fd,
	    .drain_ms = config->pool.drain_ms,
	};
	engine->flow = (struct ts_flow){
	    .assignment = &engine->assignment,
	    .pool = engine->parts.pool,
	    .replies = engine->parts.replies,
	    .limit = (size_t)config->pool.queued,
	    .record_bytes = ts_kafka_record_bytes(engine->parts.producer),
	};
	engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (engine->epoll_fd < 0)
		return ts_fail(err, TS_E_SYSTEM, "epoll_create1: %s", strerror(errno));
	return watch(engine, engine->parts.wake_fd, err) &&
	       watch(engine, engine->parts.stop_fd, err);
}

static void close_engine(struct engine *engine)
{
	/* An unanswered REVOKE would keep librdkafka from ever being destroyed. */
	ts_assignment_release(&engine->assignment);
	forward_wakes(engine, -1);
	rd_kafka_queue_destroy(engine->answers);
	rd_kafka_queue_destroy(engine->producer_queue);
	rd_kafka_queue_destroy(engine->consumer_queue);
	if (engine->epoll_fd >= 0)
		close(engine->epoll_fd);
}

static bool subscribe(const struct engine *engine, struct ts_error *err)
{
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t code;

	rd_kafka_topic_partition_list_add(topics, engine->parts.config->topics.jobs,
					  RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(engine->parts.consumer, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	return !code ||
	       ts_fail(err, TS_E_BROKER, "subscribing to '%s': %s",
		       engine->parts.config->topics.jobs, rd_kafka_err2str(code));
}

bool ts_engine_run(const struct ts_engine_parts *parts, bool *ret_is_closed,
		   struct ts_error *err)
{
	struct engine engine = {.parts = *parts, .epoll_fd = -1};
	bool ok = open_engine(&engine, err) && subscribe(&engine, err);

	while (ok && !advance_stop(&engine, ts_now_ms())) {
		wait(&engine);
		ok = turn(&engine, err);
	}
	*ret_is_closed = rd_kafka_consumer_closed(parts->consumer);
	close_engine(&engine);
	if (ok && engine.unfit.code != TS_OK) {
		*err = engine.unfit;
		ok = false;
	}
	return ok;
}
