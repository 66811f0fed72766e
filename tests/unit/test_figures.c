/* test_figures.c - http/figures: what was counted is told, by its route and its name.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include "base/clock.h"
#include "http/figures.h"
#include "http/route.h"

enum { THREADS = 4, TIMES = 10000 };

static const struct ts_route routes[] = {{.method = "GET", .path = "/a/{id}"},
					 {.method = "PUT", .path = "/a"}};

static void assert_has(const struct ts_buf *text, const char *line)
{
	if (!strstr(text->data, line))
		fail_msg("no '%s' in\n%s", line, text->data);
}

static void requests_are_told_by_route_and_class_of_status(void **state)
{
	struct ts_figures *figures = ts_figures_new();
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	ts_figures_answered(figures, &routes[0], 200, 3);
	ts_figures_answered(figures, &routes[0], 299, 30);
	ts_figures_answered(figures, &routes[0], 503, 0);
	ts_figures_answered(figures, &routes[1], 404, 0);
	ts_figures_answered(figures, NULL, 404, 0);
	ts_figures_print(figures, &text);
#define REQUESTS(method, route, status)                                                \
	"tablesync_http_requests_total{method=\"" method "\",route=\"" route           \
	"\",status=\"" status "\"} "
	assert_has(&text, REQUESTS("GET", "/a/{id}", "2xx") "2\n");
	assert_has(&text, REQUESTS("GET", "/a/{id}", "5xx") "1\n");
	assert_has(&text, REQUESTS("PUT", "/a", "4xx") "1\n");
	assert_has(&text, REQUESTS("", "", "4xx") "1\n");
	assert_null(strstr(text.data, "3xx"));
	assert_has(&text, "tablesync_http_request_duration_seconds_bucket"
			  "{method=\"GET\",route=\"/a/{id}\",le=\"0.025\"} 2\n");
	assert_has(&text, "tablesync_http_request_duration_seconds_sum"
			  "{method=\"GET\",route=\"/a/{id}\"} 0.033\n");
	ts_figures_free(figures);
}

static void *count_often(void *figures)
{
	for (int i = 0; i < TIMES; i++) {
		ts_figures_add(figures, TS_FIGURE_PUBLISHED, 1);
		ts_figures_add(figures, TS_FIGURE_WAITING, i % 2 ? -1 : 1);
		ts_figures_answered(figures, &routes[i % 2], 200, 1);
	}
	return NULL;
}

static void threads_that_count_at_once_lose_nothing(void **state)
{
	struct ts_figures *figures = ts_figures_new();
	pthread_t threads[THREADS];
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, count_often, figures), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ts_figures_print(figures, &text);
	assert_has(&text, "\ntablesync_trigger_jobs_published_total 40000\n");
	assert_has(&text, "\ntablesync_http_requests_waiting 0\n");
	assert_has(&text, REQUESTS("GET", "/a/{id}", "2xx") "20000\n");
	assert_has(&text, REQUESTS("PUT", "/a", "2xx") "20000\n");
	ts_figures_free(figures);
}

static void without_figures_nobody_counts(void **state)
{
	(void)state;

	ts_figures_add(NULL, TS_FIGURE_REPLIES, 1);
	ts_figures_answered(NULL, NULL, 200, 1);
	ts_figures_free(NULL);
}

static void who_has_joined_is_asked_in_that_order(void **state)
{
	struct ts_figures *figures = ts_figures_new();
	int parts[2];
	(void)state;

	assert_null(ts_figures_probe(figures, 0));
	for (size_t i = 0; i < 2; i++)
		ts_figures_join(figures, (struct ts_probe){.part = &parts[i]});
	for (size_t i = 0; i < 2; i++)
		assert_ptr_equal(ts_figures_probe(figures, i)->part, &parts[i]);
	assert_null(ts_figures_probe(figures, 2));
	assert_true(ts_unix_ms() - ts_figures_started_unix_ms(figures) < 60000);
	ts_figures_free(figures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_told_by_route_and_class_of_status),
	    cmocka_unit_test(threads_that_count_at_once_lose_nothing),
	    cmocka_unit_test(without_figures_nobody_counts),
	    cmocka_unit_test(who_has_joined_is_asked_in_that_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
