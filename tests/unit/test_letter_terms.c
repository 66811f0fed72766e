/* test_letter_terms.c - dead letters counted, and the times that people may name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter_terms.h"
#include "kafka/letter_groups.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW_MS INT64_C(1795410000000)
#define HOUR_MS INT64_C(3600000)

static void times_are_moments_or_how_long_ago(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
	    {"2026-11-23T05:00:00Z", INT64_C(1795410000000)},
	    {"2026-11-23T05:00:00.5Z", INT64_C(1795410000500)},
	    {"2h", NOW_MS - 2 * HOUR_MS},
	    {"90s", NOW_MS - 90000},
	    {"200ms", NOW_MS - 200},
	    {"7d", NOW_MS - 7 * 24 * HOUR_MS},
	    {"0s", NOW_MS},
	    {"", -1},
	    {"d", -1},
	    {"-1d", -1},
	    {"1.5h", -1},
	    {"7 d", -1},
	    {"99999999999999999999d", -1},
	    {"9223372036854775807h", -1},
	    {"2026-11-23", -1},
	    {"2026-11-23T05:00:00", -1},
	    {"2026-11-23T05:00:00+01:00", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct ts_letter_terms terms = {.since = cases[i].text,
						      .prefix = ""};
		TS_AUTO(ts_letter_filter) filter = {0};
		struct ts_config config = {0};
		struct ts_error err = {0};

		assert_int_equal(
		    ts_letter_terms_make(&terms, &config, NOW_MS, &filter, &err),
		    cases[i].ms >= 0);
		if (cases[i].ms >= 0)
			assert_int_equal(filter.since_ms, cases[i].ms);
		else
			assert_int_equal(err.code, TS_E_USAGE);
	}
}

static void add(struct ts_letter_groups *groups, const char *error,
		int32_t datasource_id, int64_t age_ms, int64_t offset)
{
	const struct ts_message message = {.timestamp_ms = NOW_MS - age_ms,
					   .offset = offset};
	struct ts_letter letter = {.message = &message,
				   .has_datasource = datasource_id >= 0,
				   .datasource_id = datasource_id};

	snprintf(letter.error, sizeof(letter.error), "%s", error);
	snprintf(letter.text, sizeof(letter.text), "letter %d", (int)offset);
	ts_letter_groups_add(groups, &letter, NOW_MS);
}

static void letters_are_counted_by_age_and_the_newest_is_kept(void **state)
{
	static const struct {
		int64_t age_ms;
		size_t age;
	} cases[] = {{-5000, 0},
		     {0, 0},
		     {HOUR_MS - 1, 0},
		     {HOUR_MS, 1},
		     {24 * HOUR_MS - 1, 1},
		     {24 * HOUR_MS, 2},
		     {7 * 24 * HOUR_MS - 1, 2},
		     {7 * 24 * HOUR_MS, 3},
		     {NOW_MS, 3}};
	size_t wanted[TS_LETTER_AGES] = {0};
	TS_AUTO(ts_letter_groups) groups = {0};

	(void)state;
	for (size_t i = COUNT(cases); i-- > 0;) {
		add(&groups, "source_busy", 8, cases[i].age_ms, (int64_t)i);
		wanted[cases[i].age]++;
	}
	assert_int_equal(groups.count, 1);
	assert_memory_equal(groups.items[0].ages, wanted, sizeof(wanted));
	assert_int_equal(groups.items[0].count, COUNT(cases));
	assert_int_equal(groups.items[0].offset, 0);
	assert_string_equal(groups.items[0].text, "letter 0");
	assert_int_equal(groups.items[0].oldest_ms, 0);
	assert_int_equal(groups.items[0].newest_ms, NOW_MS + 5000);
}

static void
the_largest_group_comes_first_and_no_flood_makes_more_than_a_thousand(void **state)
{
	TS_AUTO(ts_letter_groups) groups = {0};
	size_t letters = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		add(&groups, "bad_value", i, 0, i);
	for (int i = 0; i < 5000; i++)
		add(&groups, "source_busy", 8, 0, i);
	add(&groups, "bad_value", -1, 0, 1);
	ts_letter_groups_sort(&groups);
	assert_int_equal(groups.count, TS_LETTER_GROUPS);
	assert_int_equal(groups.letters, 8001);
	assert_string_equal(groups.items[0].error, "others");
	assert_int_equal(groups.items[0].count,
			 3000 - (TS_LETTER_GROUPS - 1) + 5000 + 1);
	for (size_t i = 0; i < groups.count; i++)
		letters += groups.items[i].count;
	assert_int_equal(letters, 8001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_moments_or_how_long_ago),
	    cmocka_unit_test(letters_are_counted_by_age_and_the_newest_is_kept),
	    cmocka_unit_test(
		the_largest_group_comes_first_and_no_flood_makes_more_than_a_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
