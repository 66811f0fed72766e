/* test_job_log.c - http/job_log: what it keeps of jobs, in which order, for whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/job_log.h"

enum { SOME = 1000, ENOUGH_BYTES = 1 << 20 };

#define JOB "{\"datasource_id\":8,\"schema\":\"main.dbo\",\"table\":\"foobar\"}"
#define OK_TAIL                                                                        \
	"\"job\":" JOB ",\"change\":{\"kind\":\"updated\",\"version\":3},"             \
	"\"table\":{\"id\":17194,\"url\":\"/table/17194/\",\"columns\":[1,2]},"        \
	"\"timing\":{\"queued_ms\":1,\"read_ms\":2,\"write_ms\":3},\"warnings\":[]}"

static void answer(struct ts_job_log *log, int64_t at_ms, const char *text)
{
	const struct ts_message record = {
	    .timestamp_ms = at_ms, .value = text, .value_len = strlen(text)};

	ts_job_log_answer(log, &record);
}

/* An answer to job `number`, an ok where `error` is NULL. */
static void answer_job(struct ts_job_log *log, int number, int replay, int64_t at_ms,
		       int ds_id, const char *error)
{
	TS_AUTO(ts_buf) text = {0};

	ts_buf_printf(&text,
		      "{\"status\":\"%s\",\"code\":%d,\"job_id\":\"jobs-0-%d\","
		      "\"replay\":%d,\"job\":{\"datasource_id\":%d,\"schema\":\"s%d\","
		      "\"table\":\"t\"}",
		      error ? "error" : "ok", error ? 404 : 201, number, replay, ds_id,
		      number % 3);
	if (error)
		ts_buf_printf(&text,
			      ",\"error\":{\"code\":\"%s\",\"message\":\"m\","
			      "\"retryable\":true}",
			      error);
	ts_buf_puts(&text, "}");
	answer(log, at_ms, text.data);
}

static struct ts_job_filter all(void)
{
	return (struct ts_job_filter){.ds_id = -1, .limit = TS_JOB_LIST_MAX};
}

/* The numbers of the jobs that are listed, "5 4 3"; a page ends with a bar. */
static void list(struct ts_job_log *log, struct ts_job_filter filter,
		 struct ts_buf *numbers)
{
	TS_AUTO(ts_buf) next = {0};
	struct ts_error err = {0};

	do {
		TS_AUTO(ts_buf) before = next;
		json_t *jobs, *job;
		size_t at;

		next = (struct ts_buf){0};
		if (before.len)
			filter.before = before.data;
		assert_true(ts_job_log_list(log, &filter, &jobs, &next, &err));
		json_array_foreach(jobs, at, job)
		{
			const char *id = ts_json_text(job, "job_id");

			ts_buf_printf(numbers, "%s%s", numbers->len ? " " : "",
				      strrchr(id, '-') + 1);
		}
		json_decref(jobs);
		ts_buf_puts(numbers, next.len ? " |" : "");
	} while (next.len);
}

static void assert_listed(struct ts_job_log *log, struct ts_job_filter filter,
			  const char *expected)
{
	TS_AUTO(ts_buf) numbers = {0};

	list(log, filter, &numbers);
	assert_string_equal(ts_buf_text(&numbers), expected);
}

static void assert_told(TS_TAKES json_t *job, const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	assert_non_null(job);
	ts_json_print(job, &text);
	json_decref(job);
	assert_string_equal(text.data, expected);
}

static void a_job_is_told_with_all_its_members(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	(void)state;

	answer(log, 1795410000123,
	       "{\"status\":\"ok\",\"code\":201,\"job_id\":\"j-0-1\",\"replay\":"
	       "2," OK_TAIL);
	answer(log, 1795410000124,
	       "{\"status\":\"error\",\"code\":400,\"job_id\":\"j-0-2\",\"replay\":0,"
	       "\"job\":null,\"error\":{\"code\":\"bad_message\",\"message\":\"no "
	       "\\\"job\\\"\","
	       "\"retryable\":false},\"warnings\":[]}");
	ts_job_log_publish(log, "j-0-3", JOB, 1795410000125);
	assert_told(ts_job_log_get(log, NULL, "j-0-1"),
		    "{\"job_id\":\"j-0-1\",\"replay\":2,\"state\":\"ok\",\"code\":201,"
		    "\"job\":" JOB ",\"answered_at\":\"2026-11-23T05:00:00.123000Z\","
		    "\"change\":{\"kind\":\"updated\",\"version\":3},"
		    "\"table\":{\"id\":17194,\"url\":\"/table/17194/\"},\"error\":null,"
		    "\"timing\":{\"queued_ms\":1,\"read_ms\":2,\"write_ms\":3}}");
	assert_told(
	    ts_job_log_get(log, NULL, "j-0-2"),
	    "{\"job_id\":\"j-0-2\",\"replay\":0,\"state\":\"error\",\"code\":400,"
	    "\"job\":null,\"answered_at\":\"2026-11-23T05:00:00.124000Z\","
	    "\"change\":null,\"table\":null,\"error\":{\"code\":\"bad_message\","
	    "\"message\":\"no \\\"job\\\"\",\"retryable\":false},\"timing\":null}");
	assert_told(ts_job_log_get(log, NULL, "j-0-3"),
		    "{\"job_id\":\"j-0-3\",\"replay\":0,\"state\":\"pending\","
		    "\"code\":null,\"job\":" JOB
		    ",\"answered_at\":null,\"change\":null,\"table\":null,"
		    "\"error\":null,\"timing\":null}");
	assert_null(ts_job_log_get(log, NULL, "j-0-4"));
	ts_job_log_free(log);
}

static void what_is_no_reply_is_passed_over(void **state)
{
	static const char *const texts[] = {
	    "",
	    "null",
	    "[]",
	    "{}",
	    "{\"status\":\"ok\"}",
	    "{\"job_id\":\"j-0-1\"}",
	    "{\"status\":\"maybe\",\"job_id\":\"j-0-1\"}",
	    "{\"status\":\"ok\",\"job_id\":7}",
	    "{\"status\":\"ok\",\"job_id\":\"j-0-1\"",
	};
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	const struct ts_message none = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		answer(log, 1, texts[i]);
	ts_job_log_answer(log, &none);
	assert_int_equal(ts_job_log_count(log), 0);
	ts_job_log_free(log);
}

static void jobs_are_listed_by_time_whatever_order_they_come_in(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	struct ts_job_filter filter = all();
	(void)state;

	answer_job(log, 3, 0, 300, 8, NULL);
	answer_job(log, 1, 0, 100, 8, NULL);
	answer_job(log, 5, 0, 500, 8, NULL);
	answer_job(log, 2, 0, 200, 8, NULL);
	answer_job(log, 4, 0, 300, 8, NULL);
	assert_listed(log, filter, "5 4 3 2 1");
	filter.limit = 2;
	assert_listed(log, filter, "5 4 | 3 2 | 1");
	filter.limit = 5;
	assert_listed(log, filter, "5 4 3 2 1");
	ts_job_log_free(log);
}

static void many_jobs_in_any_order_are_sorted_as_well(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	TS_AUTO(ts_buf) numbers = {0}, expected = {0};
	struct ts_job_filter filter = all();
	(void)state;

	filter.limit = 7;
	/* 389 and 997 have no common divisor: each number comes once. */
	for (int i = 0; i < 997; i++)
		answer_job(log, i * 389 % 997, 0, i * 389 % 997, 8, NULL);
	list(log, filter, &numbers);
	for (int i = 996; i >= 0; i--)
		ts_buf_printf(&expected, "%s%d%s", i == 996 ? "" : " ", i,
			      (996 - i) % 7 == 6 && i ? " |" : "");
	assert_string_equal(numbers.data, expected.data);
	ts_job_log_free(log);
}

static void what_is_looked_for_is_found_far_back_as_well(void **state)
{
	enum { FAR = 20000 };
	struct ts_job_log *log = ts_job_log_new(FAR, 100 * ENOUGH_BYTES);
	struct ts_job_filter filter = all();
	(void)state;

	for (int i = 0; i < FAR; i++)
		answer_job(log, i, 0, i / 3, i % 8192 == 1 ? 9 : 8, NULL);
	filter.ds_id = 9;
	assert_listed(log, filter, "16385 8193 1");
	filter.limit = 1;
	assert_listed(log, filter, "16385 | 8193 | 1");
	ts_job_log_free(log);
}

static void conditions_leave_out_the_others(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	struct ts_job_filter by_state = all(), by_source = all(), by_schema = all(),
			     by_table = all(), by_error = all(), by_all = all();
	(void)state;

	answer_job(log, 1, 0, 100, 8, NULL);
	answer_job(log, 2, 0, 200, 9, "table_not_found");
	answer_job(log, 3, 0, 300, 9, "source_busy");
	answer_job(log, 4, 0, 400, 8, NULL);
	ts_job_log_publish(log, "jobs-0-5", JOB, 500);
	by_state.state = TS_JOB_PENDING;
	assert_listed(log, by_state, "5");
	by_state.state = TS_JOB_OK;
	assert_listed(log, by_state, "4 1");
	by_source.ds_id = 9;
	assert_listed(log, by_source, "3 2");
	by_schema.schema = "s1";
	assert_listed(log, by_schema, "4 1");
	by_table.table = "foobar";
	assert_listed(log, by_table, "5");
	by_error.error = "source_busy";
	assert_listed(log, by_error, "3");
	by_all.ds_id = 9;
	by_all.schema = "s1";
	assert_listed(log, by_all, "");
	ts_job_log_free(log);
}

static void a_wrong_place_to_go_on_is_refused(void **state)
{
	static const char *const places[] = {"",
					     "1",
					     "-x",
					     "x-1",
					     "99999999999999999999-x",
					     "12345678901234567890123-x"};
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	(void)state;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct ts_job_filter filter = all();
		TS_AUTO(ts_buf) next = {0};
		struct ts_error err = {0};
		json_t *jobs;

		filter.before = places[i];
		assert_false(ts_job_log_list(log, &filter, &jobs, &next, &err));
		assert_int_equal(err.code, TS_E_BAD_VALUE);
	}
	ts_job_log_free(log);
}

static void the_later_answer_of_a_job_stands(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	json_t *job;
	(void)state;

	ts_job_log_publish(log, "jobs-0-1", JOB, 50);
	answer_job(log, 1, 0, 100, 8, "source_busy");
	ts_job_log_publish(log, "jobs-0-1", JOB, 150);
	answer_job(log, 1, 1, 200, 8, NULL);
	answer_job(log, 1, 0, 300, 8, "source_busy"); /* read late */
	answer_job(log, 2, 0, 150, 8, NULL);
	assert_int_equal(ts_job_log_count(log), 2);
	assert_listed(log, all(), "1 2");
	job = ts_job_log_get(log, NULL, "jobs-0-1");
	assert_int_equal(json_integer_value(json_object_get(job, "replay")), 1);
	assert_string_equal(ts_json_text(job, "state"), "ok");
	json_decref(job);
	ts_job_log_free(log);
}

static void the_oldest_go_and_it_is_known_since_when_all_are_there(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	(void)state;

	assert_true(ts_job_log_since(log) == INT64_MIN);
	for (int i = 1; i <= 5 * SOME; i++) {
		answer_job(log, i, 0, 1000 + i, 8, NULL);
		assert_true(ts_job_log_count(log) <= SOME + SOME / 16);
	}
	assert_true(ts_job_log_count(log) >= SOME);
	assert_null(ts_job_log_get(log, NULL, "jobs-0-1"));
	for (int i = 4 * SOME + 1; i <= 5 * SOME; i++) {
		char id[32];
		json_t *job;

		snprintf(id, sizeof(id), "jobs-0-%d", i);
		job = ts_job_log_get(log, NULL, id);
		assert_non_null(job);
		json_decref(job);
	}
	assert_int_equal(ts_job_log_since(log),
			 1000 + 5 * SOME - (int)ts_job_log_count(log) + 1);
	ts_job_log_set_since(log, 5);
	assert_true(ts_job_log_since(log) > 5);
	ts_job_log_free(log);
}

static void it_holds_no_more_bytes_than_it_may(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, 64 * 1024);
	(void)state;

	for (int i = 1; i <= SOME; i++)
		answer_job(log, i, 0, i, 8, "table_not_found");
	/* An entry takes from 100 to 400 bytes. */
	assert_in_range(ts_job_log_count(log), 64 * 1024 / 400 * 15 / 16,
			64 * 1024 / 100);
	ts_job_log_free(log);
}

static void texts_that_are_too_long_are_left_out(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	TS_AUTO(ts_buf) text = {0}, name = {0};
	json_t *job;
	(void)state;

	for (int i = 0; i < 2000; i++)
		ts_buf_putc(&name, 'x');
	ts_buf_printf(
	    &text,
	    "{\"status\":\"ok\",\"code\":201,\"job_id\":\"jobs-0-1\",\"replay\":0,"
	    "\"job\":{\"datasource_id\":8,\"schema\":\"%s\",\"table\":\"t\"},"
	    "\"change\":{\"columns_added\":[\"%s\"],\"version\":3,"
	    "\"kind\":\"updated\"},\"table\":{\"id\":1,\"url\":\"/%s\"}}",
	    name.data, name.data, name.data);
	answer(log, 1, text.data);
	job = ts_job_log_get(log, NULL, "jobs-0-1");
	assert_true(json_is_null(json_object_get(job, "job")));
	assert_true(
	    json_is_null(json_object_get(json_object_get(job, "table"), "url")));
	assert_int_equal(json_object_size(json_object_get(job, "change")), 2);
	assert_string_equal(ts_json_text(json_object_get(job, "change"), "kind"),
			    "updated");
	json_decref(job);
	ts_job_log_free(log);
}

static void a_token_with_limits_sees_only_what_is_within(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	int32_t nine = 9;
	const struct ts_scope scope = {.datasources = &nine, .datasource_count = 1};
	struct ts_job_filter filter = all();
	(void)state;

	answer_job(log, 1, 0, 100, 8, NULL);
	answer_job(log, 2, 0, 200, 9, NULL);
	answer(
	    log, 300,
	    "{\"status\":\"error\",\"code\":400,\"job_id\":\"jobs-0-3\",\"replay\":0,"
	    "\"job\":null,\"error\":{\"code\":\"bad_message\",\"message\":\"m\"}}");
	filter.scope = &scope;
	assert_listed(log, filter, "2");
	assert_null(ts_job_log_get(log, &scope, "jobs-0-1"));
	assert_null(ts_job_log_get(log, &scope, "jobs-0-3"));
	assert_null(ts_job_log_last(log, &scope, 8));
	assert_listed(log, all(), "3 2 1");
	ts_job_log_free(log);
}

static void assert_last(struct ts_job_log *log, int ds_id, const char *expected)
{
	json_t *job = ts_job_log_last(log, NULL, ds_id);

	if (!expected)
		assert_null(job);
	else
		assert_string_equal(ts_json_text(job, "job_id"), expected);
	json_decref(job);
}

static void the_last_answer_of_each_source_is_known(void **state)
{
	struct ts_job_log *log = ts_job_log_new(4, ENOUGH_BYTES);
	(void)state;

	answer_job(log, 1, 0, 100, 9, NULL);
	answer_job(log, 2, 0, 300, 8, NULL);
	answer_job(log, 3, 0, 200, 8, NULL); /* read late */
	ts_job_log_publish(log, "jobs-0-9", JOB, 900);
	assert_last(log, 8, "jobs-0-2");
	assert_last(log, 9, "jobs-0-1");
	assert_last(log, 7, NULL);
	answer_job(log, 2, 1, 400, 8, NULL); /* replayed */
	assert_last(log, 8, "jobs-0-2");
	for (int i = 10; i < 20; i++)
		answer_job(log, i, 0, 1000 + i, 7, NULL);
	assert_last(log, 7, "jobs-0-19");
	assert_last(log, 8, NULL); /* too old to be there */
	ts_job_log_free(log);
}

static void nobody_waits_for_ever_until_all_is_read(void **state)
{
	struct ts_job_log *log = ts_job_log_new(SOME, ENOUGH_BYTES);
	(void)state;

	assert_false(ts_job_log_wait(log, ts_now_ms() + 1));
	ts_job_log_set_complete(log);
	assert_true(ts_job_log_wait(log, TS_FOREVER));
	ts_job_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_is_told_with_all_its_members),
	    cmocka_unit_test(what_is_no_reply_is_passed_over),
	    cmocka_unit_test(jobs_are_listed_by_time_whatever_order_they_come_in),
	    cmocka_unit_test(many_jobs_in_any_order_are_sorted_as_well),
	    cmocka_unit_test(what_is_looked_for_is_found_far_back_as_well),
	    cmocka_unit_test(conditions_leave_out_the_others),
	    cmocka_unit_test(a_wrong_place_to_go_on_is_refused),
	    cmocka_unit_test(the_later_answer_of_a_job_stands),
	    cmocka_unit_test(the_oldest_go_and_it_is_known_since_when_all_are_there),
	    cmocka_unit_test(it_holds_no_more_bytes_than_it_may),
	    cmocka_unit_test(texts_that_are_too_long_are_left_out),
	    cmocka_unit_test(a_token_with_limits_sees_only_what_is_within),
	    cmocka_unit_test(the_last_answer_of_each_source_is_known),
	    cmocka_unit_test(nobody_waits_for_ever_until_all_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
