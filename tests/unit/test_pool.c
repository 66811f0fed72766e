/* test_pool.c - pool/: what goes in comes out once, from many threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/pool.h"
#include "pool/state.h"
#include "sync_doubles.h"

enum { JOBS = 20000, TABLES = 50 };
enum { SOON_MS = 500 }; /* a deadline that leaves time to begin */

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static struct ts_datasource datasource;
static struct ts_config config;

struct fixture {
	struct ts_sources *sources;
	struct ts_pool *pool;
	int wake_fd;
};

static int set_up(void **state)
{
	struct fixture *fixture = ts_calloc(1, sizeof(*fixture));

	datasource =
	    (struct ts_datasource){.id = 8, .timeout_ms = 60000, .concurrency = 16};
	config = (struct ts_config){.datasources = &datasource,
				    .datasource_count = 1,
				    .pool = {.workers = 8, .batch = 4}};
	double_reads = double_tables_read = double_tidied = double_read_failures = 0;
	fixture->wake_fd = eventfd(0, EFD_NONBLOCK);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->wake_fd);
	free(fixture);
	return 0;
}

static void open_pool(struct fixture *fixture)
{
	struct ts_error err;

	assert_true(ts_sources_new(&config, &fixture->sources, &err));
	assert_true(ts_pool_new(&config, fixture->sources, NULL, 1000000,
				fixture->wake_fd, &fixture->pool, &err));
}

static void close_pool(struct fixture *fixture)
{
	assert_true(ts_pool_stop(fixture->pool, TS_FOREVER));
	ts_sources_free(fixture->sources);
}

static struct ts_task *task(const char *table, int64_t deadline_ms, int64_t serial)
{
	struct ts_task *task = ts_task_new();

	task->request.job.datasource_id = 8;
	task->request.job.schema = ts_strdup("dbo");
	task->request.job.table = ts_strdup(table);
	task->deadline_ms = deadline_ms;
	task->offset = serial;
	return task;
}

static void submit_one(struct fixture *fixture, TS_TAKES struct ts_task *one)
{
	struct ts_chain chain = {0};

	ts_chain_add(&chain, one);
	ts_pool_submit(fixture->pool, &chain);
}

static void await_wake(const struct fixture *fixture)
{
	struct pollfd fd = {.fd = fixture->wake_fd, .events = POLLIN};
	uint64_t count;

	assert_int_equal(poll(&fd, 1, 20000), 1);
	assert_int_equal(read(fixture->wake_fd, &count, sizeof(count)), sizeof(count));
}

/* Collect until there are so many. */
static void await(const struct fixture *fixture, struct ts_chain *ret_tasks,
		  size_t count)
{
	while (ret_tasks->count < count) {
		await_wake(fixture);
		ts_pool_collect(fixture->pool, ret_tasks);
	}
	assert_int_equal(ret_tasks->count, count);
}

/* Wait for exactly one, and free it: this one, with this outcome. */
static void assert_ends(struct fixture *fixture, int64_t serial, enum ts_code code,
			enum ts_fate fate)
{
	struct ts_chain finished = {0};

	await(fixture, &finished, 1);
	assert_int_equal(finished.head->offset, serial);
	assert_int_equal(finished.head->err.code, code);
	assert_int_equal(finished.head->fate, fate);
	assert_int_equal(finished.head->reply.len > 0, fate != TS_FATE_RETRY);
	ts_chain_release(&finished);
}

static void assert_comes(struct fixture *fixture, int64_t serial, enum ts_code code)
{
	assert_ends(fixture, serial, code, TS_FATE_ANSWER);
}

static void submit(struct fixture *fixture, int first, int count)
{
	struct ts_chain chain = {0};

	for (int i = first; i < first + count; i++) {
		char name[16];

		snprintf(name, sizeof(name), "t%d", i % TABLES);
		ts_chain_add(&chain, task(name, TS_FOREVER, i));
	}
	ts_pool_submit(fixture->pool, &chain);
	assert_int_equal(chain.count, 0);
}

/* Mark and free what is in the chain; gives how much that was. */
static int tick_off(struct ts_chain *tasks, char *seen)
{
	struct ts_task *one;
	int count = 0;

	for (; (one = ts_chain_take(tasks)); count++) {
		assert_int_equal(seen[one->offset]++, 0);
		ts_task_free(one);
	}
	return count;
}

/* Wait for the wake-up and collect. */
static int collect(struct fixture *fixture, char *seen)
{
	struct ts_chain finished = {0};

	await_wake(fixture);
	ts_pool_collect(fixture->pool, &finished);
	return tick_off(&finished, seen);
}

static void every_job_comes_back_once_and_no_wake_up_is_lost(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture *fixture = *state;
	int collected = 0;

	open_pool(fixture);
	for (int first = 0; first < JOBS; first += 100)
		submit(fixture, first, 100);
	while (collected < JOBS)
		collected += collect(fixture, seen);
	assert_in_range(double_tables_read, TABLES, JOBS);
	close_pool(fixture);
	free(seen);
}

static void one_job_at_a_time_comes_back_each_time(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture *fixture = *state;

	open_pool(fixture);
	for (int i = 0; i < 2000; i++) {
		submit(fixture, i, 1);
		assert_int_equal(collect(fixture, seen), 1);
	}
	close_pool(fixture);
	free(seen);
}

static void a_pool_that_stops_ends_with_jobs_waiting(void **state)
{
	struct fixture *fixture = *state;

	open_pool(fixture);
	submit(fixture, 0, JOBS);
	close_pool(fixture); /* the sanitizers see to what is lost */
}

static void dropped_jobs_are_handed_back_or_finished_never_both(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture *fixture = *state;
	struct ts_chain dropped = {0};
	int done;

	open_pool(fixture);
	submit(fixture, 0, JOBS);
	ts_pool_drop(fixture->pool, &dropped);
	done = tick_off(&dropped, seen);
	while (done < JOBS)
		done += collect(fixture, seen);
	close_pool(fixture);
	free(seen);
}

static void a_job_that_fails_runs_again_and_holds_nobody_meanwhile(void **state)
{
	struct fixture *fixture = *state;
	struct ts_chain others = {0};

	config.pool.workers = config.pool.batch = 1;
	double_read_error = TS_E_SOURCE_BUSY;
	double_read_failures = 2;
	open_pool(fixture);
	submit_one(fixture, task("first", TS_FOREVER, 1));
	submit_one(fixture, task("second", ts_now_ms() + 60000, 2));
	submit_one(fixture, task("third", TS_FOREVER, 3));
	assert_comes(fixture, 3, TS_OK); /* the others wait to run again */
	await(fixture, &others, 2);
	assert_int_equal(others.head->err.code, TS_OK);
	assert_int_equal(others.tail->err.code, TS_OK);
	ts_chain_release(&others);
	assert_int_equal(double_reads, 5);
	close_pool(fixture);
}

static void a_job_that_always_fails_is_answered_with_its_last_error(void **state)
{
	struct fixture *fixture = *state;
	struct ts_task *hurried;

	double_read_error = TS_E_SOURCE_UNREACHABLE;
	double_read_failures = 1000;
	open_pool(fixture);
	submit_one(fixture, task("t", TS_FOREVER, 1));
	assert_comes(fixture, 1, TS_E_SOURCE_UNREACHABLE);
	assert_int_equal(double_reads, 4);
	hurried = task("t", ts_now_ms() + 440, 2);
	hurried->attempts = 2; /* the next pause would be half as long as 900 ms */
	submit_one(fixture, hurried);
	assert_comes(fixture, 2, TS_E_SOURCE_UNREACHABLE);
	assert_int_equal(double_reads, 5);
	submit_one(fixture, task("t", TS_FOREVER, 3)); /* not tried */
	assert_comes(fixture, 3, TS_E_SOURCE_UNREACHABLE);
	assert_int_equal(double_reads, 5);
	close_pool(fixture);
}

static void what_fails_in_the_end_gets_its_fate_wherever_it_ends(void **state)
{
	static int64_t delay = 10000;
	static char name[] = "source_timeout", *listed[] = {name};
	struct fixture *fixture = *state;
	struct ts_task *hurried = task("t", ts_now_ms() + 9000, 2);
	struct ts_task *last = task("hangs", TS_FOREVER, 5);
	int32_t datasource_id;

	config.topics.retry_delays = (struct ts_delays){&delay, 1};
	config.topics.dead_letters = (struct ts_strings){listed, 1};
	datasource.timeout_ms = 50;
	double_read_error = TS_E_SOURCE_UNREACHABLE;
	double_read_failures = 5;
	open_pool(fixture);
	submit_one(fixture, task("t", TS_FOREVER, 1));
	assert_ends(fixture, 1, TS_E_SOURCE_UNREACHABLE, TS_FATE_RETRY);
	hurried->attempts = 3;
	submit_one(fixture, hurried); /* the breaker opens */
	assert_ends(fixture, 2, TS_E_SOURCE_UNREACHABLE, TS_FATE_ANSWER);
	submit_one(fixture, task("t", TS_FOREVER, 3));
	assert_ends(fixture, 3, TS_E_SOURCE_UNREACHABLE, TS_FATE_RETRY);
	submit_one(fixture, task("t", ts_now_ms() + 60000, 4)); /* time enough */
	assert_ends(fixture, 4, TS_E_SOURCE_UNREACHABLE, TS_FATE_ANSWER);
	close_pool(fixture);

	open_pool(fixture);
	last->stage = 1;
	submit_one(fixture, last); /* its thread is lost */
	assert_ends(fixture, 5, TS_E_SOURCE_TIMEOUT, TS_FATE_LETTER);
	assert_true(ts_pool_take_loss(fixture->pool, &datasource_id));
	double_await(&double_hanging, 1);
	double_let_go();
	close_pool(fixture);
}

/* None of them waits as long as the data source may take, nor a second. */
static void jobs_in_a_hurry_find_out_that_a_data_source_is_dead(void **state)
{
	struct fixture *fixture = *state;

	double_read_error = TS_E_SOURCE_TIMEOUT;
	double_read_failures = 1000;
	open_pool(fixture);
	for (int i = 1; i <= 5; i++) {
		struct ts_task *hurried = task("t", ts_now_ms() + 900, i);

		hurried->attempts = 1; /* a second time-out is the last */
		submit_one(fixture, hurried);
		assert_comes(fixture, i, TS_E_SOURCE_TIMEOUT);
	}
	submit_one(fixture, task("t", TS_FOREVER, 6)); /* not tried */
	assert_comes(fixture, 6, TS_E_SOURCE_TIMEOUT);
	assert_int_equal(double_reads, 5);
	close_pool(fixture);
}

/* By its deadline, since nothing else ends what holds it. */
static void assert_is_given_up(struct fixture *fixture, const char *table,
			       int64_t serial, enum ts_code code)
{
	int64_t deadline_ms = ts_now_ms() + SOON_MS;

	submit_one(fixture, task(table, deadline_ms, serial));
	assert_comes(fixture, serial, code);
	assert_in_range(ts_now_ms(), deadline_ms, deadline_ms + 1000);
}

static void a_job_is_answered_by_its_deadline_whatever_holds_it(void **state)
{
	struct fixture *fixture = *state;

	config.pool.workers = config.pool.batch = 1;
	open_pool(fixture);
	assert_is_given_up(fixture, "hangs", 1, TS_E_SOURCE_TIMEOUT);
	assert_int_equal(double_hanging, 1);
	submit_one(fixture, task("waits", TS_FOREVER, 2));
	assert_is_given_up(fixture, "waits", 3, TS_E_DEADLINE_EXCEEDED);
	/* For the run after this one. */
	assert_is_given_up(fixture, "hangs", 4, TS_E_DEADLINE_EXCEEDED);
	double_let_go();
	assert_comes(fixture, 2, TS_OK);
	close_pool(fixture);
}

static void a_catalog_that_stalls_holds_no_job_beyond_its_deadline(void **state)
{
	struct fixture *fixture = *state;
	int32_t datasource_id;

	datasource.timeout_ms = 50;
	open_pool(fixture);
	assert_is_given_up(fixture, "stalls", 1, TS_E_CATALOG_UNREACHABLE);
	assert_int_equal(double_hanging, 1);
	/* Waits for the first. */
	assert_is_given_up(fixture, "stalls", 2, TS_E_DEADLINE_EXCEEDED);
	assert_false(ts_pool_take_loss(fixture->pool, &datasource_id));
	double_let_go();
	close_pool(fixture);
}

static void a_read_goes_on_for_those_who_still_wait(void **state)
{
	struct fixture *fixture = *state;
	struct ts_chain both = {0};

	open_pool(fixture);
	ts_chain_add(&both, task("hangs", ts_now_ms() + SOON_MS, 1));
	ts_chain_add(&both, task("hangs", TS_FOREVER, 2));
	ts_pool_submit(fixture->pool, &both);
	assert_comes(fixture, 1, TS_E_SOURCE_TIMEOUT);
	double_await(&double_hanging, 1);
	double_let_go();
	assert_comes(fixture, 2, TS_OK);
	assert_int_equal(double_reads, 1);
	close_pool(fixture);
}

static void a_thread_that_a_driver_keeps_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	int32_t datasource_id;
	struct ts_error err;

	config.pool.workers = config.pool.batch = 1;
	datasource.timeout_ms = 50;
	open_pool(fixture);
	submit_one(fixture, task("hangs", TS_FOREVER, 1));
	assert_comes(fixture, 1, TS_E_SOURCE_TIMEOUT);
	assert_true(ts_pool_take_loss(fixture->pool, &datasource_id));
	assert_int_equal(datasource_id, 8);
	assert_false(ts_pool_take_loss(fixture->pool, &datasource_id));
	assert_false(ts_pool_is_unfit(fixture->pool, &err));
	submit_one(fixture, task("t", TS_FOREVER, 2));
	assert_comes(fixture, 2, TS_OK);
	double_await(&double_hanging, 1);
	double_let_go(); /* it comes back, and ends */
	double_await(&double_hanging, 0);
	submit_one(fixture, task("hangs", ts_now_ms() + SOON_MS, 3));
	assert_comes(fixture, 3, TS_E_SOURCE_TIMEOUT);
	double_await(&double_hanging, 1);
	double_let_go();
	close_pool(fixture);
}

static void a_pool_that_loses_too_many_threads_is_unfit(void **state)
{
	struct fixture *fixture = *state;
	struct ts_error err;

	config.pool.workers = config.pool.batch = 1;
	datasource.timeout_ms = 50;
	open_pool(fixture);
	submit_one(fixture, task("hangs1", TS_FOREVER, 1));
	submit_one(fixture, task("hangs2", TS_FOREVER, 2));
	submit_one(fixture, task("hangs3", TS_FOREVER, 3));
	assert_comes(fixture, 1, TS_E_SOURCE_TIMEOUT);
	assert_comes(fixture, 2, TS_E_SOURCE_TIMEOUT);
	assert_false(ts_pool_is_unfit(fixture->pool, &err));
	assert_comes(fixture, 3, TS_E_SOURCE_TIMEOUT);
	double_await(&double_hanging, 3);
	assert_true(ts_pool_is_unfit(fixture->pool, &err));
	assert_int_equal(err.code, TS_E_SYSTEM);
	assert_non_null(strstr(err.text, "3 threads"));
	assert_non_null(strstr(err.text, "data source 8"));
	assert_false(ts_pool_stop(fixture->pool, ts_now_ms()));
	assert_false(ts_pool_stop(fixture->pool, ts_now_ms() + 20));
	double_let_go();
	close_pool(fixture);
}

static void what_fails_after_a_drop_is_handed_back(void **state)
{
	struct fixture *fixture = *state;
	struct ts_chain tasks = {0};

	open_pool(fixture);
	submit_one(fixture, task("hangs", TS_FOREVER, 1));
	double_await(&double_hanging, 1);
	submit_one(fixture, task("hangs", TS_FOREVER, 2));
	ts_pool_drop(fixture->pool, &tasks);
	assert_int_equal(tasks.count, 1);
	double_read_error = TS_E_SOURCE_BUSY;
	double_read_failures = 1;
	double_let_go();
	await(fixture, &tasks, 2);
	assert_int_equal(tasks.tail->offset, 1);
	assert_int_equal(tasks.tail->fate, TS_FATE_NONE);
	assert_int_equal(tasks.tail->reply.len, 0);
	ts_chain_release(&tasks);
	close_pool(fixture);
}

static void connections_are_tidied_by_a_thread_that_has_nothing_to_do(void **state)
{
	struct fixture *fixture = *state;

	open_pool(fixture);
	for (int i = 1; i <= 3; i++) {
		pthread_mutex_lock(&fixture->pool->lock);
		fixture->pool->tidy_ms = 0; /* some seconds later */
		pthread_cond_broadcast(&fixture->pool->keep);
		pthread_mutex_unlock(&fixture->pool->lock);
		double_await(&double_tidied, i);
	}
	submit_one(fixture, task("t", TS_FOREVER, 1));
	assert_comes(fixture, 1, TS_OK);
	close_pool(fixture);
}

/* Deadlines, failures and drops at random: each job comes back once. */
static void nothing_is_lost_or_doubled_when_things_go_wrong(void **state)
{
	struct fixture *fixture = *state;
	char *seen = ts_calloc(JOBS, 1);
	int born = 0, done = 0;

	srand(8);
	double_read_error = TS_E_SOURCE_BUSY;
	open_pool(fixture);
	while (done < JOBS) {
		struct ts_chain tasks = {0};
		int count = born < JOBS ? rand() % 100 : 0;

		for (; count-- && born < JOBS; born++) {
			char name[16];

			snprintf(name, sizeof(name), "t%d", rand() % TABLES);
			ts_chain_add(
			    &tasks,
			    task(name,
				 rand() % 2 ? TS_FOREVER : ts_now_ms() + rand() % 60,
				 born));
		}
		ts_pool_submit(fixture->pool, &tasks);
		if (born < JOBS && rand() % 4 == 0)
			double_read_failures = rand() % 10;
		if (rand() % 50 == 0)
			ts_pool_drop(fixture->pool, &tasks);
		done += tick_off(&tasks, seen);
		ts_pool_collect(fixture->pool, &tasks);
		if (born == JOBS && !tasks.count && done < JOBS)
			done += collect(fixture, seen);
		done += tick_off(&tasks, seen);
	}
	close_pool(fixture);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_POOL(every_job_comes_back_once_and_no_wake_up_is_lost),
	    WITH_POOL(one_job_at_a_time_comes_back_each_time),
	    WITH_POOL(a_pool_that_stops_ends_with_jobs_waiting),
	    WITH_POOL(dropped_jobs_are_handed_back_or_finished_never_both),
	    WITH_POOL(a_job_that_fails_runs_again_and_holds_nobody_meanwhile),
	    WITH_POOL(a_job_that_always_fails_is_answered_with_its_last_error),
	    WITH_POOL(what_fails_in_the_end_gets_its_fate_wherever_it_ends),
	    WITH_POOL(jobs_in_a_hurry_find_out_that_a_data_source_is_dead),
	    WITH_POOL(a_job_is_answered_by_its_deadline_whatever_holds_it),
	    WITH_POOL(a_catalog_that_stalls_holds_no_job_beyond_its_deadline),
	    WITH_POOL(a_read_goes_on_for_those_who_still_wait),
	    WITH_POOL(a_thread_that_a_driver_keeps_is_replaced),
	    WITH_POOL(a_pool_that_loses_too_many_threads_is_unfit),
	    WITH_POOL(what_fails_after_a_drop_is_handed_back),
	    WITH_POOL(connections_are_tidied_by_a_thread_that_has_nothing_to_do),
	    WITH_POOL(nothing_is_lost_or_doubled_when_things_go_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
