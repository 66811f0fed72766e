/* test_retry.c - pool/retry: which failures are tried again, and when. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "pool/retry.h"

enum { NOW = 5000 };

static const struct ts_error busy = {.code = TS_E_SOURCE_BUSY};

static void only_what_may_work_later_is_tried_again(void **state)
{
	static const struct {
		enum ts_code code;
		int retries;
	} cases[] = {
	    {TS_E_SOURCE_UNREACHABLE, 3},  {TS_E_SOURCE_BUSY, 3},
	    {TS_E_CATALOG_UNREACHABLE, 3}, {TS_E_SOURCE_TIMEOUT, 1},
	    {TS_E_TABLE_NOT_FOUND, 0},     {TS_E_SOURCE_LOGIN_DENIED, 0},
	    {TS_E_SOURCE_ERROR, 0},        {TS_E_CATALOG_REJECTED, 0},
	    {TS_E_DEADLINE_EXCEEDED, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ts_error err = {.code = cases[i].code};
		int64_t due;
		int retries = 0;

		while (ts_retry_again(&err, retries + 1, NOW, TS_FOREVER, 7, &due))
			retries++;
		assert_int_equal(retries, cases[i].retries);
	}
}

static void pauses_grow_and_differ_by_up_to_a_half(void **state)
{
	static const int64_t pauses[] = {100, 300, 900};
	(void)state;

	for (int attempts = 1; attempts <= 3; attempts++) {
		int64_t pause = pauses[attempts - 1], least = INT64_MAX, most = 0;

		for (uint32_t random = 0; random < 100000; random += 37) {
			int64_t due;

			assert_true(ts_retry_again(&busy, attempts, NOW, TS_FOREVER,
						   random, &due));
			least = due < least ? due : least;
			most = due > most ? due : most;
		}
		assert_int_equal(least, NOW + pause / 2);
		assert_int_equal(most, NOW + pause + pause / 2);
	}
}

static void a_pause_that_ends_after_the_deadline_is_not_made(void **state)
{
	static const struct {
		int64_t deadline;
		bool expected;
	} cases[] = {
	    {NOW - 1, false}, {NOW, false}, {NOW + 50, false}, {NOW + 51, true}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t due = -1; /* with the random number 0, the shortest pause */

		assert_int_equal(
		    ts_retry_again(&busy, 1, NOW, cases[i].deadline, 0, &due),
		    cases[i].expected);
		assert_int_equal(due, cases[i].expected ? NOW + 50 : -1);
	}
}

/* The first pause with the random number 0 is 50 ms. */
static void who_failed_is_not_asked_again_before_it_wants_to_be(void **state)
{
	static const struct {
		int retry_after_ms;
		int64_t deadline;
		int64_t expected; /* -1: not in this process */
	} cases[] = {
	    {0, TS_FOREVER, NOW + 50},      {-1, TS_FOREVER, NOW + 50},
	    {49, TS_FOREVER, NOW + 50},     {51, TS_FOREVER, NOW + 51},
	    {2000, TS_FOREVER, NOW + 2000}, {2000, NOW + 2000, -1},
	    {2000, NOW + 2001, NOW + 2000}, {2001, TS_FOREVER, -1},
	    {INT32_MAX, TS_FOREVER, -1},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ts_error err = {.code = TS_E_CATALOG_UNREACHABLE,
					     .retry_after_ms = cases[i].retry_after_ms};
		int64_t due = -1;

		assert_int_equal(
		    ts_retry_again(&err, 1, NOW, cases[i].deadline, 0, &due),
		    cases[i].expected != -1);
		assert_int_equal(due, cases[i].expected);
	}
}

/* The longest first pause is 150 ms, the longest second one 450 ms. */
static void a_deadline_is_blamed_where_a_retry_might_have_been_made(void **state)
{
	static const struct {
		struct ts_error err;
		int attempts;
		int64_t deadline;
		bool expected;
	} cases[] = {
	    {{.code = TS_E_SOURCE_BUSY}, 1, NOW + 150, true},
	    {{.code = TS_E_SOURCE_BUSY}, 1, NOW + 151, false},
	    {{.code = TS_E_SOURCE_BUSY}, 2, NOW + 450, true},
	    {{.code = TS_E_SOURCE_BUSY}, 2, TS_FOREVER, false},
	    {{.code = TS_E_SOURCE_BUSY}, 4, NOW + 1, false},    /* used up */
	    {{.code = TS_E_SOURCE_TIMEOUT}, 2, NOW + 1, false}, /* used up */
	    {{.code = TS_E_SOURCE_ERROR}, 1, NOW + 1, false},
	    {{TS_E_SOURCE_BUSY, "", 1500}, 1, NOW + 1500, true},
	    {{TS_E_SOURCE_BUSY, "", 2001}, 1, NOW + 1500, false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ts_retry_is_late(&cases[i].err, cases[i].attempts, NOW,
						  cases[i].deadline),
				 cases[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_may_work_later_is_tried_again),
	    cmocka_unit_test(pauses_grow_and_differ_by_up_to_a_half),
	    cmocka_unit_test(a_pause_that_ends_after_the_deadline_is_not_made),
	    cmocka_unit_test(who_failed_is_not_asked_again_before_it_wants_to_be),
	    cmocka_unit_test(a_deadline_is_blamed_where_a_retry_might_have_been_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
