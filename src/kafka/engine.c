/* engine.c - see engine.h; the order of calls and the traps are those of
 * facts/engine.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "kafka/assignment.h"
#include "kafka/board.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	TEARDOWN_MS = 4000, /* threads, purged records, handles */
	/* To be a member before leaving: who leaves while his first request is under
	 * way stays in the group, unknown to anybody, until his session has timed out.
	 */
	JOIN_MS = 2000,
	IDLE_MS = 1000, /* a consumer that is not polled is thrown out of its group */
};

struct engine {
	struct ts_engine_parts parts;
	rd_kafka_queue_t *consumer_queue, *answers;
	int epoll_fd;
	struct ts_assignment assignment;
	struct ts_flow flow;
	bool is_member; /* the group has given it partitions once, be it none */
	bool is_stopping, is_closing;
	int64_t join_by_ms, finish_by_ms, close_by_ms; /* once it is stopping */
	bool is_ready;         /* and the supervisor was told so */
	struct ts_error unfit; /* why it is stopping, if nobody told it to */
};

static bool serve_error(rd_kafka_t *consumer, rd_kafka_event_t *event,
			struct ts_error *err)
{
	char reason[256];

	/* Asked, since the event of a fenced member has the code of its cause. */
	if (rd_kafka_fatal_error(consumer, reason, sizeof(reason)))
		return ts_fail(err, TS_E_BROKER, "%s", reason);
	ts_log(TS_LOG_WARN, "kafka.error",
	       TS_STR("text", rd_kafka_event_error_string(event)));
	return true;
}

static void serve_rebalance(struct engine *engine, rd_kafka_event_t *event)
{
	bool is_given =
	    rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;

	engine->is_member = true;
	if (is_given && engine->is_stopping) {
		rd_kafka_assign(engine->parts.consumer, NULL);
		return;
	}
	if (is_given) /* who had them before may have died of one of their jobs */
		ts_crashes_look(engine->parts.crashes);
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
		else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_STATS)
			ts_board_statistics(engine->parts.records->board,
					    rd_kafka_event_stats(event));
		rd_kafka_event_destroy(event);
	}
	while ((event = rd_kafka_queue_poll(engine->answers, 0))) {
		ts_assignment_answer(&engine->assignment, event);
		rd_kafka_event_destroy(event);
	}
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
	if (!engine->is_member && now_ms < engine->join_by_ms)
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
	int64_t now = ts_now_ms();
	int64_t grace = engine->parts.records->config->pool.grace_ms;

	if (grace > 2 * TEARDOWN_MS) /* what comes after the loop takes its time, too */
		grace -= TEARDOWN_MS;
	engine->is_stopping = true;
	engine->join_by_ms = now + JOIN_MS;
	engine->finish_by_ms = now + grace * 2 / 3;
	engine->close_by_ms = now + grace;
	ts_notify_stopping();
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
	struct ts_tally *tally = engine->parts.records->tally;
	int32_t datasource_id;

	while (ts_pool_take_loss(engine->parts.pool, &datasource_id)) {
		ts_tally_add(tally, TS_TALLY_THREADS_LOST, 1);
		ts_log(TS_LOG_WARN, "worker.thread_lost",
		       TS_INT("datasource", datasource_id),
		       TS_INT("lost_so_far", tally->values[TS_TALLY_THREADS_LOST]),
		       TS_STR("reason", reason));
	}
	if (!engine->is_stopping &&
	    ts_pool_is_unfit(engine->parts.pool, &engine->unfit))
		begin_stop(engine);
}

/* Wait for the next thing to do. */
static void wait(struct engine *engine)
{
	int64_t due = earlier(ts_assignment_due_ms(&engine->assignment),
			      ts_outbox_due_ms(engine->parts.outbox));
	struct epoll_event events[2];
	int count;

	due = earlier(due, engine->flow.due_ms);
	if (engine->is_stopping && !engine->is_member)
		due = earlier(due, engine->join_by_ms);
	if (engine->is_stopping)
		due = earlier(due, engine->is_closing ? engine->close_by_ms
						      : engine->finish_by_ms);
	count = epoll_wait(engine->epoll_fd, events, 2, ts_remaining_ms(due, IDLE_MS));
	for (int i = 0; i < count; i++)
		if (events[i].data.fd == engine->parts.stop_fd && !engine->is_stopping)
			begin_stop(engine);
}

/* The supervisor, and whoever else asks, hears of us as long as this loop turns. */
static void tell_others(struct engine *engine)
{
	struct ts_board *board = engine->parts.records->board;
	int64_t now = ts_now_ms();

	ts_board_turn(board, now);
	if (ts_board_is_asked(board))
		ts_board_post(board, ts_worker_status_new(&engine->flow, now));
	ts_notify_alive();
	if (engine->is_ready || engine->assignment.state != TS_ASSIGNMENT_RUNNING)
		return;
	engine->is_ready = true;
	ts_notify_ready();
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
	now = ts_now_ms();
	if (!ts_flow_finish(&engine->flow, now, err) ||
	    (is_reading && !ts_flow_read(&engine->flow, now, err)))
		return false;
	tell_others(engine);
	return ts_assignment_advance(&engine->assignment, ts_now_ms(), err);
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
	rd_kafka_queue_io_event_enable(engine->answers, fd, &one,
				       fd < 0 ? 0 : sizeof(one));
}

/* librdkafka knows three words for it. */
static bool begins_at_first(const struct ts_config *config)
{
	static const char *const words[] = {"earliest", "smallest", "beginning"};
	const char *reset = ts_config_kafka(config, "auto.offset.reset");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i], reset) == 0)
			return true;
	return false;
}

static bool open_engine(struct engine *engine, struct ts_error *err)
{
	const struct ts_engine_parts *parts = &engine->parts;
	const struct ts_config *config = parts->records->config;

	rd_kafka_poll_set_consumer(parts->consumer);
	engine->consumer_queue = rd_kafka_queue_get_consumer(parts->consumer);
	engine->answers = rd_kafka_queue_new(parts->consumer);
	forward_wakes(engine, parts->wake_fd);
	engine->assignment = (struct ts_assignment){
	    .consumer = parts->consumer,
	    .answers = engine->answers,
	    .topics = parts->records->topics,
	    .group = parts->records->group,
	    .tally = parts->records->tally,
	    .wake_fd = parts->wake_fd,
	    .drain_ms = config->pool.drain_ms,
	    .is_transactional = strcmp(config->delivery, "exactly-once") == 0,
	    .begins_at_first = begins_at_first(config),
	};
	engine->flow = (struct ts_flow){
	    .assignment = &engine->assignment,
	    .pool = parts->pool,
	    .outbox = parts->outbox,
	    .records = parts->records,
	    .crashes = parts->crashes,
	    .poke = parts->poke,
	    .limit = (size_t)config->pool.queued,
	    .due_ms = TS_FOREVER,
	};
	engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (engine->epoll_fd < 0)
		return ts_fail(err, TS_E_SYSTEM, "epoll_create1: %s", strerror(errno));
	return watch(engine, engine->parts.wake_fd, err) &&
	       watch(engine, engine->parts.stop_fd, err);
}

static void close_engine(struct engine *engine)
{
	ts_flow_drop_waiting(&engine->flow);
	/* An unanswered REVOKE would keep librdkafka from ever being destroyed. */
	ts_assignment_release(&engine->assignment);
	forward_wakes(engine, -1);
	rd_kafka_queue_destroy(engine->answers);
	rd_kafka_queue_destroy(engine->consumer_queue);
	if (engine->epoll_fd >= 0)
		close(engine->epoll_fd);
}

static bool subscribe(const struct engine *engine, struct ts_error *err)
{
	const struct ts_topics *topics = engine->parts.records->topics;
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)topics->count);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < topics->count; i++)
		if (topics->items[i].is_read)
			rd_kafka_topic_partition_list_add(list, topics->items[i].name,
							  RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(engine->parts.consumer, list);
	rd_kafka_topic_partition_list_destroy(list);
	return !code || ts_fail(err, TS_E_BROKER, "subscribing to '%s': %s",
				topics->items[0].name, rd_kafka_err2str(code));
}

bool ts_engine_run(const struct ts_engine_parts *parts, bool *ret_is_closed,
		   struct ts_error *err)
{
	struct engine engine = {.parts = *parts, .epoll_fd = -1};
	bool ok = open_engine(&engine, err) && subscribe(&engine, err);

	if (ok)
		ts_board_open(parts->records->board, parts->wake_fd);
	while (ok && !advance_stop(&engine, ts_now_ms())) {
		wait(&engine);
		ok = turn(&engine, err);
	}
	ts_board_close(parts->records->board);
	*ret_is_closed = rd_kafka_consumer_closed(parts->consumer);
	close_engine(&engine);
	if (ok && engine.unfit.code != TS_OK) {
		*err = engine.unfit;
		ok = false;
	}
	return ok;
}
