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
#include "sync_doubles.h"

enum { JOBS = 20000, TABLES = 50 };

static struct ts_datasource datasource = {
    .id = 8, .timeout_ms = 1000, .concurrency = 16};
static struct ts_config config = {.datasources = &datasource,
				  .datasource_count = 1,
				  .pool = {.workers = 8, .batch = 4}};

struct fixture {
	struct ts_sources *sources;
	struct ts_pool *pool;
	int wake_fd;
};

static void open_pool(struct fixture *fixture)
{
	struct ts_error err;

	double_tables_read = 0;
	fixture->wake_fd = eventfd(0, EFD_NONBLOCK);
	assert_true(ts_sources_new(&config, &fixture->sources, &err));
	assert_true(ts_pool_new(&config, fixture->sources, 1000000, fixture->wake_fd,
				&fixture->pool, &err));
}

static void close_pool(struct fixture *fixture)
{
	assert_true(ts_pool_stop(fixture->pool, TS_FOREVER));
	ts_sources_free(fixture->sources);
	close(fixture->wake_fd);
}

static void submit(struct fixture *fixture, int first, int count)
{
	struct ts_chain chain = {0};

	for (int i = first; i < first + count; i++) {
		struct ts_task *task = ts_task_new();
		char name[16];

		snprintf(name, sizeof(name), "t%d", i % TABLES);
		task->request.job.datasource_id = 8;
		task->request.job.schema = ts_strdup("dbo");
		task->request.job.table = ts_strdup(name);
		task->request.deadline_unix_ms = INT64_MAX;
		task->offset = i;
		ts_chain_add(&chain, task);
	}
	ts_pool_submit(fixture->pool, &chain);
	assert_int_equal(chain.count, 0);
}

/* Wait for the wake-up and collect; frees what came and marks it. */
static int collect(struct fixture *fixture, char *seen)
{
	struct pollfd fd = {.fd = fixture->wake_fd, .events = POLLIN};
	struct ts_chain finished = {0};
	struct ts_task *task;
	uint64_t count;
	int collected = 0;

	assert_int_equal(poll(&fd, 1, 10000), 1);
	assert_int_equal(read(fixture->wake_fd, &count, sizeof(count)), sizeof(count));
	ts_pool_collect(fixture->pool, &finished);
	while ((task = ts_chain_take(&finished))) {
		assert_int_equal(seen[task->offset]++, 0);
		assert_true(task->reply.len > 0);
		ts_task_free(task);
		collected++;
	}
	return collected;
}

static void every_job_comes_back_once_and_no_wake_up_is_lost(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture fixture;
	int collected = 0;
	(void)state;

	open_pool(&fixture);
	for (int first = 0; first < JOBS; first += 100)
		submit(&fixture, first, 100);
	while (collected < JOBS)
		collected += collect(&fixture, seen);
	assert_in_range(double_tables_read, TABLES, JOBS);
	close_pool(&fixture);
	free(seen);
}

static void one_job_at_a_time_comes_back_each_time(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture fixture;
	(void)state;

	open_pool(&fixture);
	for (int i = 0; i < 2000; i++) {
		submit(&fixture, i, 1);
		assert_int_equal(collect(&fixture, seen), 1);
	}
	close_pool(&fixture);
	free(seen);
}

static void a_pool_that_stops_ends_with_jobs_waiting(void **state)
{
	struct fixture fixture;
	(void)state;

	open_pool(&fixture);
	submit(&fixture, 0, JOBS);
	close_pool(&fixture); /* the sanitizers see to what is lost */
}

static void dropped_jobs_are_handed_back_or_finished_never_both(void **state)
{
	char *seen = ts_calloc(JOBS, 1);
	struct fixture fixture;
	struct ts_chain dropped = {0};
	struct ts_task *task;
	int done = 0;
	(void)state;

	open_pool(&fixture);
	submit(&fixture, 0, JOBS);
	ts_pool_drop(fixture.pool, &dropped);
	for (; (task = ts_chain_take(&dropped)); done++) {
		assert_int_equal(seen[task->offset]++, 0);
		ts_task_free(task);
	}
	while (done < JOBS)
		done += collect(&fixture, seen);
	close_pool(&fixture);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_job_comes_back_once_and_no_wake_up_is_lost),
	    cmocka_unit_test(one_job_at_a_time_comes_back_each_time),
	    cmocka_unit_test(a_pool_that_stops_ends_with_jobs_waiting),
	    cmocka_unit_test(dropped_jobs_are_handed_back_or_finished_never_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
