/* test_client.c - the pure parts of the client: which call a reply is for, and what the
 * reply says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kafka/client_answer.h"
#include "kafka/client_calls.h"
#include "base/mem.h"

static const char mine[] = "00112233445566778899aabbccddeeff";

static void a_correlation_leads_back_to_its_number(void **state)
{
	const uint64_t numbers[] = {1, 42, 16384, 16385, (uint64_t)INT64_MAX};
	char text[TS_CORRELATION_SIZE];
	uint64_t number;
	(void)state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		ts_correlation_print(mine, numbers[i], text);
		assert_true(ts_correlation_parse(mine, text, strlen(text), &number));
		assert_true(number == numbers[i]);
	}
}

static void a_foreign_correlation_is_not_taken_for_ours(void **state)
{
	static const char *const foreign[] = {
	    "",
	    "-1",
	    "00112233445566778899aabbccddeeff",
	    "00112233445566778899aabbccddeeff-",
	    "00112233445566778899aabbccddeeff-0",
	    "00112233445566778899aabbccddeeff-+1",
	    "00112233445566778899aabbccddeeff-1x",
	    "00112233445566778899aabbccddeeff:1",
	    "00112233445566778899aabbccddeefe-1",
	    "00112233445566778899aabbccddeeff-99999999999999999999",
	    "00112233445566778899aabbccddeeff-1111111111111111111111111111111111111",
	};
	uint64_t number = 7;
	(void)state;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (ts_correlation_parse(mine, foreign[i], strlen(foreign[i]), &number))
			fail_msg("taken: %s", foreign[i]);
	assert_false(ts_correlation_parse(mine, "00112233445566778899aabbccddeeff-1\0",
					  35, &number));
	assert_int_equal(number, 7);
}

enum { MODEL = 40000 };

/* Against a slow model: random calls begin, end, are given and go. */
static void random_calls_are_found_until_they_are_removed(void **state)
{
	static struct ts_calls calls;
	static struct tablesync_call *live[MODEL], *ended[MODEL];
	size_t first = 0, last = 0, count = 0;
	(void)state;

	srand(11);
	for (int step = 0; step < 200000; step++) {
		uint64_t number = (uint64_t)(rand() % (int)(calls.last_number + 1));
		struct tablesync_call *call = live[number];

		assert_ptr_equal(ts_calls_find(&calls, number), call);
		assert_int_equal(calls.count, count);
		if (rand() % 3 == 0 && calls.last_number + 1 < MODEL) {
			call = ts_calloc(1, sizeof(*call));
			ts_calls_add(&calls, call);
			live[call->number] = call;
			count++;
		} else if (call && rand() % 2 && !call->has_ended) {
			ts_calls_end(&calls, call);
			ts_calls_end(&calls, call); /* twice is once */
			ended[last++] = call;
		} else if (call && rand() % 2) {
			ts_calls_remove(&calls, call);
			for (size_t i = first; i < last; i++)
				if (ended[i] == call)
					ended[i] = NULL;
			live[number] = NULL;
			free(call);
			count--;
		} else if (rand() % 4 == 0) {
			while (first < last && !ended[first])
				first++;
			call = first < last ? ended[first++] : NULL;
			assert_ptr_equal(ts_calls_next(&calls), call);
		}
	}
	assert_true(calls.last_number > 10000);
	while (count--) {
		struct tablesync_call *call = ts_calls_any(&calls);

		assert_non_null(call);
		ts_calls_remove(&calls, call);
		free(call);
	}
	assert_null(ts_calls_any(&calls));
	assert_null(ts_calls_next(&calls));
}

static void the_header_decides_and_the_json_stands_in_for_it(void **state)
{
	static const struct {
		const char *status, *job_id, *json;
		enum tablesync_status verdict;
		const char *ret_job_id, *error;
	} cases[] = {
	    {"ok", "t-0-1", "{\"status\":\"ok\"}", TABLESYNC_OK, "t-0-1", ""},
	    {"ok", "t-0-1", "{damaged", TABLESYNC_OK, "t-0-1", ""},
	    {"ok", NULL, "{\"job_id\":\"t-3-9\"}", TABLESYNC_OK, "t-3-9", ""},
	    {NULL, NULL, "{\"status\":\"ok\",\"job_id\":\"t-3-9\"}", TABLESYNC_OK,
	     "t-3-9", ""},
	    {"error", "t-0-1", "{\"error\":{\"code\":\"a\",\"message\":\"b\"}}",
	     TABLESYNC_JOB_ERROR, "t-0-1", "a: b"},
	    {NULL, NULL, "{\"status\":\"error\",\"error\":{\"code\":\"a\"}}",
	     TABLESYNC_JOB_ERROR, "before", "a: the reply says no more"},
	    {"error", "t-0-1", "[]", TABLESYNC_JOB_ERROR, "t-0-1",
	     "error: the reply says no more"},
	    {"error", "t-0-1", "{\"error\":{\"code\":\"a\",\"message\":\"x\\ny\"}}",
	     TABLESYNC_JOB_ERROR, "t-0-1", "a: x?y"},
	    {NULL, NULL, "{}", TABLESYNC_JOB_ERROR, "before",
	     "the reply cannot be read: it has no status"},
	    {"done", NULL, "{\"status\":\"ok\"}", TABLESYNC_JOB_ERROR, "before",
	     "the reply cannot be read: it has no status"},
	    {NULL, NULL, "", TABLESYNC_JOB_ERROR, "before",
	     "the reply cannot be read: it is empty"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_answer answer = {
		    .json = ts_strdup(cases[i].json),
		    .len = strlen(cases[i].json),
		    .status = ts_strdup(cases[i].status),
		    .job_id = ts_strdup(cases[i].job_id),
		};
		char job_id[288] = "before", error[TABLESYNC_ERROR_SIZE] = "";

		assert_int_equal(ts_answer_judge(&answer, job_id, error),
				 cases[i].verdict);
		assert_string_equal(job_id, cases[i].ret_job_id);
		assert_string_equal(error, cases[i].error);
		assert_string_equal(answer.json, cases[i].json);
		ts_answer_release(&answer);
	}
}

static void a_damaged_error_is_said_to_be_unreadable(void **state)
{
	struct ts_answer answer = {
	    .json = ts_strdup("{\"error\":"), .len = 9, .status = ts_strdup("error")};
	char job_id[288] = "", error[TABLESYNC_ERROR_SIZE] = "";
	(void)state;

	assert_int_equal(ts_answer_judge(&answer, job_id, error), TABLESYNC_JOB_ERROR);
	assert_non_null(strstr(error, "the reply cannot be read: line 1"));
	ts_answer_release(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_correlation_leads_back_to_its_number),
	    cmocka_unit_test(a_foreign_correlation_is_not_taken_for_ours),
	    cmocka_unit_test(random_calls_are_found_until_they_are_removed),
	    cmocka_unit_test(the_header_decides_and_the_json_stands_in_for_it),
	    cmocka_unit_test(a_damaged_error_is_said_to_be_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
