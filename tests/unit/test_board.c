/* test_board.c - kafka/board: an engine of ours is asked, or does not answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/board.h"

enum { LATE_MS = 3000, MINUTE_MS = 60000 };

static struct ts_datasource datasources[] = {{.id = 8, .name = "ware\"house"}};
static const struct ts_config config = {.datasources = datasources,
					.datasource_count = 1};

/* An engine that says what it is told to, as often as it is asked. */
struct engine {
	struct ts_board *board;
	int wake_fd, end_fd;
	pthread_t thread;
	/* What it says. */
	enum ts_assignment_state state;
	int64_t catalog_failed_ago_ms; /* 0: it has not */
};

static struct ts_worker_status *write_up(const struct engine *engine)
{
	struct ts_worker_status *status = ts_calloc(1, sizeof(*status));

	status->made_ms = ts_now_ms();
	status->state = engine->state;
	status->assigned = 3;
	status->in_flight = 5;
	status->oldest_ms = status->made_ms - 1500;
	if (engine->catalog_failed_ago_ms)
		status->catalog_failed_ms =
		    status->made_ms - engine->catalog_failed_ago_ms;
	status->tally.answered[TS_OK] = 7;
	status->tally.answered[TS_E_TABLE_NOT_FOUND] = 2;
	status->partitions = ts_calloc(1, sizeof(*status->partitions));
	status->count = 1;
	status->partitions[0] = (struct ts_partition_status){
	    .topic = "jobs", .id = 11, .fill = 0.5, .incomplete = 4, .uncommitted = 6};
	status->pool.count = 1;
	status->pool.threads = 9;
	status->pool.idle = 4;
	status->pool.lost = 2;
	status->pool.sources = ts_calloc(1, sizeof(*status->pool.sources));
	status->pool.lanes = ts_calloc(2, sizeof(*status->pool.lanes));
	status->pool.lanes[0] = (struct ts_lane_status){
	    .datasource_id = 8, .breaker = TS_BREAKER_REFUSE, .waiting = 10};
	status->pool.lanes[1].waiting = 1;
	status->pool.sources[0] =
	    (struct ts_source_status){.threads_lost = 2, .lent = 3, .kept = 1};
	return status;
}

static void *run(void *argument)
{
	struct engine *engine = argument;
	struct pollfd fds[] = {{.fd = engine->wake_fd, .events = POLLIN},
			       {.fd = engine->end_fd, .events = POLLIN}};

	ts_board_open(engine->board, engine->wake_fd);
	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		uint64_t count;

		assert_int_equal(read(engine->wake_fd, &count, sizeof(count)),
				 sizeof(count));
		ts_board_turn(engine->board, ts_now_ms());
		if (ts_board_is_asked(engine->board))
			ts_board_post(engine->board, write_up(engine));
	}
	ts_board_close(engine->board);
	return NULL;
}

static void begin(struct engine *engine)
{
	engine->board = ts_board_new(&config);
	engine->wake_fd = eventfd(0, 0);
	engine->end_fd = eventfd(0, 0);
	assert_int_equal(pthread_create(&engine->thread, NULL, run, engine), 0);
}

static void end(struct engine *engine)
{
	const uint64_t one = 1;

	assert_int_equal(write(engine->end_fd, &one, sizeof(one)), sizeof(one));
	pthread_join(engine->thread, NULL);
}

static void forget(struct engine *engine)
{
	ts_board_free(engine->board);
	close(engine->wake_fd);
	close(engine->end_fd);
}

/* Ask until the engine has opened its board. */
static bool is_ready(const struct engine *engine, struct ts_buf *ret_lines)
{
	struct ts_probe probe = ts_board_probe(engine->board);
	int64_t deadline = ts_now_ms() + LATE_MS;
	bool is_ready;

	do {
		ts_buf_clear(ret_lines);
		is_ready = probe.is_ready(probe.part, ret_lines);
	} while (strstr(ret_lines->data, "no answer") && ts_now_ms() < deadline);
	return is_ready;
}

static const char *const expected[] = {
    "tablesync_jobs_answered_total{result=\"ok\",error=\"\"} 7\n",
    "tablesync_jobs_answered_total{result=\"error\",error=\"table_not_found\"} 2\n",
    "tablesync_jobs_in_flight 5\n",
    "tablesync_jobs_waiting 11\n",
    "tablesync_jobs_oldest_age_seconds 1.5\n",
    "tablesync_pool_threads{state=\"busy\"} 3\n",
    "tablesync_pool_threads{state=\"idle\"} 4\n",
    "tablesync_pool_threads{state=\"lost\"} 2\n",
    "tablesync_partition_window_fill_ratio{topic=\"jobs\",partition=\"11\"} 0.5\n",
    "tablesync_partition_lag_incomplete_records{topic=\"jobs\",partition=\"11\"} 4\n",
    "tablesync_partition_lag_uncommitted_records{topic=\"jobs\",partition=\"11\"} 6\n",
    "tablesync_source_jobs_waiting{datasource=\"8\",name=\"ware\\\"house\"} 10\n",
    "tablesync_source_breaker_state{datasource=\"8\",name=\"ware\\\"house\"} 2\n",
    "tablesync_source_connections{datasource=\"8\",name=\"ware\\\"house\",state="
    "\"used\"} "
    "3\n",
    "tablesync_source_connections{datasource=\"8\",name=\"ware\\\"house\",state="
    "\"idle\"} "
    "1\n",
    "tablesync_source_threads_lost{datasource=\"8\",name=\"ware\\\"house\"} 2\n",
};

static void what_the_engine_writes_up_is_printed(void **state)
{
	struct engine engine = {.state = TS_ASSIGNMENT_RUNNING};
	TS_AUTO(ts_buf) lines = {0}, text = {0};
	struct ts_probe probe;
	(void)state;

	begin(&engine);
	assert_true(is_ready(&engine, &lines));
	probe = ts_board_probe(engine.board);
	probe.print(probe.part, &text);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		if (!strstr(text.data, expected[i]))
			fail_msg("no '%s' in\n%s", expected[i], text.data);
	end(&engine);
	forget(&engine);
}

static const struct {
	enum ts_assignment_state state;
	int64_t catalog_failed_ago_ms;
	bool is_ready;
} cases[] = {
    {TS_ASSIGNMENT_RUNNING, 0, true},
    {TS_ASSIGNMENT_RUNNING, 1000, false},
    {TS_ASSIGNMENT_RUNNING, MINUTE_MS + 1, true}, /* nobody has tried since */
    {TS_ASSIGNMENT_NONE, 0, false},
    {TS_ASSIGNMENT_MAPPING, 0, false},
    {TS_ASSIGNMENT_DRAINING, 0, false},
};

static void
a_worker_is_ready_with_its_partitions_and_a_catalog_that_answers(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine engine = {.state = cases[i].state,
					.catalog_failed_ago_ms =
					    cases[i].catalog_failed_ago_ms};
		TS_AUTO(ts_buf) lines = {0};

		begin(&engine);
		assert_int_equal(is_ready(&engine, &lines), cases[i].is_ready);
		end(&engine);
		forget(&engine);
	}
}

static void *ask_often(void *argument)
{
	struct ts_probe probe = ts_board_probe(argument);

	for (int i = 0; i < 200; i++) {
		TS_AUTO(ts_buf) text = {0};

		probe.print(probe.part, &text);
		assert_non_null(strstr(text.data, "tablesync_jobs_in_flight 5\n"));
	}
	return NULL;
}

static void many_may_ask_at_once(void **state)
{
	struct engine engine = {.state = TS_ASSIGNMENT_RUNNING};
	TS_AUTO(ts_buf) lines = {0};
	pthread_t askers[4];
	(void)state;

	begin(&engine);
	assert_true(is_ready(&engine, &lines));
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&askers[i], NULL, ask_often, engine.board), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(askers[i], NULL);
	end(&engine);
	forget(&engine);
}

static void an_engine_that_does_not_turn_is_told_of_and_holds_nobody(void **state)
{
	struct ts_board *board = ts_board_new(&config);
	struct ts_probe probe = ts_board_probe(board);
	int wake_fd = eventfd(0, 0);
	TS_AUTO(ts_buf) lines = {0}, text = {0};
	int64_t before;
	(void)state;

	assert_true(probe.is_alive(probe.part, &lines)); /* it is being started */
	assert_false(probe.is_ready(probe.part, &lines));
	ts_board_open(board, wake_fd);
	assert_true(probe.is_alive(probe.part, &lines));
	ts_board_turn(board, ts_now_ms() - 9000);
	assert_true(probe.is_alive(probe.part, &lines));
	ts_board_turn(board, ts_now_ms() - 10000);
	assert_false(probe.is_alive(probe.part, &lines));
	before = ts_now_ms();
	assert_false(probe.is_ready(probe.part, &lines));
	probe.print(probe.part, &text);
	assert_true(ts_now_ms() - before < LATE_MS);
	assert_non_null(strstr(text.data, "tablesync_engine_turn_age_seconds 1"));
	assert_null(strstr(text.data, "jobs_in_flight"));
	ts_board_close(board);
	assert_true(probe.is_alive(probe.part, &lines)); /* it ends */
	ts_board_free(board);
	close(wake_fd);
}

static void at_no_board_nobody_asks(void **state)
{
	(void)state;

	ts_board_open(NULL, -1);
	ts_board_turn(NULL, 1);
	assert_false(ts_board_is_asked(NULL));
	ts_board_statistics(NULL, "{}");
	ts_board_close(NULL);
	ts_board_free(NULL);
}

static const char librdkafka_says[] =
    "{\"name\": \"x\", \"type\": \"consumer\", \"tx_bytes\": 10, \"rx_bytes\": 2000,"
    " \"msg_cnt\": 1, \"brokers\": {"
    "  \"a:1/bootstrap\": {\"nodeid\": -1, \"source\": \"configured\","
    "   \"rtt\": {\"avg\": 9, \"p99\": 9, \"cnt\": 1}},"
    "  \"GroupCoordinator\": {\"nodeid\": 2, \"source\": \"logical\","
    "   \"rtt\": {\"avg\": 9, \"p99\": 9, \"cnt\": 1}},"
    "  \"a:1/2\": {\"nodeid\": 2, \"source\": \"learned\","
    "   \"rtt\": {\"avg\": 1500, \"p99\": 20000, \"cnt\": 1}}},"
    " \"topics\": {\"jobs\": {\"partitions\": {\"0\": {\"fetchq_cnt\": 3},"
    "  \"1\": {\"fetchq_cnt\": 4}}}}}";

/* … the next time: the broker was asked nothing. */
static const char and_then[] =
    "{\"type\": \"consumer\", \"tx_bytes\": 11, \"rx_bytes\": 2000, \"msg_cnt\": 1,"
    " \"brokers\": {\"a:1/2\": {\"nodeid\": 2, \"source\": \"learned\","
    "   \"rtt\": {\"avg\": 0, \"p99\": 0, \"cnt\": 0}}},"
    " \"topics\": {\"jobs\": {\"partitions\": {\"1\": {\"fetchq_cnt\": 7}}}}}";

static const char *const of_clients[] = {
    "tablesync_kafka_sent_bytes_total{client=\"consumer\"} 11\n",
    "tablesync_kafka_received_bytes_total{client=\"consumer\"} 2000\n",
    "tablesync_kafka_records_queued{client=\"consumer\"} 1\n",
    "tablesync_kafka_records_fetched{client=\"consumer\"} 7\n",
    "tablesync_kafka_broker_rtt_avg_seconds{client=\"consumer\",broker=\"2\"} 0.0015\n",
    "tablesync_kafka_broker_rtt_p99_seconds{client=\"consumer\",broker=\"2\"} 0.02\n",
};

static void what_librdkafka_tells_is_printed(void **state)
{
	struct ts_board *board = ts_board_new(&config);
	struct ts_probe probe = ts_board_probe(board);
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_board_statistics(board, librdkafka_says);
	ts_board_statistics(board, "{\"type\": \"something else\"}");
	ts_board_statistics(board, "{");
	ts_board_statistics(board, and_then);
	probe.print(probe.part, &text);
	for (size_t i = 0; i < sizeof(of_clients) / sizeof(*of_clients); i++)
		if (!strstr(text.data, of_clients[i]))
			fail_msg("no '%s' in\n%s", of_clients[i], text.data);
	assert_null(strstr(text.data, "broker=\"-1\""));
	assert_null(strstr(text.data, "_seconds{client=\"consumer\",broker=\"2\"} 9"));
	assert_null(strstr(text.data, "client=\"producer\""));
	ts_board_free(board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_engine_writes_up_is_printed),
	    cmocka_unit_test(
		a_worker_is_ready_with_its_partitions_and_a_catalog_that_answers),
	    cmocka_unit_test(many_may_ask_at_once),
	    cmocka_unit_test(an_engine_that_does_not_turn_is_told_of_and_holds_nobody),
	    cmocka_unit_test(at_no_board_nobody_asks),
	    cmocka_unit_test(what_librdkafka_tells_is_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
