/* test_bundle.c - kafka/bundle: a transaction's offsets are those of its jobs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/bundle.h"

enum { PARTITIONS = 3, OFFSETS = 6000 };

static const struct ts_topic topic = {.name = "jobs"};

struct fixture {
	struct ts_partition partitions[PARTITIONS];
	struct ts_assignment assignment;
	struct ts_chain waiting, tasks;
	rd_kafka_topic_partition_list_t *offsets;
};

/* Jobs 0…OFFSETS-1 of each partition run. */
static struct fixture *make(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	for (int32_t i = 0; i < PARTITIONS; i++) {
		struct ts_partition *partition = &fixture->partitions[i];

		partition->topic = &topic;
		partition->id = 10 + i;
		ts_window_start(&partition->window, 0, NULL, 0);
		for (int64_t offset = 0; offset < OFFSETS; offset++)
			ts_window_enter(&partition->window, offset);
	}
	fixture->assignment.partitions = fixture->partitions;
	fixture->assignment.count = PARTITIONS;
	return fixture;
}

static void finish(struct fixture *fixture, int32_t partition, int64_t offset)
{
	struct ts_task *task = ts_task_new();

	task->partition = partition;
	task->offset = offset;
	ts_chain_add(&fixture->waiting, task);
}

static void bundle(struct fixture *fixture)
{
	fixture->offsets =
	    ts_bundle_make(&fixture->assignment, &fixture->waiting, &fixture->tasks);
}

/* The transaction is committed: its jobs are complete. */
static void commit(struct fixture *fixture)
{
	struct ts_task *task;

	while ((task = ts_chain_take(&fixture->tasks))) {
		ts_window_complete(&fixture->partitions[task->partition].window,
				   task->offset);
		ts_task_free(task);
	}
	rd_kafka_topic_partition_list_destroy(fixture->offsets);
	fixture->offsets = NULL;
}

static void release(struct fixture *fixture)
{
	ts_chain_release(&fixture->waiting);
	ts_chain_release(&fixture->tasks);
	if (fixture->offsets)
		rd_kafka_topic_partition_list_destroy(fixture->offsets);
	for (size_t i = 0; i < PARTITIONS; i++)
		ts_window_release(&fixture->partitions[i].window);
	free(fixture);
}

static const rd_kafka_topic_partition_t *find(const struct fixture *fixture, int32_t id)
{
	return rd_kafka_topic_partition_list_find(fixture->offsets, "jobs", id);
}

static void
the_offsets_are_those_after_the_commit_and_the_windows_as_before(void **state)
{
	struct fixture *fixture = make();
	const rd_kafka_topic_partition_t *element;
	(void)state;

	finish(fixture, 0, 1);
	finish(fixture, 0, 0);
	finish(fixture, 2, 5);
	bundle(fixture);
	assert_int_equal(fixture->tasks.count, 3);
	assert_int_equal(fixture->waiting.count, 0);
	assert_int_equal(fixture->offsets->cnt, 2);
	element = find(fixture, 10);
	assert_int_equal(element->offset, 2);
	assert_int_equal(element->metadata_size, 0);
	element = find(fixture, 12);
	assert_int_equal(element->offset, 0);
	assert_memory_equal(element->metadata, "ts1 5+1", element->metadata_size);
	assert_int_equal(fixture->partitions[0].window.base, 0);
	commit(fixture);
	assert_int_equal(fixture->partitions[0].window.base, 2);
	release(fixture);
}

static void the_jobs_of_a_transaction_keep_their_order(void **state)
{
	static const int64_t order[] = {7, 3, 9, 1};
	struct fixture *fixture = make();
	(void)state;

	for (size_t i = 0; i < 4; i++)
		finish(fixture, 1, order[i]);
	bundle(fixture);
	for (size_t i = 0; i < 4; i++) {
		struct ts_task *task = ts_chain_take(&fixture->tasks);

		assert_int_equal(task->offset, order[i]);
		ts_task_free(task);
	}
	release(fixture);
}

/* Every other job has finished: no text holds that. */
static void what_the_metadata_has_no_place_for_waits_for_the_next_one(void **state)
{
	struct fixture *fixture = make();
	size_t finished = 0, left;
	(void)state;

	for (int64_t offset = 1; offset < OFFSETS; offset += 2, finished++)
		finish(fixture, 0, offset);
	bundle(fixture);
	assert_true(fixture->tasks.count > 100);
	assert_true(fixture->waiting.count > 100);
	assert_int_equal(fixture->tasks.count + fixture->waiting.count, finished);
	assert_true(find(fixture, 10)->metadata_size <= TS_WINDOW_TEXT_BYTES);
	left = fixture->waiting.count;
	commit(fixture);

	/* What a restart would know is what was committed, to the job. */
	{
		TS_AUTO(ts_buf) text = {0};
		TS_AUTO(ts_window) after = {0};
		struct ts_window *window = &fixture->partitions[0].window;
		size_t complete = 0;

		ts_window_metadata(window, &text);
		assert_true(ts_window_start(&after, window->base, text.data, text.len));
		for (int64_t offset = 0; offset < OFFSETS; offset++)
			complete += !ts_window_enter(&after, offset);
		assert_int_equal(complete, finished - left);
	}

	/* Once the jobs between them are done there is a place for all. */
	for (int64_t offset = 0; offset < OFFSETS; offset += 2)
		finish(fixture, 0, offset);
	for (int turns = 0; fixture->waiting.count; turns++) {
		assert_true(turns < 100);
		bundle(fixture);
		assert_true(fixture->tasks.count > 0);
		commit(fixture);
	}
	assert_int_equal(fixture->partitions[0].window.base, OFFSETS);
	release(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_offsets_are_those_after_the_commit_and_the_windows_as_before),
	    cmocka_unit_test(the_jobs_of_a_transaction_keep_their_order),
	    cmocka_unit_test(what_the_metadata_has_no_place_for_waits_for_the_next_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
