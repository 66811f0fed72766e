/* test_window.c - kafka/window: what is committed is never above what is incomplete. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/window.h"

static void assert_metadata(const struct ts_window *window, const char *expected)
{
	TS_AUTO(ts_buf) text = {0};

	ts_window_metadata(window, &text);
	assert_string_equal(ts_buf_text(&text), expected);
}

static void a_job_done_early_waits_for_the_one_before(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	assert_true(ts_window_start(&window, 40, NULL, 0));
	assert_true(ts_window_enter(&window, 40));
	assert_true(ts_window_enter(&window, 41));
	assert_true(ts_window_enter(&window, 42));
	ts_window_complete(&window, 41);
	assert_int_equal(window.base, 40);
	assert_metadata(&window, "ts1 1+1");
	ts_window_complete(&window, 40);
	assert_int_equal(window.base, 42);
	assert_metadata(&window, "");
}

static void offsets_that_do_not_exist_hold_up_nobody(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	ts_window_start(&window, 10, NULL, 0);
	assert_true(ts_window_enter(&window, 15));
	assert_int_equal(window.base, 15);
	assert_true(ts_window_enter(&window, 20));
	ts_window_complete(&window, 20);
	assert_int_equal(window.base, 15);
	assert_metadata(&window, "ts1 1+5");
	ts_window_complete(&window, 15);
	assert_int_equal(window.base, 21);
}

static void a_restart_runs_only_what_was_incomplete(void **state)
{
	static const char map[] = "ts1 2+3 1+1 garbage that the length leaves out";
	TS_AUTO(ts_window) window = {0};
	bool runs[10] = {0};
	(void)state;

	assert_true(ts_window_start(&window, 100, map, 11));
	for (int i = 0; i < 8; i++)
		runs[i] = ts_window_enter(&window, 100 + i);
	assert_true(runs[0] && runs[1] && !runs[2] && !runs[3] && !runs[4] && runs[5] &&
		    !runs[6] && runs[7]);
	ts_window_complete(&window, 101);
	ts_window_complete(&window, 100);
	assert_int_equal(window.base, 105);
	ts_window_complete(&window, 105);
	assert_int_equal(window.base, 107);
}

static void foreign_or_damaged_metadata_counts_as_empty(void **state)
{
	static const char *const wrong[] = {
	    "hello",
	    "ts1 0+1",
	    "ts1 1+0",
	    "ts1 -1+2",
	    "ts1 1",
	    "ts1 1+1x",
	    "ts11+1",
	    "ts1 1+9999999999999999",
	    "ts1 1+1 9999999999999999+1",
	    "ts1 1 + 1",
	    "ts1 1+1  ",
	    "ts2 1+1",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		TS_AUTO(ts_window) window = {0};

		assert_false(ts_window_start(&window, 5, wrong[i], strlen(wrong[i])));
		assert_int_equal(window.base, 5);
		assert_int_equal(window.count, 0);
		assert_true(ts_window_enter(&window, 5));
	}
}

static void a_topic_made_anew_is_read_from_its_beginning(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	ts_window_start(&window, 1000, "ts1 1+1", 7);
	assert_true(ts_window_enter(&window, 0));
	assert_true(ts_window_enter(&window, 1));
	ts_window_complete(&window, 0);
	assert_int_equal(window.base, 1);
}

static void a_partition_that_is_read_from_an_earlier_place_is_noticed(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	ts_window_start(&window, 10, NULL, 0);
	assert_false(ts_window_went_back(&window, 3)); /* the first may lie anywhere */
	ts_window_enter(&window, 10);
	ts_window_enter(&window, 11);
	assert_false(ts_window_went_back(&window, 12));
	assert_true(ts_window_went_back(&window, 11));
	assert_true(ts_window_went_back(&window, 0));
}

/* A retry topic that is written in transactions: job, control record, job, … */
static void a_gap_in_what_is_complete_is_no_way_back(void **state)
{
	static const int64_t read[] = {100, 102, 104, 106, 108};
	static const char text[] = "ts1 1+7"; /* 101 to 107 */
	TS_AUTO(ts_window) window = {0};
	(void)state;

	assert_true(ts_window_start(&window, 100, text, strlen(text)));
	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++) {
		assert_false(ts_window_went_back(&window, read[i]));
		assert_int_equal(ts_window_enter(&window, read[i]),
				 read[i] == 100 || read[i] == 108);
	}
}

static void the_head_may_complete_while_what_was_complete_is_read(void **state)
{
	static const char map[] = "ts1 1+3";
	TS_AUTO(ts_window) window = {0};
	(void)state;

	assert_true(ts_window_start(&window, 0, map, strlen(map)));
	assert_true(ts_window_enter(&window, 0));
	assert_false(ts_window_enter(&window, 1));
	ts_window_complete(&window, 0);
	for (int64_t offset = 2; offset < 4; offset++) {
		assert_false(ts_window_went_back(&window, offset));
		assert_false(ts_window_enter(&window, offset));
	}
	assert_int_equal(window.base, 4);
	assert_metadata(&window, "");
	assert_true(ts_window_enter(&window, 4));
	ts_window_complete(&window, 4);
	assert_int_equal(window.base, 5);
	assert_metadata(&window, "");
}

static void a_job_that_completes_twice_changes_nothing(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	ts_window_start(&window, 0, NULL, 0);
	for (int offset = 0; offset < 4; offset++)
		ts_window_enter(&window, offset);
	ts_window_complete(&window, 2);
	ts_window_complete(&window, 2);
	assert_metadata(&window, "ts1 2+1");
	ts_window_complete(&window, 0);
	ts_window_complete(&window, 0);
	assert_int_equal(window.base, 1);
	assert_metadata(&window, "ts1 1+1");
}

static void a_gap_of_any_size_survives_a_restart(void **state)
{
	TS_AUTO(ts_window) window = {0};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_window_start(&window, 0, NULL, 0);
	ts_window_enter(&window, 0);
	ts_window_enter(&window, INT64_C(123456789012));
	ts_window_complete(&window, INT64_C(123456789012));
	ts_window_metadata(&window, &text);
	assert_true(ts_window_start(&window, 0, text.data, text.len));
	assert_true(ts_window_enter(&window, 0));
	assert_false(ts_window_enter(&window, INT64_C(123456789012)));
}

static void a_window_is_full_at_its_span_and_at_its_text(void **state)
{
	TS_AUTO(ts_window) wide = {0}, ragged = {0};
	TS_AUTO(ts_buf) text = {0};
	int64_t offset = 0;
	(void)state;

	ts_window_start(&wide, 0, NULL, 0);
	ts_window_enter(&wide, 0);
	ts_window_enter(&wide, TS_WINDOW_SPAN - 2);
	assert_false(ts_window_is_full(&wide));
	ts_window_enter(&wide, TS_WINDOW_SPAN - 1);
	assert_true(ts_window_is_full(&wide));
	ts_window_complete(&wide, 0);
	assert_false(ts_window_is_full(&wide));

	ts_window_start(&ragged, 0, NULL, 0);
	for (; !ts_window_is_full(&ragged); offset += 2) {
		ts_window_enter(&ragged, offset);
		ts_window_enter(&ragged, offset + 1);
		ts_window_complete(&ragged, offset + 1);
	}
	assert_in_range(ragged.count, 800, 1000);
	ts_window_metadata(&ragged, &text);
	assert_in_range(text.len, TS_WINDOW_TEXT_BYTES - 10, TS_WINDOW_TEXT_BYTES);
}

/* Against a naive model: one flag an offset. */
enum { MODEL = 3000 };
enum cell { ABSENT, INCOMPLETE, COMPLETE };

static int64_t model_base(const enum cell *cells, int64_t next)
{
	int64_t base = 0;

	while (base < next && cells[base] != INCOMPLETE)
		base++;
	return base;
}

static void random_orders_and_restarts_never_commit_an_incomplete_job(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		TS_AUTO(ts_window) window = {0};
		enum cell cells[MODEL] = {ABSENT};
		int64_t next = 0, low;

		srand(seed);
		ts_window_start(&window, 0, NULL, 0);
		for (int step = 0; step < 8000; step++) {
			int what = rand() % 100;

			if (what < 45 && next < MODEL - 5) {
				next += rand() % 10 == 0 ? rand() % 4 : 0;
				assert_true(ts_window_enter(&window, next));
				cells[next++] = INCOMPLETE;
			} else if (what < 99 && next > 0) {
				low = window.base;
				int64_t pick = low + rand() % (next - low + 1);

				if (pick < next && cells[pick] == INCOMPLETE) {
					ts_window_complete(&window, pick);
					cells[pick] = COMPLETE;
				}
			} else if (next > 0) { /* crash: only the commit is left */
				TS_AUTO(ts_buf) text = {0};
				int64_t base = window.base;

				ts_window_metadata(&window, &text);
				assert_true(ts_window_start(&window, base, text.data,
							    text.len));
				for (int64_t o = base; o < next; o++) {
					if (cells[o] == ABSENT)
						continue;
					assert_false(ts_window_went_back(&window, o));
					assert_int_equal(ts_window_enter(&window, o),
							 cells[o] == INCOMPLETE);
				}
			}
			assert_int_equal(window.base, model_base(cells, next));
		}
	}
}

static void what_is_not_complete_is_counted_up_to_the_end_of_the_partition(void **state)
{
	TS_AUTO(ts_window) window = {0};
	(void)state;

	assert_true(ts_window_start(&window, 100, "ts1 2+3 5+10", 12));
	/* 100 101 [102 … 104] 105 … 109 [110 … 119] 120 … */
	assert_int_equal(ts_window_incomplete(&window, 90), 0);
	assert_int_equal(ts_window_incomplete(&window, 100), 0);
	assert_int_equal(ts_window_incomplete(&window, 102), 2);
	assert_int_equal(ts_window_incomplete(&window, 103), 2);
	assert_int_equal(ts_window_incomplete(&window, 106), 3);
	assert_int_equal(ts_window_incomplete(&window, 115), 7);
	assert_int_equal(ts_window_incomplete(&window, 130), 17);
}

static void a_window_fills_by_its_span_or_by_its_text_whichever_is_more(void **state)
{
	TS_AUTO(ts_window) window = {0};
	double before = 0;
	(void)state;

	ts_window_start(&window, 0, NULL, 0);
	assert_true(ts_window_fill(&window) < 0.001);
	assert_true(ts_window_enter(&window, 0));
	assert_true(ts_window_enter(&window, TS_WINDOW_SPAN / 2 - 1));
	assert_true(ts_window_fill(&window) > 0.49 && ts_window_fill(&window) < 0.51);
	assert_true(ts_window_enter(&window, TS_WINDOW_SPAN - 1));
	assert_true(ts_window_is_full(&window) && ts_window_fill(&window) >= 1);
	ts_window_start(&window, 0, NULL, 0);
	for (int64_t offset = 0; !ts_window_is_full(&window); offset++) {
		assert_true(ts_window_enter(&window, offset));
		before = ts_window_fill(&window);
		if (offset % 2)
			ts_window_complete(&window, offset);
	}
	assert_true(before < 1 && ts_window_fill(&window) >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_done_early_waits_for_the_one_before),
	    cmocka_unit_test(offsets_that_do_not_exist_hold_up_nobody),
	    cmocka_unit_test(a_restart_runs_only_what_was_incomplete),
	    cmocka_unit_test(foreign_or_damaged_metadata_counts_as_empty),
	    cmocka_unit_test(a_topic_made_anew_is_read_from_its_beginning),
	    cmocka_unit_test(a_partition_that_is_read_from_an_earlier_place_is_noticed),
	    cmocka_unit_test(a_gap_in_what_is_complete_is_no_way_back),
	    cmocka_unit_test(the_head_may_complete_while_what_was_complete_is_read),
	    cmocka_unit_test(a_job_that_completes_twice_changes_nothing),
	    cmocka_unit_test(a_gap_of_any_size_survives_a_restart),
	    cmocka_unit_test(
		what_is_not_complete_is_counted_up_to_the_end_of_the_partition),
	    cmocka_unit_test(
		a_window_fills_by_its_span_or_by_its_text_whichever_is_more),
	    cmocka_unit_test(a_window_is_full_at_its_span_and_at_its_text),
	    cmocka_unit_test(random_orders_and_restarts_never_commit_an_incomplete_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
