/* test_exchange.c - catalog/exchange: with a real HTTP server that plays a script. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "catalog/exchange.h"
#include "http_double.h"

enum { WAIT_MS = 10000 };

/* Send {} to the script and see what comes of it. */
static bool run(struct script *script, const char *token, const char *traceparent,
		int wait_ms, size_t times, struct ts_error *err)
{
	struct ts_exchange *exchange;
	TS_AUTO(ts_buf) body = {0}, answer = {0};
	bool is_ok = true;

	ts_buf_puts(&body, "{}");
	assert_true(ts_exchange_new(token, &exchange, err));
	for (; times && is_ok; times--)
		is_ok =
		    ts_exchange_run(exchange, "PUT", script->url, &body, traceparent,
				    ts_now_ms() + wait_ms, &answer, err);
	ts_exchange_free(exchange);
	return is_ok;
}

/* What an exchange with this answer fails with. */
static struct ts_error fail_by(const char *answer)
{
	struct script script = {.answers = {answer}};
	struct ts_error err = {0};

	script_start(&script);
	assert_false(run(&script, NULL, NULL, WAIT_MS, 1, &err));
	script_end(&script);
	return err;
}

static void each_status_says_whether_to_try_again(void **state)
{
	static const struct {
		long status;
		enum ts_code code;
	} cases[] = {
	    {200, TS_OK},
	    {201, TS_OK},
	    {204, TS_OK},
	    {100, TS_E_CATALOG_REJECTED},
	    {301, TS_E_CATALOG_REJECTED},
	    {400, TS_E_CATALOG_REJECTED},
	    {403, TS_E_CATALOG_REJECTED},
	    {404, TS_E_CATALOG_REJECTED},
	    {408, TS_E_CATALOG_UNREACHABLE},
	    {409, TS_E_CATALOG_REJECTED},
	    {413, TS_E_CATALOG_REJECTED},
	    {425, TS_E_CATALOG_UNREACHABLE},
	    {429, TS_E_CATALOG_UNREACHABLE},
	    {500, TS_E_CATALOG_UNREACHABLE},
	    {502, TS_E_CATALOG_UNREACHABLE},
	    {503, TS_E_CATALOG_UNREACHABLE},
	    {504, TS_E_CATALOG_UNREACHABLE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ts_exchange_judge(cases[i].status), cases[i].code);
}

static void one_connection_serves_many_exchanges(void **state)
{
	struct script script = {.answers = {OK_EMPTY, OK_EMPTY, OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, NULL, NULL, WAIT_MS, 3, &err));
	assert_int_equal(script.answered, 3);
	assert_int_equal(script.connections, 1);
	assert_non_null(strstr(ts_buf_text(&script.requests[0]), "PUT / HTTP/1.1\r\n"));
	assert_non_null(strstr(ts_buf_text(&script.requests[0]),
			       "Content-Type: application/json\r\n"));
	assert_null(strstr(ts_buf_text(&script.requests[0]), "Token:"));
	script_end(&script);
}

static void a_connection_that_was_closed_meanwhile_is_made_anew(void **state)
{
	/* The second answer never comes: curl sends again on a new connection. */
	struct script script = {.answers = {OK_EMPTY, "", OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, NULL, NULL, WAIT_MS, 2, &err));
	assert_int_equal(script.connections, 2);
	script_end(&script);
}

static void token_and_trace_go_along_and_nothing_else_slips_in(void **state)
{
	static const char trace[] =
	    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	struct script script = {.answers = {OK_EMPTY}};
	struct script other = {.answers = {OK_EMPTY}};
	struct ts_exchange *exchange;
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	assert_true(run(&script, "s3cret", trace, WAIT_MS, 1, &err));
	assert_non_null(
	    strstr(ts_buf_text(&script.requests[0]), "\r\nToken: s3cret\r\n"));
	assert_non_null(strstr(ts_buf_text(&script.requests[0]), trace));
	script_end(&script);

	script_start(&other);
	assert_true(run(&other, NULL,
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
			"Token: mine",
			WAIT_MS, 1, &err));
	assert_null(strstr(ts_buf_text(&other.requests[0]), "mine"));
	assert_null(strstr(ts_buf_text(&other.requests[0]), "traceparent"));
	script_end(&other);

	assert_false(ts_exchange_new("a\r\nb: c", &exchange, &err));
	assert_int_equal(err.code, TS_E_CONFIG);
	assert_null(strstr(err.text, "b: c"));
}

static void a_failed_exchange_says_why_and_whether_to_try_again(void **state)
{
	static const struct {
		const char *answer;
		enum ts_code code;
		const char *text;
	} cases[] = {
	    {"HTTP/1.1 400 Bad Request\r\nContent-Length: 28\r\n\r\n"
	     "{\"detail\":\"'tables' is bad\"}",
	     TS_E_CATALOG_REJECTED, "HTTP 400: 'tables' is bad"},
	    {"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope",
	     TS_E_CATALOG_REJECTED, "HTTP 403"},
	    {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n"
	     "Content-Length: 0\r\n\r\n",
	     TS_E_CATALOG_REJECTED, "HTTP 301"},
	    {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", TS_E_CATALOG_UNREACHABLE,
	     "HTTP 503"},
	    {"this is no HTTP at all\r\n\r\n", TS_E_CATALOG_REJECTED, "HTTP/0.9"},
	    {HEAD "100\r\nConnection: close\r\n\r\nshort", TS_E_CATALOG_UNREACHABLE,
	     "remaining"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ts_error err = fail_by(cases[i].answer);

		if (err.code != cases[i].code || !strstr(err.text, cases[i].text))
			fail_msg("case %zu: %s: %s", i, ts_code_name(err.code),
				 err.text);
	}
}

static void the_catalog_says_how_long_it_wants_to_be_left_alone(void **state)
{
	static const struct {
		const char *answer;
		int ms;
	} cases[] = {
	    {ASKS("429 Slow", "Retry-After: 7\r\n"), 7000},
	    {ASKS("503 Busy", "retry-after: 120\r\n"), 120000},
	    {ASKS("500 Oops", "Retry-After: 1\r\n"), 1000},
	    {ASKS("503 Busy", "Retry-After: 3600\r\n"), 3600000},
	    {ASKS("503 Busy", "Retry-After: 86400\r\n"), 3600000},
	    {ASKS("503 Busy", "Retry-After: 99999999999\r\n"), 3600000},
	    {ASKS("503 Busy", "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"),
	     3600000},
	    {ASKS("503 Busy", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 0},
	    {ASKS("503 Busy", "Retry-After: soon\r\n"), 0},
	    {ASKS("503 Busy", "Retry-After: -7\r\n"), 0},
	    {ASKS("503 Busy", "Retry-After: 0\r\n"), 0},
	    {ASKS("503 Busy", ""), 0},
	    /* It will never work: nobody waits. */
	    {ASKS("400 Bad", "Retry-After: 7\r\n"), 0},
	    {ASKS("301 Moved", "Retry-After: 7\r\n"), 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ts_error err = fail_by(cases[i].answer);

		if (err.retry_after_ms != cases[i].ms)
			fail_msg("case %zu: %d ms", i, err.retry_after_ms);
	}
}

static void a_catalog_that_says_nothing_is_left_at_the_deadline(void **state)
{
	struct script script = {0};
	struct ts_error err = {0};
	int64_t begin_ms = ts_now_ms();
	(void)state;

	script_start(&script);
	assert_false(run(&script, NULL, NULL, 200, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
	assert_in_range(ts_now_ms() - begin_ms, 150, 3000);
	script_end(&script);
	assert_false(run(&script, NULL, NULL, -5, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
}

static void a_catalog_that_is_not_there_may_come_back(void **state)
{
	struct script script = {.answers = {OK_EMPTY}};
	struct ts_error err = {0};
	(void)state;

	script_start(&script);
	script_end(&script); /* the port is free again */
	assert_false(run(&script, NULL, NULL, WAIT_MS, 1, &err));
	assert_int_equal(err.code, TS_E_CATALOG_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_status_says_whether_to_try_again),
	    cmocka_unit_test(one_connection_serves_many_exchanges),
	    cmocka_unit_test(a_connection_that_was_closed_meanwhile_is_made_anew),
	    cmocka_unit_test(token_and_trace_go_along_and_nothing_else_slips_in),
	    cmocka_unit_test(a_failed_exchange_says_why_and_whether_to_try_again),
	    cmocka_unit_test(the_catalog_says_how_long_it_wants_to_be_left_alone),
	    cmocka_unit_test(a_catalog_that_says_nothing_is_left_at_the_deadline),
	    cmocka_unit_test(a_catalog_that_is_not_there_may_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
