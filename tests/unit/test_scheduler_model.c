/* test_scheduler_model.c - pool/scheduler at random, against a model that is naive.
 *
 * The model is a list of jobs, searched from the front for every question. */
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

enum { TABLES = 9, SOURCES = 3, JOBS = 3000, WORKERS = 5, BATCH = 3 };
enum { ALIVE = 60, SEEDS = 24 };

static const int limits[SOURCES] = {1, 4, 3};

struct model_job {
	int source, table, spelling; /* two spellings of a table are read apart */
	enum { UNBORN, WAITING, RUNNING, ENDED } state;
	int64_t deadline_ms, due_ms;
	int attempts;
	bool is_suspect;
};

struct model_source {
	int running;  /* batches */
	int window;   /* how many it has earned */
	int passed;   /* times that others began while this one could have */
	int failures; /* runs in a row */
	bool is_open, is_probing;
	int64_t until_ms, pause_ms, probed_ms;
};

static struct model {
	struct model_job jobs[JOBS];
	struct model_source sources[SOURCES];
	int oldest, born, ended; /* jobs */
	int64_t now_ms;
} model;

static struct ts_scheduler *scheduler;

static enum ts_breaker_state breaker(const struct model_source *source)
{
	if (!source->is_open)
		return TS_BREAKER_CLOSED;
	if (source->is_probing)
		return model.now_ms - source->probed_ms < 1000 ? TS_BREAKER_WAIT
							       : TS_BREAKER_REFUSE;
	return model.now_ms < source->until_ms ? TS_BREAKER_REFUSE : TS_BREAKER_PROBE;
}

static bool is_late(const struct model_job *job)
{
	return job->deadline_ms <= model.now_ms;
}

static bool is_same_table(const struct model_job *one, const struct model_job *other)
{
	return one->source == other->source && one->table == other->table;
}

/* Does the job's table run, or wait to run again, until the tick after it is due? */
static bool is_table_held(const struct model_job *one)
{
	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];

		if (is_same_table(job, one) &&
		    (job->state == RUNNING ||
		     (job->state == WAITING &&
		      job->due_ms + TS_SCHEDULER_TICK_MS > model.now_ms)))
			return true;
	}
	return false;
}

static bool is_running(const struct model_job *one)
{
	for (int i = model.oldest; i < model.born; i++)
		if (model.jobs[i].state == RUNNING &&
		    is_same_table(&model.jobs[i], one))
			return true;
	return false;
}

static bool has_room(const struct model_source *source)
{
	int running = 0, kept = 0;

	for (int i = 0; i < SOURCES; i++) {
		running += model.sources[i].running;
		kept += model.sources[i].running == 0;
	}
	if (source->running == 0)
		kept = 0;
	return source->running < limits[source - model.sources] &&
	       source->running < source->window &&
	       running + (kept < WORKERS / 2 ? kept : WORKERS / 2) < WORKERS &&
	       breaker(source) <= TS_BREAKER_PROBE;
}

static bool can_begin(const struct model_source *source)
{
	int number = (int)(source - model.sources);

	if (!has_room(source))
		return false;
	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];

		if (job->source == number && job->state == WAITING && !is_late(job) &&
		    !is_table_held(job))
			return true;
	}
	return false;
}

/* What came back without a run was late, or not to be tried, and says so. */
static void check_ended(void)
{
	struct ts_chain ended = {0};
	struct ts_task *task;

	ts_scheduler_take_ended(scheduler, &ended);
	while ((task = ts_chain_take(&ended))) {
		struct model_job *job = &model.jobs[task->offset];
		const struct model_source *source = &model.sources[job->source];

		assert_int_equal(job->state, WAITING);
		assert_true(is_late(job) || breaker(source) == TS_BREAKER_REFUSE);
		assert_int_equal(task->err.code, job->attempts ? TS_E_SOURCE_BUSY
						 : is_late(job)
						     ? TS_E_DEADLINE_EXCEEDED
						     : TS_E_SOURCE_UNREACHABLE);
		if (!is_late(job))
			assert_int_equal(task->fate, job->deadline_ms == TS_FOREVER
							 ? TS_FATE_NONE
							 : TS_FATE_ANSWER);
		job->state = ENDED;
		model.ended++;
		ts_task_free(task);
	}
}

/* When a table that only waits to run again does so at the latest. */
static int64_t wakes_ms(const struct model_job *one)
{
	int64_t last = 0;

	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];

		if (!is_same_table(job, one))
			continue;
		if (job->state == RUNNING ||
		    (job->state == WAITING && job->due_ms <= model.now_ms))
			return TS_FOREVER - TS_SCHEDULER_TICK_MS;
		if (job->state == WAITING && job->due_ms > last)
			last = job->due_ms;
	}
	return last;
}

/* The next tick is in time for whatever time alone will change. */
static void check_due(void)
{
	int64_t due = ts_scheduler_due_ms(scheduler);

	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];
		const struct model_source *source = &model.sources[job->source];

		if (job->state != WAITING)
			continue;
		assert_true(due <= job->deadline_ms ||
			    due - job->deadline_ms < TS_SCHEDULER_TICK_MS);
		assert_true(due <= wakes_ms(job) + TS_SCHEDULER_TICK_MS);
		if (breaker(source) == TS_BREAKER_WAIT)
			assert_true(due <
				    source->probed_ms + 1000 + TS_SCHEDULER_TICK_MS);
	}
}

static void tick(void)
{
	ts_scheduler_tick(scheduler, model.now_ms);
	check_ended();
	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];

		if (job->state != WAITING)
			continue;
		assert_false(is_late(job));
		assert_int_not_equal(breaker(&model.sources[job->source]),
				     TS_BREAKER_REFUSE);
	}
}

static void add(void)
{
	struct ts_task *task = ts_task_new();
	struct model_job *job = &model.jobs[model.born];
	char name[8];

	*job = (struct model_job){
	    .source = rand() % SOURCES,
	    .table = rand() % TABLES,
	    .spelling = rand() % 8 == 0,
	    .state = WAITING,
	    .deadline_ms = rand() % 2 ? TS_FOREVER : model.now_ms + rand() % 400 - 20,
	    .is_suspect = rand() % 16 == 0,
	};
	snprintf(name, sizeof(name), "%c%d", job->spelling ? 'T' : 't', job->table);
	task->request.job.datasource_id = job->source;
	task->request.job.schema = ts_strdup("s");
	task->request.job.table = ts_strdup(name);
	task->deadline_ms = job->deadline_ms;
	task->is_suspect = job->is_suspect;
	task->offset = model.born++;
	ts_scheduler_add(scheduler, task, model.now_ms);
}

/* A table's stretch of a batch: all that waits for it and shares the read, in order.
 * Gives its end. */
static struct ts_task *check_table(struct ts_task *first)
{
	const struct model_job *one = &model.jobs[first->offset];
	struct ts_task *at;
	int64_t before = -1;

	assert_false(is_running(one));
	for (at = first; at; at = at->next) {
		struct model_job *job = &model.jobs[at->offset];

		if (!is_same_table(job, one))
			break;
		assert_int_equal(job->spelling, one->spelling);
		assert_true(at->offset > before);
		before = at->offset;
		assert_int_equal(job->state, WAITING);
		assert_false(is_late(job));
		assert_true(job->due_ms <= model.now_ms);
		job->state = RUNNING;
	}
	for (int i = model.oldest; i < model.born; i++) {
		const struct model_job *job = &model.jobs[i];

		assert_false(job->state == WAITING && is_same_table(job, one) &&
			     job->spelling == one->spelling && !is_late(job));
	}
	return at;
}

static bool has_suspect(const struct ts_batch *batch)
{
	for (const struct ts_task *at = batch->tasks.head; at; at = at->next)
		if (model.jobs[at->offset].is_suspect)
			return true;
	return false;
}

static void check_batch(const struct ts_batch *batch)
{
	int number = model.jobs[batch->tasks.head->offset].source, tables = 0;
	struct model_source *source = &model.sources[number];
	bool is_probe = breaker(source) == TS_BREAKER_PROBE;

	assert_true(has_room(source));
	for (struct ts_task *at = batch->tasks.head; at; tables++) {
		assert_int_equal(model.jobs[at->offset].source, number);
		at = check_table(at);
	}
	assert_in_range(tables, 1, is_probe || has_suspect(batch) ? 1 : BATCH);
	source->running++;
	if (is_probe) {
		assert_false(source->is_probing);
		source->is_probing = true;
		source->probed_ms = model.now_ms;
	}
}

static void take(struct ts_batch *batch)
{
	bool could[SOURCES];

	for (int i = 0; i < SOURCES; i++)
		could[i] = can_begin(&model.sources[i]);
	if (!ts_scheduler_take(scheduler, model.now_ms, batch)) {
		check_ended();
		for (int i = 0; i < SOURCES; i++)
			assert_false(can_begin(&model.sources[i]));
		return;
	}
	check_ended();
	check_batch(batch);
	for (int i = 0; i < SOURCES; i++) {
		struct model_source *source = &model.sources[i];

		source->passed = could[i] ? source->passed + 1 : 0;
		assert_true(source->passed <= SOURCES + 1);
	}
	model.sources[model.jobs[batch->tasks.head->offset].source].passed = 0;
}

static void report(struct model_source *source, bool was_probe,
		   const struct ts_error *err)
{
	if (was_probe)
		source->is_probing = false;
	else if (source->is_open)
		return;
	if (!err)
		return;
	source->failures = err->code == TS_OK ? 0 : source->failures + 1;
	if (err->code == TS_OK) {
		source->is_open = false;
	} else if (was_probe || source->failures >= 5) {
		source->pause_ms = was_probe ? 2 * source->pause_ms : 1000;
		if (source->pause_ms > 30000)
			source->pause_ms = 30000;
		source->is_open = true;
		source->until_ms = model.now_ms + source->pause_ms;
	}
}

/* Some jobs of the batch were answered, some run again. */
static void settle(struct ts_batch *batch)
{
	struct ts_chain all = batch->tasks;
	struct ts_task *task;

	batch->tasks = (struct ts_chain){0};
	while ((task = ts_chain_take(&all))) {
		struct model_job *job = &model.jobs[task->offset];

		if (rand() % 2 && job->attempts < 3) {
			job->attempts = ++task->attempts;
			job->due_ms = task->due_ms = model.now_ms + 1 + rand() % 300;
			ts_fail(&task->err, TS_E_SOURCE_BUSY, "locked");
			job->state = WAITING;
			ts_chain_add(&batch->tasks, task);
			continue;
		}
		job->state = ENDED;
		model.ended++;
		ts_task_free(task);
	}
}

/* Jobs that share a read run again together, when the first of them is due. */
static void join_dues(const struct ts_chain *tasks)
{
	for (struct ts_task *one = tasks->head; one; one = one->next)
		for (struct ts_task *other = tasks->head; other; other = other->next)
			if (one->queue == other->queue &&
			    model.jobs[other->offset].due_ms >
				model.jobs[one->offset].due_ms)
				model.jobs[other->offset].due_ms =
				    model.jobs[one->offset].due_ms;
}

static void finish(struct ts_batch *batch, int source_number, int trouble)
{
	static const struct ts_error fine, down = {TS_E_SOURCE_UNREACHABLE, "down", 0};
	struct model_source *source = &model.sources[source_number];
	const struct ts_error *err = rand() % 20 == 0         ? NULL
				     : rand() % 100 < trouble ? &down
							      : &fine;

	bool was_refusing = breaker(source) == TS_BREAKER_REFUSE;

	settle(batch);
	join_dues(&batch->tasks);
	report(source, batch->is_probe, err);
	source->running--;
	if (err)
		source->window = err->code == TS_OK ? source->window * 2 : 2;
	if (source->window > 64)
		source->window = 64;
	ts_scheduler_finish(scheduler, batch, err, model.now_ms);
	check_ended();
	if (was_refusing || breaker(source) != TS_BREAKER_REFUSE)
		return;
	for (int i = model.oldest; i < model.born; i++)
		assert_false(model.jobs[i].source == source_number &&
			     model.jobs[i].state == WAITING);
}

static void drop(void)
{
	struct ts_chain dropped = {0};
	struct ts_task *task;

	ts_scheduler_drop(scheduler, &dropped);
	while ((task = ts_chain_take(&dropped))) {
		assert_int_equal(model.jobs[task->offset].state, WAITING);
		model.jobs[task->offset].state = ENDED;
		model.ended++;
		ts_task_free(task);
	}
	check_ended();
	for (int i = model.oldest; i < model.born; i++)
		assert_int_not_equal(model.jobs[i].state, WAITING);
}

/* One random thing. */
static void step(struct ts_batch *running, int *sources, int trouble)
{
	int slot = rand() % WORKERS, what = rand() % 100;

	model.now_ms += what < 60 ? 0 : rand() % 12;
	if (what == 0)
		drop();
	else if (what == 1)
		model.now_ms += rand() % 1500;
	else if (what < 6 || model.now_ms >= ts_scheduler_due_ms(scheduler))
		tick();
	else if (what < 50 && model.born < JOBS && model.born - model.ended < ALIVE)
		add();
	else if (running[slot].tables)
		finish(&running[slot], sources[slot], trouble);
	else
		take(&running[slot]);
	if (running[slot].tables && running[slot].tasks.head)
		sources[slot] = model.jobs[running[slot].tasks.head->offset].source;
	check_ended();
	check_due();
	while (model.oldest < model.born && model.jobs[model.oldest].state == ENDED)
		model.oldest++;
}

static void random_jobs_run_as_the_model_says(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct ts_datasource sources[SOURCES];
		struct ts_batch running[WORKERS] = {0};
		int numbers[WORKERS] = {0}, trouble = seed % 3 == 0 ? 90 : 30;

		srand(seed);
		model = (struct model){.now_ms = 1000};
		for (int i = 0; i < SOURCES; i++) {
			sources[i] =
			    (struct ts_datasource){.id = i, .concurrency = limits[i]};
			model.sources[i].window = 2;
		}
		scheduler = ts_scheduler_new(sources, SOURCES, WORKERS, BATCH);
		while (model.ended < JOBS)
			step(running, numbers, trouble);
		for (int i = 0; i < WORKERS; i++)
			assert_null(running[i].tables);
		assert_int_equal(model.oldest, JOBS);
		ts_scheduler_free(scheduler);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_jobs_run_as_the_model_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
