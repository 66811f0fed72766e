/* test_exposition.c - base/exposition: what Prometheus reads, byte by byte. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/exposition.h"
#include "base/process.h"

static void a_metric_has_its_head_once_and_then_its_samples(void **state)
{
	static const struct ts_metric metric = {
	    "jobs_total", TS_METRIC_COUNTER, {"result", "error"}, "jobs, by result"};
	static const char *const good[] = {"ok", ""}, *const bad[] = {"error", "busy"};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_metric_begin(&text, &metric);
	ts_metric_put(&text, &metric, good, 3);
	ts_metric_put(&text, &metric, bad, 123456789012345);
	assert_string_equal(
	    text.data,
	    "# HELP tablesync_jobs_total jobs, by result\n"
	    "# TYPE tablesync_jobs_total counter\n"
	    "tablesync_jobs_total{result=\"ok\",error=\"\"} 3\n"
	    "tablesync_jobs_total{result=\"error\",error=\"busy\"} 123456789012345\n");
}

static void a_value_without_labels_stands_alone(void **state)
{
	static const struct ts_metric metric = {
	    "age_seconds", TS_METRIC_GAUGE, {0}, "so"};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_metric_single(&text, &metric, 0.25);
	assert_string_equal(text.data, "# HELP tablesync_age_seconds so\n"
				       "# TYPE tablesync_age_seconds gauge\n"
				       "tablesync_age_seconds 0.25\n");
}

static void what_would_end_a_label_is_escaped(void **state)
{
	static const struct ts_metric metric = {"x", TS_METRIC_GAUGE, {"name"}, "x"};
	static const char *const values[] = {"a\"b\\c\nd"};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_metric_put(&text, &metric, values, 0);
	assert_string_equal(text.data, "tablesync_x{name=\"a\\\"b\\\\c\\nd\"} 0\n");
}

/* A bucket takes what is not longer than its bound, and all that is in those before. */
static void a_histogram_counts_each_time_in_its_bucket_and_all_above(void **state)
{
	static const struct ts_metric metric = {
	    "took_seconds", TS_METRIC_HISTOGRAM, {"route"}, "x"};
	static const char *const values[] = {"/"};
	static const int64_t times_ms[] = {0, 5, 6, 10, 250, 30000, 30001, 1000000};
	struct ts_histogram histogram = {0};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(times_ms) / sizeof(*times_ms); i++)
		ts_histogram_add(&histogram, times_ms[i]);
	ts_histogram_put(&text, &metric, values, &histogram);
#define BUCKET(le, count)                                                              \
	"tablesync_took_seconds_bucket{route=\"/\",le=\"" le "\"} " count "\n"
	assert_string_equal(
	    text.data,
	    BUCKET("0.005", "2") BUCKET("0.01", "4") BUCKET("0.025", "4")
		BUCKET("0.05", "4") BUCKET("0.1", "4") BUCKET("0.25", "5")
		    BUCKET("0.5", "5") BUCKET("1", "5") BUCKET("2.5", "5")
			BUCKET("5", "5") BUCKET("10", "5") BUCKET("30", "6") BUCKET(
			    "+Inf",
			    "8") "tablesync_took_seconds_sum{route=\"/\"} 1060.272\n"
				 "tablesync_took_seconds_count{route=\"/\"} 8\n");
}

static void the_process_tells_what_it_takes(void **state)
{
	static const char *const names[] = {
	    "\ntablesync_process_start_time_seconds 1.5\n",
	    "\ntablesync_process_cpu_seconds_total ",
	    "\ntablesync_process_resident_memory_bytes ",
	    "\ntablesync_process_open_fds ",
	};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_process_print(1500, &text);
	assert_non_null(
	    strstr(text.data, "tablesync_build_info{version=\"" TS_VERSION "\"} 1\n"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_non_null(strstr(text.data, names[i]));
	assert_null(strstr(text.data, "_bytes 0\n"));
	assert_null(strstr(text.data, "_fds 0\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_metric_has_its_head_once_and_then_its_samples),
	    cmocka_unit_test(a_value_without_labels_stands_alone),
	    cmocka_unit_test(what_would_end_a_label_is_escaped),
	    cmocka_unit_test(a_histogram_counts_each_time_in_its_bucket_and_all_above),
	    cmocka_unit_test(the_process_tells_what_it_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
