/* test_scheduler.c - pool/scheduler: who runs next, and who does not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/breaker.h"
#include "pool/scheduler.h"

static struct ts_task *task(int32_t datasource_id, const char *schema,
			    const char *table, int64_t serial)
{
	struct ts_task *task = ts_task_new();

	task->request.job.datasource_id = datasource_id;
	task->request.job.schema = ts_strdup(schema);
	task->request.job.table = ts_strdup(table);
	task->deadline_ms = TS_FOREVER;
	task->offset = serial;
	return task;
}

static struct ts_scheduler *two_sources(void)
{
	const struct ts_datasource sources[] = {{.id = 1, .concurrency = 2},
						{.id = 2, .concurrency = 1}};

	return ts_scheduler_new(sources, 2, 4, 64);
}

/* The clock of the tests. */
static int64_t now = 1000;

static const struct ts_error fine,
    down = {TS_E_SOURCE_UNREACHABLE, "nobody listens", 0};

static void add(struct ts_scheduler *scheduler, TS_TAKES struct ts_task *added)
{
	ts_scheduler_add(scheduler, added, now);
}

static void assert_takes(struct ts_scheduler *scheduler, struct ts_batch *batch,
			 int64_t serial, size_t count)
{
	assert_true(ts_scheduler_take(scheduler, now, batch));
	assert_int_equal(batch->tasks.head->offset, serial);
	assert_int_equal(batch->tasks.count, count);
}

static void assert_nothing_begins(struct ts_scheduler *scheduler)
{
	struct ts_batch batch = {0};

	assert_int_equal(ts_scheduler_could_begin(scheduler, now), 0);
	assert_false(ts_scheduler_take(scheduler, now, &batch));
	assert_int_equal(batch.tasks.count, 0);
}

/* Exactly this one has ended without a run, with this error. */
static void assert_ended(struct ts_scheduler *scheduler, int64_t serial,
			 enum ts_code code, const char *text)
{
	struct ts_chain ended = {0};

	assert_true(ts_scheduler_has_ended(scheduler));
	ts_scheduler_take_ended(scheduler, &ended);
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.head->offset, serial);
	assert_int_equal(ended.head->err.code, code);
	if (!strstr(ended.head->err.text, text))
		assert_string_equal(ended.head->err.text, text);
	ts_chain_release(&ended);
}

static void end(struct ts_scheduler *scheduler, struct ts_batch *batch)
{
	ts_chain_release(&batch->tasks);
	ts_scheduler_finish(scheduler, batch, &fine, now);
}

/* The run has failed; its jobs run again at `due_ms`. */
static void run_again(struct ts_scheduler *scheduler, struct ts_batch *batch,
		      const struct ts_error *err, int64_t due_ms)
{
	for (struct ts_task *task = batch->tasks.head; task; task = task->next) {
		task->attempts++;
		task->due_ms = due_ms;
		task->err = *err;
	}
	ts_scheduler_finish(scheduler, batch, err, now);
}

static void jobs_of_one_table_share_the_next_run_and_never_overlap(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch first = {0}, second = {0};
	(void)state;

	add(scheduler, task(1, "dbo", "t", 1));
	assert_takes(scheduler, &first, 1, 1);
	for (int64_t serial = 2; serial <= 100; serial++)
		add(scheduler, task(1, "dbo", "t", serial));
	assert_nothing_begins(scheduler);
	end(scheduler, &first);
	assert_takes(scheduler, &second, 2, 99);
	end(scheduler, &second);
	assert_nothing_begins(scheduler);
	ts_scheduler_free(scheduler);
}

static void two_spellings_of_one_table_never_overlap(void **state)
{
	static const char *const spellings[] = {"DBO", "\"dbo\"", "main.dbo", "[dbo]"};
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch running = {0};
	(void)state;

	add(scheduler, task(1, "dbo", "T", 1));
	assert_takes(scheduler, &running, 1, 1);
	for (int i = 0; i < 4; i++)
		add(scheduler, task(1, spellings[i], "t", 2 + i));
	assert_nothing_begins(scheduler);
	end(scheduler, &running);
	for (int i = 0; i < 4; i++) { /* not the same text: a run each */
		assert_takes(scheduler, &running, 2 + i, 1);
		assert_nothing_begins(scheduler);
		end(scheduler, &running);
	}
	ts_scheduler_free(scheduler);
}

static void data_sources_take_turns_within_their_limits(void **state)
{
	const struct ts_datasource sources[] = {{.id = 1, .concurrency = 2},
						{.id = 2, .concurrency = 1}};
	struct ts_scheduler *scheduler = ts_scheduler_new(sources, 2, 4, 1);
	struct ts_batch batch[4] = {0};
	(void)state;

	add(scheduler, task(1, "s", "a", 1));
	add(scheduler, task(1, "s", "b", 2));
	add(scheduler, task(1, "s", "c", 3));
	add(scheduler, task(2, "s", "a", 4));
	add(scheduler, task(2, "s", "b", 5));
	assert_takes(scheduler, &batch[0], 1, 1);
	assert_takes(scheduler, &batch[1], 4, 1);
	assert_takes(scheduler, &batch[2], 2, 1);
	assert_nothing_begins(scheduler);
	end(scheduler, &batch[1]);
	assert_takes(scheduler, &batch[3], 5, 1);
	end(scheduler, &batch[0]);
	assert_takes(scheduler, &batch[0], 3, 1);
	for (int i = 0; i < 4; i++)
		if (batch[i].tables)
			end(scheduler, &batch[i]);
	ts_scheduler_free(scheduler);
}

static void a_batch_grows_when_more_waits_than_it_may_have_threads(void **state)
{
	static const struct {
		int waiting;
		size_t expected;
	} cases[] = {{1, 1}, {3, 1}, {4, 2}, {40, 20}, {128, 64}, {2000, 64}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_scheduler *scheduler =
		    two_sources(); /* 4 threads, 64 tables */
		struct ts_batch batch = {0};
		char name[16];

		for (int serial = 0; serial < cases[i].waiting; serial++) {
			snprintf(name, sizeof(name), "t%d", serial);
			add(scheduler, task(1, "s", name, serial));
		}
		assert_takes(scheduler, &batch, 0, cases[i].expected);
		end(scheduler, &batch);
		ts_scheduler_free(scheduler);
	}
}

static struct ts_task *suspect(const char *table, int64_t serial)
{
	struct ts_task *one = task(1, "s", table, serial);

	one->is_suspect = true;
	return one;
}

static void a_suspect_takes_nobody_with_it_and_holds_up_nobody(void **state)
{
	const struct ts_datasource source = {.id = 1, .concurrency = 1};
	struct ts_scheduler *scheduler = ts_scheduler_new(&source, 1, 1, 64);
	struct ts_batch batch = {0};
	(void)state;

	add(scheduler, task(1, "s", "a", 1));
	add(scheduler, task(1, "s", "b", 2));
	add(scheduler, suspect("c", 3));
	add(scheduler, task(1, "s", "c", 4)); /* shares its read */
	add(scheduler, task(1, "s", "d", 5));
	assert_takes(scheduler, &batch, 1, 2);
	end(scheduler, &batch);
	assert_takes(scheduler, &batch, 3, 2);
	run_again(scheduler, &batch, &fine, now);
	assert_takes(scheduler, &batch, 5, 1);
	end(scheduler, &batch);
	assert_takes(scheduler, &batch, 3, 2); /* still one */
	add(scheduler, task(1, "s", "c", 6));
	add(scheduler, task(1, "s", "d", 7));
	end(scheduler, &batch);
	assert_takes(scheduler, &batch, 7, 2); /* none any more */
	end(scheduler, &batch);
	ts_scheduler_free(scheduler);
}

static void no_more_threads_are_woken_than_batches_could_begin(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch batches[4] = {0};
	size_t left = 3;
	char name[16];
	(void)state;

	assert_int_equal(ts_scheduler_could_begin(scheduler, now), 0);
	for (int i = 0; i < 10; i++) { /* limits of 2 and of 1 */
		snprintf(name, sizeof(name), "t%d", i);
		add(scheduler, task(1, "s", name, i));
		assert_int_equal(ts_scheduler_could_begin(scheduler, now), i ? 2 : 1);
	}
	add(scheduler, task(2, "s", "t", 10));
	add(scheduler, task(2, "s", "u", 11));
	for (; left; left--) {
		assert_int_equal(ts_scheduler_could_begin(scheduler, now), left);
		assert_true(ts_scheduler_take(scheduler, now, &batches[left]));
	}
	assert_nothing_begins(scheduler);
	for (int i = 1; i <= 3; i++)
		end(scheduler, &batches[i]);
	ts_scheduler_free(scheduler);
}

static void an_unknown_data_source_holds_up_nobody(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch batch = {0}, other = {0};
	(void)state;

	add(scheduler, task(99, "s", "t", 1));
	add(scheduler, task(2, "s", "t", 2));
	assert_takes(scheduler, &batch, 2, 1);
	assert_takes(scheduler, &other, 1, 1);
	end(scheduler, &batch);
	end(scheduler, &other);
	ts_scheduler_free(scheduler);
}

static void what_is_dropped_comes_back_once_and_what_runs_goes_on(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain dropped = {0};
	struct ts_batch running = {0};
	char name[16];
	(void)state;

	add(scheduler, task(1, "s", "t0", 0));
	assert_takes(scheduler, &running, 0, 1);
	for (int64_t serial = 1; serial < 500; serial++) {
		snprintf(name, sizeof(name), "t%d", (int)serial % 300);
		add(scheduler, task(1, "s", name, serial));
	}
	ts_scheduler_drop(scheduler, &dropped);
	assert_int_equal(dropped.count, 499);
	ts_chain_release(&dropped);
	add(scheduler, task(1, "s", "t0", 500));
	assert_nothing_begins(scheduler);
	end(scheduler, &running);
	assert_takes(scheduler, &running, 500, 1);
	end(scheduler, &running);
	ts_scheduler_free(scheduler);
}

/* Begin as many batches of the data source as it may have; gives their number. */
static size_t begin_all(struct ts_scheduler *scheduler, int32_t datasource_id,
			struct ts_batch *batches)
{
	static int64_t serial;
	size_t count = 0;
	char name[32];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "t%d", (int)serial);
		add(scheduler, task(datasource_id, "s", name, serial++));
	}
	while (ts_scheduler_take(scheduler, now, &batches[count]))
		count++;
	return count;
}

static void a_data_source_earns_its_connections(void **state)
{
	const struct ts_datasource source = {.id = 1, .concurrency = 8};
	struct ts_scheduler *scheduler = ts_scheduler_new(&source, 1, 16, 1);
	static const struct {
		const struct ts_error *before;
		size_t expected;
	} cases[] = {{NULL, 2}, {&fine, 4}, {&fine, 8}, {&fine, 8}, {&down, 2}};
	struct ts_batch batches[20] = {0};
	size_t count = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t k = 0; k < count; k++) {
			ts_chain_release(&batches[k].tasks);
			ts_scheduler_finish(scheduler, &batches[k],
					    k ? NULL : cases[i].before, now);
		}
		count = begin_all(scheduler, 1, batches);
		assert_int_equal(count, cases[i].expected);
	}
	for (size_t k = 0; k < count; k++)
		end(scheduler, &batches[k]);
	ts_scheduler_free(scheduler);
}

static void a_data_source_leaves_a_thread_to_those_that_run_nothing(void **state)
{
	struct ts_datasource sources[5];
	struct ts_batch batches[20] = {0};
	struct ts_scheduler *scheduler;
	size_t count = 0;
	(void)state;

	for (int i = 0; i < 5; i++)
		sources[i] = (struct ts_datasource){.id = i, .concurrency = 2};
	scheduler = ts_scheduler_new(sources, 5, 6, 1);
	count += begin_all(scheduler, 0, batches);
	assert_int_equal(count, 2); /* all that it may have: 4 are left for 4 others */
	count += begin_all(scheduler, 1, batches + count);
	assert_int_equal(count, 3); /* its second one would be of the last 3 */
	for (int i = 2; i < 5; i++)
		count += begin_all(scheduler, i, batches + count);
	assert_int_equal(count, 6);
	while (count--)
		end(scheduler, &batches[count]);
	ts_scheduler_free(scheduler);
}

static void a_job_that_is_late_ends_without_a_run(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_task *late = task(1, "s", "t", 1), *early = task(1, "s", "t", 2);
	struct ts_batch running = {0};
	(void)state;

	late->deadline_ms = now + 100;
	early->deadline_ms = now - 7;
	add(scheduler, early);
	assert_ended(scheduler, 2, TS_E_DEADLINE_EXCEEDED, "by 7 ms");
	add(scheduler, task(1, "s", "t", 3));
	assert_takes(scheduler, &running, 3, 1);
	add(scheduler, late); /* waits for the run */
	assert_in_range(ts_scheduler_due_ms(scheduler), now + 100,
			now + 100 + TS_SCHEDULER_TICK_MS);
	now = ts_scheduler_due_ms(scheduler);
	ts_scheduler_tick(scheduler, now);
	assert_ended(scheduler, 1, TS_E_DEADLINE_EXCEEDED, "by ");
	end(scheduler, &running);
	assert_nothing_begins(scheduler);

	late = task(1, "s", "t", 4);
	late->deadline_ms = now + 100;
	add(scheduler, late);
	now += 100; /* nobody has looked meanwhile */
	assert_false(ts_scheduler_take(scheduler, now, &running));
	assert_ended(scheduler, 4, TS_E_DEADLINE_EXCEEDED, "by 0 ms");
	ts_scheduler_free(scheduler);
}

static void a_job_that_failed_waits_and_holds_nobody(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch running = {0};
	(void)state;

	add(scheduler, task(2, "s", "t", 1));
	assert_takes(scheduler, &running, 1, 1);
	add(scheduler, task(2, "s", "t", 2));
	run_again(scheduler, &running, &down, now + 300);
	add(scheduler, task(2, "s", "t", 3));
	assert_nothing_begins(scheduler);
	add(scheduler, task(2, "s", "other", 4)); /* although it has one connection */
	assert_takes(scheduler, &running, 4, 1);
	end(scheduler, &running);
	now += 300 + TS_SCHEDULER_TICK_MS;
	assert_true(ts_scheduler_due_ms(scheduler) <= now);
	assert_takes(scheduler, &running, 1, 3); /* all that waits, in its order */
	assert_int_equal(running.tasks.tail->offset, 3);
	end(scheduler, &running);
	ts_scheduler_free(scheduler);
}

static void a_job_that_fails_again_and_again_does_not_stop_its_twin(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch running = {0};
	(void)state;

	add(scheduler, task(1, "s", "T", 1));
	add(scheduler, task(1, "s", "t", 2));
	add(scheduler, task(1, "s", "T", 3));
	assert_takes(scheduler, &running, 1, 2);
	run_again(scheduler, &running, &down, now + 300);
	assert_takes(scheduler, &running, 2, 1);
	end(scheduler, &running);
	assert_nothing_begins(scheduler);
	now += 300 + TS_SCHEDULER_TICK_MS;
	assert_takes(scheduler, &running, 1, 2);
	end(scheduler, &running);
	ts_scheduler_free(scheduler);
}

static void a_job_that_waits_to_run_again_and_is_late_keeps_its_error(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_task *one = task(1, "s", "t", 1);
	struct ts_batch running = {0};
	(void)state;

	one->deadline_ms = now + 100;
	add(scheduler, one);
	assert_takes(scheduler, &running, 1, 1);
	run_again(scheduler, &running, &down, now + 200);
	now = ts_scheduler_due_ms(scheduler);
	ts_scheduler_tick(scheduler, now);
	assert_ended(scheduler, 1, TS_E_SOURCE_UNREACHABLE, "nobody listens");
	ts_scheduler_free(scheduler);
}

/* Let the data source 1 fail until it is not tried any more. */
static void open_breaker(struct ts_scheduler *scheduler)
{
	struct ts_batch running = {0};

	for (int i = 0; i < TS_BREAKER_FAILURES; i++) {
		add(scheduler, task(1, "s", "t", 100 + i));
		assert_takes(scheduler, &running, 100 + i, 1);
		ts_chain_release(&running.tasks);
		ts_scheduler_finish(scheduler, &running, &down, now);
	}
}

static void a_data_source_that_fails_again_and_again_is_not_tried(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch running = {0};
	struct ts_chain ended = {0};
	(void)state;

	add(scheduler, task(1, "s", "waits", 1));
	assert_takes(scheduler, &running, 1, 1);
	add(scheduler, task(1, "s", "waits", 2));
	run_again(scheduler, &running, &fine, now + 100000);
	open_breaker(scheduler);
	ts_scheduler_take_ended(scheduler, &ended);
	assert_int_equal(ended.count, 2);
	assert_int_equal(ended.head->err.code, TS_OK); /* as its run left it */
	assert_int_equal(ended.tail->err.code, TS_E_SOURCE_UNREACHABLE);
	ts_chain_release(&ended);

	add(scheduler, task(1, "s", "t", 3));
	assert_ended(scheduler, 3, TS_E_SOURCE_UNREACHABLE,
		     "not tried: the data source failed 5 times in a row, next try in "
		     "1 s; the last failure: nobody listens");
	add(scheduler, task(2, "s", "t", 4)); /* another one */
	assert_takes(scheduler, &running, 4, 1);
	end(scheduler, &running);
	ts_scheduler_free(scheduler);
}

static void one_probe_at_a_time_finds_out_whether_it_is_back(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch probe = {0};
	char name[16];
	(void)state;

	open_breaker(scheduler);
	for (int64_t pause = 1000; pause < 100000; pause *= 2) {
		struct ts_chain ended = {0};

		now += pause < 30000 ? pause : 30000;
		for (int i = 0; i < 40; i++) {
			snprintf(name, sizeof(name), "t%d", i);
			add(scheduler, task(1, "s", name, i));
		}
		assert_takes(scheduler, &probe, 0, 1); /* of one table */
		assert_nothing_begins(scheduler);
		ts_chain_release(&probe.tasks);
		ts_scheduler_finish(scheduler, &probe, &down, now);
		ts_scheduler_take_ended(scheduler, &ended);
		assert_int_equal(ended.count, 39);
		ts_chain_release(&ended);
	}
	now += 30000;
	add(scheduler, task(1, "s", "a", 1));
	assert_takes(scheduler, &probe, 1, 1);
	add(scheduler, task(1, "s", "b", 2));
	end(scheduler, &probe);
	assert_takes(scheduler, &probe, 2, 1);
	end(scheduler, &probe);
	ts_scheduler_free(scheduler);
}

static void nobody_waits_long_for_a_probe(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch probe = {0};
	(void)state;

	open_breaker(scheduler);
	now += TS_BREAKER_PAUSE_MS;
	add(scheduler, task(1, "s", "a", 1));
	assert_takes(scheduler, &probe, 1, 1);
	add(scheduler, task(1, "s", "b", 2));
	assert_false(ts_scheduler_has_ended(scheduler));
	assert_in_range(ts_scheduler_due_ms(scheduler), now + TS_BREAKER_PROBE_MS,
			now + TS_BREAKER_PROBE_MS + TS_SCHEDULER_TICK_MS);
	now = ts_scheduler_due_ms(scheduler);
	ts_scheduler_tick(scheduler, now);
	assert_ended(scheduler, 2, TS_E_SOURCE_UNREACHABLE, "being tried now");
	end(scheduler, &probe);
	add(scheduler, task(1, "s", "b", 3));
	assert_takes(scheduler, &probe, 3, 1);
	end(scheduler, &probe);
	ts_scheduler_free(scheduler);
}

static void what_tells_nothing_of_a_data_source_changes_nothing(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_batch running = {0};
	(void)state;

	open_breaker(scheduler);
	now += TS_BREAKER_PAUSE_MS;
	for (int i = 1; i <= 2;
	     i++) { /* the probe, and the one that is tried instead */
		add(scheduler, task(1, "s", "a", i));
		assert_takes(scheduler, &running, i, 1);
		add(scheduler, task(1, "s", "a", i + 1));
		assert_nothing_begins(scheduler);
		ts_chain_release(&running.tasks);
		ts_scheduler_finish(scheduler, &running, NULL, now);
		assert_takes(scheduler, &running, i + 1, 1);
		ts_chain_release(&running.tasks);
		ts_scheduler_finish(scheduler, &running, NULL, now);
	}
	ts_scheduler_free(scheduler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jobs_of_one_table_share_the_next_run_and_never_overlap),
	    cmocka_unit_test(two_spellings_of_one_table_never_overlap),
	    cmocka_unit_test(data_sources_take_turns_within_their_limits),
	    cmocka_unit_test(a_batch_grows_when_more_waits_than_it_may_have_threads),
	    cmocka_unit_test(a_suspect_takes_nobody_with_it_and_holds_up_nobody),
	    cmocka_unit_test(no_more_threads_are_woken_than_batches_could_begin),
	    cmocka_unit_test(an_unknown_data_source_holds_up_nobody),
	    cmocka_unit_test(what_is_dropped_comes_back_once_and_what_runs_goes_on),
	    cmocka_unit_test(a_job_that_is_late_ends_without_a_run),
	    cmocka_unit_test(a_job_that_failed_waits_and_holds_nobody),
	    cmocka_unit_test(a_job_that_fails_again_and_again_does_not_stop_its_twin),
	    cmocka_unit_test(a_job_that_waits_to_run_again_and_is_late_keeps_its_error),
	    cmocka_unit_test(a_data_source_that_fails_again_and_again_is_not_tried),
	    cmocka_unit_test(one_probe_at_a_time_finds_out_whether_it_is_back),
	    cmocka_unit_test(nobody_waits_long_for_a_probe),
	    cmocka_unit_test(what_tells_nothing_of_a_data_source_changes_nothing),
	    cmocka_unit_test(a_data_source_earns_its_connections),
	    cmocka_unit_test(a_data_source_leaves_a_thread_to_those_that_run_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
