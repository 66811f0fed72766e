/* test_scheduler.c - pool/scheduler: who runs next, against a naive model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool/scheduler.h"

static struct ts_task *task(int32_t datasource_id, const char *schema,
			    const char *table, int64_t serial)
{
	struct ts_task *task = ts_task_new();

	task->request.job.datasource_id = datasource_id;
	task->request.job.schema = ts_strdup(schema);
	task->request.job.table = ts_strdup(table);
	task->offset = serial;
	return task;
}

static struct ts_scheduler *two_sources(void)
{
	const struct ts_datasource sources[] = {{.id = 1, .concurrency = 2},
						{.id = 2, .concurrency = 1}};

	return ts_scheduler_new(sources, 2, 4, 64);
}

static void assert_takes(struct ts_scheduler *scheduler, struct ts_chain *batch,
			 int64_t serial, size_t count)
{
	assert_true(ts_scheduler_take(scheduler, batch));
	assert_int_equal(batch->head->offset, serial);
	assert_int_equal(batch->count, count);
}

static void end(struct ts_scheduler *scheduler, struct ts_chain *batch)
{
	ts_scheduler_finish(scheduler, batch);
	ts_chain_release(batch);
}

static void jobs_of_one_table_share_the_next_run_and_never_overlap(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain first = {0}, second = {0};
	(void)state;

	ts_scheduler_add(scheduler, task(1, "dbo", "t", 1));
	assert_takes(scheduler, &first, 1, 1);
	for (int64_t serial = 2; serial <= 100; serial++)
		ts_scheduler_add(scheduler, task(1, "dbo", "t", serial));
	assert_false(ts_scheduler_take(scheduler, &second));
	end(scheduler, &first);
	assert_takes(scheduler, &second, 2, 99);
	end(scheduler, &second);
	assert_false(ts_scheduler_take(scheduler, &first));
	ts_scheduler_free(scheduler);
}

static void two_spellings_of_one_table_never_overlap(void **state)
{
	static const char *const spellings[] = {"DBO", "\"dbo\"", "main.dbo", "[dbo]"};
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain running = {0}, other = {0};
	(void)state;

	ts_scheduler_add(scheduler, task(1, "dbo", "T", 1));
	assert_takes(scheduler, &running, 1, 1);
	for (int i = 0; i < 4; i++)
		ts_scheduler_add(scheduler, task(1, spellings[i], "t", 2 + i));
	assert_false(ts_scheduler_take(scheduler, &other));
	end(scheduler, &running);
	for (int i = 0; i < 4; i++) { /* not the same text: a run each */
		assert_takes(scheduler, &running, 2 + i, 1);
		assert_false(ts_scheduler_take(scheduler, &other));
		end(scheduler, &running);
	}
	ts_scheduler_free(scheduler);
}

static void data_sources_take_turns_within_their_limits(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain batch[4] = {{0}};
	(void)state;

	ts_scheduler_add(scheduler, task(1, "s", "a", 1));
	ts_scheduler_add(scheduler, task(1, "s", "b", 2));
	ts_scheduler_add(scheduler, task(1, "s", "c", 3));
	ts_scheduler_add(scheduler, task(2, "s", "a", 4));
	ts_scheduler_add(scheduler, task(2, "s", "b", 5));
	assert_takes(scheduler, &batch[0], 1, 1);
	assert_takes(scheduler, &batch[1], 4, 1);
	assert_takes(scheduler, &batch[2], 2, 1);
	assert_false(ts_scheduler_take(scheduler, &batch[3]));
	end(scheduler, &batch[1]);
	assert_takes(scheduler, &batch[3], 5, 1);
	end(scheduler, &batch[0]);
	assert_takes(scheduler, &batch[0], 3, 1);
	for (int i = 0; i < 4; i++)
		if (batch[i].head)
			end(scheduler, &batch[i]);
	ts_scheduler_free(scheduler);
}

static void a_batch_grows_when_more_waits_than_there_are_threads(void **state)
{
	static const struct {
		int waiting;
		size_t expected;
	} cases[] = {{1, 1}, {4, 1}, {7, 1}, {8, 2}, {40, 10}, {256, 64}, {2000, 64}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_scheduler *scheduler =
		    two_sources(); /* 4 threads, 64 tables */
		struct ts_chain batch = {0};
		char name[16];

		for (int serial = 0; serial < cases[i].waiting; serial++) {
			snprintf(name, sizeof(name), "t%d", serial);
			ts_scheduler_add(scheduler, task(1, "s", name, serial));
		}
		assert_takes(scheduler, &batch, 0, cases[i].expected);
		end(scheduler, &batch);
		ts_scheduler_free(scheduler);
	}
}

static void an_unknown_data_source_holds_up_nobody(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain batch = {0}, other = {0};
	(void)state;

	ts_scheduler_add(scheduler, task(99, "s", "t", 1));
	ts_scheduler_add(scheduler, task(2, "s", "t", 2));
	assert_takes(scheduler, &batch, 2, 1);
	assert_takes(scheduler, &other, 1, 1);
	end(scheduler, &batch);
	end(scheduler, &other);
	ts_scheduler_free(scheduler);
}

/* The model: a list of waiting jobs and a list of running ones, searched from the
 * front. */
enum { TABLES = 12, SOURCES = 3, JOBS = 4000, WORKERS = 3, BATCH = 3 };

struct model_job {
	int source, table;
	enum { UNBORN, WAITING, TAKEN, RUNNING, DONE } state;
};

struct model {
	struct model_job jobs[JOBS];
	int running[SOURCES]; /* batches */
};

static bool can_begin(const struct model *model, int job, const int *limits)
{
	const struct model_job *one = &model->jobs[job];

	if (one->state != WAITING || model->running[one->source] >= limits[one->source])
		return false;
	for (int i = 0; i < JOBS; i++)
		if (model->jobs[i].state == RUNNING &&
		    model->jobs[i].source == one->source &&
		    model->jobs[i].table == one->table)
			return false;
	return true;
}

/* A table's stretch of a batch: all that waits for it, in order.  Gives the end. */
static struct ts_task *check_table(struct model *model, struct ts_task *first,
				   const int *limits)
{
	const struct model_job *one = &model->jobs[first->offset];
	struct ts_task *at = first;
	int64_t before = -1;

	assert_true(can_begin(model, (int)first->offset, limits));
	for (; at && model->jobs[at->offset].table == one->table; at = at->next) {
		assert_true(at->offset > before);
		before = at->offset;
		assert_int_equal(model->jobs[at->offset].source, one->source);
		assert_int_equal(model->jobs[at->offset].state, WAITING);
		model->jobs[at->offset].state = TAKEN;
	}
	for (int i = 0; i < JOBS; i++)
		assert_false(model->jobs[i].state == WAITING &&
			     model->jobs[i].source == one->source &&
			     model->jobs[i].table == one->table);
	return at;
}

/* What a batch must be: tables of one source that may begin, no more than allowed, and
 * one only while there is a thread for each that waits. */
static void check_batch(struct model *model, const struct ts_chain *batch,
			const int *limits)
{
	int source = model->jobs[batch->head->offset].source, ready = 0, tables = 0;
	bool counted[TABLES] = {false};

	for (int i = 0; i < JOBS; i++) {
		const struct model_job *job = &model->jobs[i];

		if (job->source != source || counted[job->table] ||
		    !can_begin(model, i, limits))
			continue;
		counted[job->table] = true;
		ready++;
	}
	for (struct ts_task *at = batch->head; at; tables++) {
		assert_int_equal(model->jobs[at->offset].source, source);
		at = check_table(model, at, limits);
	}
	assert_in_range(tables, 1, BATCH);
	assert_true(tables == 1 || tables * WORKERS <= ready);
	for (struct ts_task *at = batch->head; at; at = at->next)
		model->jobs[at->offset].state = RUNNING;
	model->running[source]++;
}

static void random_jobs_run_as_the_model_says(void **state)
{
	static struct model model;
	(void)state;

	for (unsigned seed = 1; seed <= 8; seed++) {
		const int limits[SOURCES] = {1, 3, 2};
		struct ts_datasource sources[SOURCES];
		struct ts_scheduler *scheduler;
		struct ts_chain running[16] = {{0}};
		int born = 0, done = 0;

		srand(seed);
		memset(&model, 0, sizeof(model));
		for (int i = 0; i < SOURCES; i++)
			sources[i] =
			    (struct ts_datasource){.id = i, .concurrency = limits[i]};
		scheduler = ts_scheduler_new(sources, SOURCES, WORKERS, BATCH);
		while (done < JOBS) {
			int slot = rand() % 16;

			if (rand() % 2 && born < JOBS) {
				struct model_job *job = &model.jobs[born];
				char name[8];

				job->source = rand() % SOURCES;
				job->table = rand() % TABLES;
				job->state = WAITING;
				snprintf(name, sizeof(name), "t%d", job->table);
				ts_scheduler_add(scheduler,
						 task(job->source, "s", name, born++));
			} else if (running[slot].head) {
				int source =
				    model.jobs[running[slot].head->offset].source;

				ts_scheduler_finish(scheduler, &running[slot]);
				model.running[source]--;
				for (struct ts_task *at = running[slot].head; at;
				     at = at->next, done++)
					model.jobs[at->offset].state = DONE;
				ts_chain_release(&running[slot]);
			} else if (ts_scheduler_take(scheduler, &running[slot])) {
				check_batch(&model, &running[slot], limits);
			} else {
				for (int i = 0; i < born; i++)
					assert_false(can_begin(&model, i, limits));
			}
		}
		ts_scheduler_free(scheduler);
	}
}

static void what_is_dropped_comes_back_once_and_what_runs_goes_on(void **state)
{
	struct ts_scheduler *scheduler = two_sources();
	struct ts_chain running = {0}, dropped = {0};
	char name[16];
	(void)state;

	ts_scheduler_add(scheduler, task(1, "s", "t0", 0));
	assert_takes(scheduler, &running, 0, 1);
	for (int64_t serial = 1; serial < 500; serial++) {
		snprintf(name, sizeof(name), "t%d", (int)serial % 300);
		ts_scheduler_add(scheduler, task(1, "s", name, serial));
	}
	ts_scheduler_drop(scheduler, &dropped);
	assert_int_equal(dropped.count, 499);
	ts_chain_release(&dropped);
	ts_scheduler_add(scheduler, task(1, "s", "t0", 500));
	assert_false(ts_scheduler_take(scheduler, &dropped));
	end(scheduler, &running);
	assert_takes(scheduler, &running, 500, 1);
	end(scheduler, &running);
	ts_scheduler_free(scheduler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jobs_of_one_table_share_the_next_run_and_never_overlap),
	    cmocka_unit_test(two_spellings_of_one_table_never_overlap),
	    cmocka_unit_test(data_sources_take_turns_within_their_limits),
	    cmocka_unit_test(a_batch_grows_when_more_waits_than_there_are_threads),
	    cmocka_unit_test(an_unknown_data_source_holds_up_nobody),
	    cmocka_unit_test(random_jobs_run_as_the_model_says),
	    cmocka_unit_test(what_is_dropped_comes_back_once_and_what_runs_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
