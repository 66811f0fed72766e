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
		int64_t due;
		int retries = 0;

		while (ts_retry_again(cases[i].code, retries + 1, NOW, TS_FOREVER, 7,
				      &due))
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

			assert_true(ts_retry_again(TS_E_SOURCE_BUSY, attempts, NOW,
						   TS_FOREVER, random, &due));
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

		assert_int_equal(ts_retry_again(TS_E_SOURCE_BUSY, 1, NOW,
						cases[i].deadline, 0, &due),
				 cases[i].expected);
		assert_int_equal(due, cases[i].expected ? NOW + 50 : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_may_work_later_is_tried_again),
	    cmocka_unit_test(pauses_grow_and_differ_by_up_to_a_half),
	    cmocka_unit_test(a_pause_that_ends_after_the_deadline_is_not_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
