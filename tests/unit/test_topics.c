/* test_topics.c - which topics belong to a configuration, and what is counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "kafka/tally.h"
#include "kafka/topics.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int64_t delays[] = {10000, 300000};
static char jobs[] = "tablesync.jobs", replies[] = "elsewhere.replies";
static char bootstrap[] = "bootstrap.servers", brokers[] = "one:9092,two:9092";
static struct ts_setting settings[] = {{bootstrap, brokers}};
static const struct ts_config config = {
    .kafka = settings,
    .kafka_count = COUNT(settings),
    .topics = {.jobs = jobs,
	       .replies = replies,
	       .retry_delays = {delays, COUNT(delays)},
	       .create = true,
	       .partitions = 12},
};

static void each_topic_has_its_name_and_its_part(void **state)
{
	static const struct ts_topic expected[] = {
	    {TS_TOPIC_JOBS, "tablesync.jobs", true, false, 0, 0, false, 0},
	    {TS_TOPIC_REPLIES, "elsewhere.replies", false, false, 0, 0, false, 0},
	    {TS_TOPIC_REPLAY, "tablesync.jobs-retry-0", true, true, 0, 0, false, 0},
	    {TS_TOPIC_RETRY, "tablesync.jobs-retry-10000", true, true, 1, 10000, false,
	     0},
	    {TS_TOPIC_RETRY, "tablesync.jobs-retry-300000", true, true, 2, 300000,
	     false, 0},
	    {TS_TOPIC_LETTERS, "tablesync.jobs-dlt", false, true, 0, 0, false, 0},
	    {TS_TOPIC_DONE, "tablesync.jobs-dlt-done", false, true, 0, 0, true, 0},
	};
	TS_AUTO(ts_topics) topics = {0};
	(void)state;

	ts_topics_make(&config, &topics);
	assert_int_equal(topics.count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		const struct ts_topic *topic = &topics.items[i];

		assert_string_equal(topic->name, expected[i].name);
		assert_int_equal(topic->role, expected[i].role);
		assert_int_equal(topic->is_read, expected[i].is_read);
		assert_int_equal(topic->is_ours, expected[i].is_ours);
		assert_int_equal(topic->stage, expected[i].stage);
		assert_true(topic->delay_ms == expected[i].delay_ms);
		assert_int_equal(topic->is_compacted, expected[i].is_compacted);
		assert_int_equal(topic->partitions, 0);
	}
	assert_true(topics.may_create);
	assert_int_equal(topics.jobs_partitions, 12);
	assert_string_equal(topics.brokers, "one:9092,two:9092");
}

static void a_topic_is_found_by_its_name_its_part_and_the_stage_before_it(void **state)
{
	TS_AUTO(ts_topics) topics = {0};
	(void)state;

	ts_topics_make(&config, &topics);
	for (size_t i = 0; i < topics.count; i++)
		assert_ptr_equal(ts_topics_find(&topics, topics.items[i].name),
				 &topics.items[i]);
	assert_null(ts_topics_find(&topics, "tablesync.jobs-retry-"));
	assert_null(ts_topics_find(&topics, ""));
	assert_string_equal(ts_topics_get(&topics, TS_TOPIC_REPLAY)->name,
			    "tablesync.jobs-retry-0");
	assert_string_equal(ts_topics_get(&topics, TS_TOPIC_DONE)->name,
			    "tablesync.jobs-dlt-done");
	assert_int_equal(ts_topics_next(&topics, 0)->delay_ms, 10000);
	assert_int_equal(ts_topics_next(&topics, 1)->delay_ms, 300000);
	assert_null(ts_topics_next(&topics, 2));
	assert_null(ts_topics_next(&topics, SIZE_MAX));
}

static void without_delays_a_job_has_nowhere_to_wait(void **state)
{
	struct ts_config without = config;
	TS_AUTO(ts_topics) topics = {0};
	(void)state;

	without.topics.retry_delays = (struct ts_delays){0};
	ts_topics_make(&without, &topics);
	assert_int_equal(topics.count, 5);
	assert_null(ts_topics_next(&topics, 0));
	assert_null(ts_topics_get(&topics, TS_TOPIC_RETRY));
	assert_non_null(ts_topics_get(&topics, TS_TOPIC_REPLAY));
}

static void the_longest_name_that_is_configured_is_not_cut(void **state)
{
	char name[TS_TOPIC_SIZE - sizeof("-retry-300000") + 1] = {0};
	struct ts_config long_named = config;
	TS_AUTO(ts_topics) topics = {0};
	(void)state;

	memset(name, 'j', sizeof(name) - 1);
	long_named.topics.jobs = name;
	ts_topics_make(&long_named, &topics);
	assert_int_equal(strlen(ts_topics_next(&topics, 1)->name), TS_TOPIC_SIZE - 1);
	assert_non_null(strstr(ts_topics_next(&topics, 1)->name, "j-retry-300000"));
}

/* A Prometheus counter's name: small letters and _, ending in _total. */
static void what_is_counted_has_names_of_its_own_as_metrics_have_them(void **state)
{
	static const char *const names[] = {
#define X(id, name, help) [id] = (name),
	    TS_TALLIES(X)
#undef X
	};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	(void)state;

	for (size_t i = 0; i < TS_TALLY_COUNT; i++) {
		size_t len = strlen(names[i]);

		assert_int_equal(strspn(names[i], letters), len);
		assert_true(len > 6);
		assert_string_equal(names[i] + len - 6, "_total");
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

static void what_is_added_is_counted_where_it_belongs(void **state)
{
	struct ts_tally tally = {0};
	(void)state;

	ts_tally_add(&tally, TS_TALLY_LOST, 3);
	ts_tally_add(&tally, TS_TALLY_RECEIVED, 1);
	ts_tally_add(&tally, TS_TALLY_LOST, INT64_C(1) << 40);
	for (size_t i = 0; i < TS_TALLY_COUNT; i++)
		assert_true(tally.values[i] == (i == TS_TALLY_LOST
						    ? (INT64_C(1) << 40) + 3
						: i == TS_TALLY_RECEIVED ? 1
									 : 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_topic_has_its_name_and_its_part),
	    cmocka_unit_test(
		a_topic_is_found_by_its_name_its_part_and_the_stage_before_it),
	    cmocka_unit_test(without_delays_a_job_has_nowhere_to_wait),
	    cmocka_unit_test(the_longest_name_that_is_configured_is_not_cut),
	    cmocka_unit_test(what_is_counted_has_names_of_its_own_as_metrics_have_them),
	    cmocka_unit_test(what_is_added_is_counted_where_it_belongs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
