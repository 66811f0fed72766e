/* test_fate.c - pool/fate: an answer, a retry topic, a dead letter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/fate.h"

enum { NOW = 50000, HOUR = 3600000, RECORD_BYTES = 1000000 };

static char busy[] = "source_busy", timeout[] = "source_timeout",
	    denied[] = "source_denied", crash[] = "worker_crash";
static char *listed[] = {busy, timeout, denied, crash};
static int64_t delays[] = {10000, 300000};
static const struct ts_config with_topics = {
    .topics = {.retry_delays = {delays, 2}, .dead_letters = {listed, 4}}};
static const struct ts_config without_topics = {
    .topics = {.dead_letters = {listed, 4}}};

struct fate_case {
	struct ts_error err;
	size_t stage;
	int64_t deadline;
	enum ts_fate expected;
	int64_t due; /* -1: none */
};

/* All of them have used up their retries in the process. */
static void check(const struct ts_config *config, const struct fate_case *cases,
		  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ts_task task = {.err = cases[i].err,
				       .stage = cases[i].stage,
				       .deadline_ms = cases[i].deadline,
				       .attempts = 4};
		int64_t due = -1;
		enum ts_fate fate = ts_fate_of(config, &task, NOW, &due);

		if (fate != cases[i].expected || due != cases[i].due)
			print_error("case %zu: fate %d, due %lld\n", i, (int)fate,
				    (long long)due);
		assert_int_equal(fate, cases[i].expected);
		assert_int_equal(due, cases[i].due);
	}
}

#define CHECK(config, cases) check(config, cases, sizeof(cases) / sizeof(*(cases)))

static void what_may_work_later_goes_through_the_retry_topics(void **state)
{
	static const struct fate_case cases[] = {
	    {{.code = TS_OK}, 0, TS_FOREVER, TS_FATE_ANSWER, -1},
	    {{.code = TS_E_SOURCE_BUSY}, 0, TS_FOREVER, TS_FATE_RETRY, NOW + 10000},
	    {{.code = TS_E_SOURCE_BUSY}, 1, TS_FOREVER, TS_FATE_RETRY, NOW + 300000},
	    {{.code = TS_E_SOURCE_BUSY}, 2, TS_FOREVER, TS_FATE_LETTER, -1},
	    {{.code = TS_E_SOURCE_BUSY}, 3, TS_FOREVER, TS_FATE_LETTER, -1},
	    /* Used up, but not listed. */
	    {{.code = TS_E_CATALOG_UNREACHABLE}, 2, TS_FOREVER, TS_FATE_ANSWER, -1},
	};
	static const struct fate_case at_once[] = {
	    {{.code = TS_E_SOURCE_BUSY}, 0, TS_FOREVER, TS_FATE_LETTER, -1},
	    {{.code = TS_E_CATALOG_UNREACHABLE}, 0, TS_FOREVER, TS_FATE_ANSWER, -1},
	};
	(void)state;

	CHECK(&with_topics, cases);
	CHECK(&without_topics, at_once);
}

static void what_can_never_work_is_not_tried_again(void **state)
{
	static const struct fate_case cases[] = {
	    {{.code = TS_E_SOURCE_DENIED}, 0, TS_FOREVER, TS_FATE_LETTER, -1},
	    {{.code = TS_E_WORKER_CRASH}, 0, TS_FOREVER, TS_FATE_LETTER, -1},
	    {{.code = TS_E_WORKER_CRASH}, 0, NOW - 1, TS_FATE_LETTER, -1},
	    {{.code = TS_E_TABLE_NOT_FOUND}, 0, TS_FOREVER, TS_FATE_ANSWER, -1},
	    {{.code = TS_E_SOURCE_LOGIN_DENIED}, 1, TS_FOREVER, TS_FATE_ANSWER, -1},
	    {{.code = TS_E_DEADLINE_EXCEEDED}, 0, NOW - 1, TS_FATE_ANSWER, -1},
	    {{TS_E_CATALOG_REJECTED, "", 500}, 0, TS_FOREVER, TS_FATE_ANSWER, -1},
	};
	(void)state;

	CHECK(&with_topics, cases);
}

static void a_deadline_ends_retrying_with_the_last_error_as_the_answer(void **state)
{
	static const struct fate_case cases[] = {
	    {{.code = TS_E_SOURCE_BUSY}, 0, NOW + 10001, TS_FATE_RETRY, NOW + 10000},
	    {{.code = TS_E_SOURCE_BUSY}, 0, NOW + 10000, TS_FATE_ANSWER, -1},
	    {{.code = TS_E_SOURCE_BUSY}, 0, NOW - 5, TS_FATE_ANSWER, -1},
	    {{.code = TS_E_SOURCE_BUSY}, 1, NOW + 10001, TS_FATE_ANSWER, -1},
	    /* Nobody has cut this one short. */
	    {{.code = TS_E_SOURCE_BUSY}, 2, NOW + 10000, TS_FATE_LETTER, -1},
	    {{.code = TS_E_SOURCE_BUSY}, 2, NOW, TS_FATE_ANSWER, -1},
	};
	struct ts_task hurried = {
	    .err = {.code = TS_E_SOURCE_BUSY}, .deadline_ms = NOW + 100, .attempts = 1};
	int64_t due;
	(void)state;

	CHECK(&with_topics, cases);
	/* Two more retries in the process, had there been time. */
	assert_int_equal(ts_fate_of(&without_topics, &hurried, NOW, &due),
			 TS_FATE_ANSWER);
	hurried.attempts = 4;
	assert_int_equal(ts_fate_of(&without_topics, &hurried, NOW, &due),
			 TS_FATE_LETTER);
}

static void a_retry_comes_no_earlier_than_it_was_asked_for(void **state)
{
	static const struct fate_case cases[] = {
	    {{TS_E_CATALOG_UNREACHABLE, "", 9999},
	     0,
	     TS_FOREVER,
	     TS_FATE_RETRY,
	     NOW + 10000},
	    {{TS_E_CATALOG_UNREACHABLE, "", 60000},
	     0,
	     TS_FOREVER,
	     TS_FATE_RETRY,
	     NOW + 60000},
	    {{TS_E_CATALOG_UNREACHABLE, "", 60000}, 0, NOW + 60000, TS_FATE_ANSWER, -1},
	    {{TS_E_CATALOG_UNREACHABLE, "", INT32_MAX},
	     1,
	     TS_FOREVER,
	     TS_FATE_RETRY,
	     NOW + HOUR},
	    {{TS_E_CATALOG_UNREACHABLE, "", -7},
	     0,
	     TS_FOREVER,
	     TS_FATE_RETRY,
	     NOW + 10000},
	};
	(void)state;

	CHECK(&with_topics, cases);
}

static struct ts_task *task(enum ts_code code, int64_t deadline_ms)
{
	struct ts_task *task = ts_task_new();

	task->err.code = code;
	task->deadline_ms = deadline_ms;
	task->attempts = 4;
	return task;
}

static void a_reply_is_made_unless_it_is_to_be_tried_again_later(void **state)
{
	static const struct {
		enum ts_code code;
		enum ts_fate given, expected;
		bool has_reply;
	} cases[] = {
	    {TS_E_SOURCE_BUSY, TS_FATE_NONE, TS_FATE_RETRY, false},
	    {TS_E_SOURCE_BUSY, TS_FATE_ANSWER, TS_FATE_ANSWER, true},
	    {TS_E_SOURCE_DENIED, TS_FATE_NONE, TS_FATE_LETTER, true},
	    {TS_E_TABLE_NOT_FOUND, TS_FATE_NONE, TS_FATE_ANSWER, true},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_task *one = task(cases[i].code, TS_FOREVER);

		one->fate = cases[i].given;
		ts_fate_settle(&with_topics, one, RECORD_BYTES, NOW);
		assert_int_equal(one->fate, cases[i].expected);
		assert_int_equal(one->reply.len > 0, cases[i].has_reply);
		assert_int_equal(one->due_ms, cases[i].has_reply ? 0 : NOW + 10000);
		ts_task_free(one);
	}
}

static void a_reply_that_is_there_is_kept(void **state)
{
	static const enum ts_code codes[] = {TS_OK, TS_E_SOURCE_DENIED};
	(void)state;

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct ts_task *one = task(codes[i], TS_FOREVER);

		ts_buf_puts(&one->reply, "{}");
		ts_fate_settle(&with_topics, one, RECORD_BYTES, NOW);
		assert_int_equal(one->fate,
				 codes[i] == TS_OK ? TS_FATE_ANSWER : TS_FATE_LETTER);
		assert_string_equal(ts_buf_text(&one->reply), "{}");
		ts_task_free(one);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_may_work_later_goes_through_the_retry_topics),
	    cmocka_unit_test(what_can_never_work_is_not_tried_again),
	    cmocka_unit_test(
		a_deadline_ends_retrying_with_the_last_error_as_the_answer),
	    cmocka_unit_test(a_retry_comes_no_earlier_than_it_was_asked_for),
	    cmocka_unit_test(a_reply_is_made_unless_it_is_to_be_tried_again_later),
	    cmocka_unit_test(a_reply_that_is_there_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
