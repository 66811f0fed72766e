/* test_http.c - http/: paths, parameters, problems and addresses, without a server. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "http/listen.h"
#include "http/route.h"

static const struct ts_route things[] = {
    {.method = "PUT", .path = "/things"},
    {.method = "GET", .path = "/things"},
    {.method = "GET", .path = "/things/{id}"},
    {.method = "PATCH", .path = "/things/{id}"},
    {.method = "GET", .path = "/things/{id}/versions"},
    {.method = "GET", .path = "/jobs/{name}"},
};
static const struct ts_route others[] = {
    {.method = "GET", .path = "/"},
    {.method = "GET", .path = "/healthz"},
    {.method = "DELETE", .path = "/jobs/{name}"},
};
static const struct ts_routes some = {things, sizeof(things) / sizeof(*things)},
			      more = {others, sizeof(others) / sizeof(*others)};
static const struct ts_routes *const tables[] = {&some, &more, NULL};

static void
each_path_leads_to_its_route_with_a_slash_at_the_end_or_without(void **state)
{
	static const struct {
		const char *method, *path;
		const char *route; /* NULL: none */
		int64_t id;
		const char *name, *allowed;
	} cases[] = {
	    {"GET", "/", "/", 0, "", ""},
	    {"GET", "/healthz", "/healthz", 0, "", ""},
	    {"HEAD", "/healthz/", "/healthz", 0, "", ""},
	    {"PUT", "/things", "/things", 0, "", ""},
	    {"GET", "/things/", "/things", 0, "", ""},
	    {"GET", "/things/12", "/things/{id}", 12, "", ""},
	    {"PATCH", "/things/12/", "/things/{id}", 12, "", ""},
	    {"GET", "/things/12/versions/", "/things/{id}/versions", 12, "", ""},
	    {"GET", "/jobs/a.b-0-17", "/jobs/{name}", 0, "a.b-0-17", ""},
	    {"DELETE", "/jobs/x_Y/", "/jobs/{name}", 0, "x_Y", ""},
	    {"PUT", "/jobs/x", NULL, 0, "x", "GET, DELETE"},
	    {"GET", "/jobs/a/b", NULL, 0, "", ""},
	    {"GET", "/jobs/a%20b", NULL, 0, "", ""},
	    {"GET", "/jobs/", NULL, 0, "", ""},
	    {"POST", "/things", NULL, 0, "", "PUT, GET"},
	    {"DELETE", "/things/12", NULL, 12, "", "GET, PATCH"},
	    {"get", "/healthz", NULL, 0, "", "GET"},
	    {"GET", "", NULL, 0, "", ""},
	    {"GET", "/healthz/x", NULL, 0, "", ""},
	    {"GET", "/things//", NULL, 0, "", ""},
	    {"GET", "/things/0", NULL, 0, "", ""},
	    {"GET", "/things/-1", NULL, 0, "", ""},
	    {"GET", "/things/1x", NULL, 0, "", ""},
	    {"GET", "/things/12/version", NULL, 0, "", ""},
	    {"GET", "/things/9223372036854775808", NULL, 0, "", ""},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) allowed = {0};
		struct ts_call call = {0};
		const struct ts_route *route = ts_route_find(
		    tables, cases[i].method, cases[i].path, &call, &allowed);

		if (!cases[i].route != !route)
			fail_msg("%s %s", cases[i].method, cases[i].path);
		if (route)
			assert_string_equal(route->path, cases[i].route);
		assert_int_equal(call.id, cases[i].id);
		assert_string_equal(call.name, cases[i].name);
		if (!route)
			assert_string_equal(ts_buf_text(&allowed), cases[i].allowed);
	}
}

static void a_parameter_is_a_number_within_its_bounds_or_refused(void **state)
{
	static const char *const names[] = {"limit", "q", NULL};
	static const struct {
		const char *text;
		bool is_ok;
		int64_t number;
	} cases[] = {{NULL, true, 100}, {"", true, 100},
		     {"1", true, 1},    {"256", true, 256},
		     {"0", false, 0},   {"257", false, 0},
		     {"-1", false, 0},  {"1.0", false, 0},
		     {" 1", false, 0},  {"99999999999999999999", false, 0}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_call call = {.parameter_names = names,
				       .values = {cases[i].text}};
		struct ts_error err = {0};
		int64_t number = 0;

		assert_int_equal(
		    ts_call_number(&call, "limit", 1, 256, 100, &number, &err),
		    cases[i].is_ok);
		assert_int_equal(number, cases[i].number);
		if (!cases[i].is_ok)
			assert_non_null(strstr(err.text, "'limit'"));
	}
}

static void a_failure_is_a_problem_that_tells_nothing_of_the_inside(void **state)
{
	struct ts_error err = {0};
	struct ts_call call = {.path = "/"};
	(void)state;

	ts_fail(&err, TS_E_BAD_VALUE, "'limit' is \"odd\"");
	ts_call_fail(&call, &err);
	assert_int_equal(call.status, 400);
	assert_string_equal(call.content_type, "application/problem+json");
	assert_string_equal(
	    ts_buf_text(&call.answer),
	    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
	    "\"detail\":\"a value is not valid: 'limit' is \\\"odd\\\"\","
	    "\"code\":\"bad_value\"}");

	ts_fail(&err, TS_E_INTERNAL, "/var/lib/secret.db: disk I/O error");
	ts_call_fail(&call, &err);
	assert_int_equal(call.status, 500);
	assert_null(strstr(ts_buf_text(&call.answer), "secret.db"));
	ts_buf_release(&call.answer);
}

static void an_address_is_an_ip_address_and_a_port(void **state)
{
	static const struct {
		const char *text;
		bool is_ok;
	} cases[] = {
	    {"127.0.0.1:0", true}, {"localhost:0", true},      {"127.1.2.3:0", true},
	    {"0.0.0.0:0", true},   {"example.org:0", false},   {"127.0.0.1", false},
	    {"127.0.0.1:", false}, {"127.0.0.1:65536", false}, {":8080", false},
	    {"", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) address = {0};
		struct ts_error err = {0};
		int fd = -1, port = 0;

		if (ts_listen(cases[i].text, &fd, &port, &address, &err) !=
		    cases[i].is_ok)
			fail_msg("'%s': %s", cases[i].text, err.text);
		if (cases[i].is_ok) {
			assert_true(port > 0);
			assert_non_null(strchr(address.data, ':'));
			close(fd);
		} else {
			assert_int_equal(err.code, TS_E_CONFIG);
			assert_int_equal(fd, -1);
		}
	}
}

static void a_port_in_use_is_told(void **state)
{
	TS_AUTO(ts_buf) address = {0}, again = {0};
	struct ts_error err = {0};
	int fd, port, other;
	(void)state;

	assert_true(ts_listen("127.0.0.1:0", &fd, &port, &address, &err));
	assert_false(ts_listen(ts_buf_text(&address), &other, &port, &again, &err));
	assert_int_equal(err.code, TS_E_SYSTEM);
	assert_non_null(strstr(err.text, ts_buf_text(&address)));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		each_path_leads_to_its_route_with_a_slash_at_the_end_or_without),
	    cmocka_unit_test(a_parameter_is_a_number_within_its_bounds_or_refused),
	    cmocka_unit_test(a_failure_is_a_problem_that_tells_nothing_of_the_inside),
	    cmocka_unit_test(an_address_is_an_ip_address_and_a_port),
	    cmocka_unit_test(a_port_in_use_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
