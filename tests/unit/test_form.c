/* test_form.c - http/: what bodies of forms and the header Prefer say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/form.h"
#include "http/prefer.h"
#include "http/trigger_body.h"

static void a_form_has_its_fields_in_their_order(void **state)
{
	static const struct {
		const char *body, *fields;
	} cases[] = {
	    {"", ""},
	    {"a=1", "a=1;"},
	    {"a=1&b=2&a=3", "a=1;b=2;a=3;"},
	    {"a", "a=;"},
	    {"a=", "a=;"},
	    {"=x", "=x;"},
	    {"a=b=c", "a=b=c;"},
	    {"&&a=1&&b=2&", "a=1;b=2;"},
	    {"a+b=c+d", "a b=c d;"},
	    {"a%20b=%63%2B%26%3d", "a b=c+&=;"},
	    {"n=%C3%a4%E2%82%AC", "n=\xc3\xa4\xe2\x82\xac;"},
	    {"n=\xc3\xa4", "n=\xc3\xa4;"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_form) form = {0};
		TS_AUTO(ts_buf) fields = {0};
		struct ts_error err = {0};

		assert_true(
		    ts_form_parse(cases[i].body, strlen(cases[i].body), &form, &err));
		for (size_t at = 0; at < form.count; at++)
			ts_buf_printf(&fields, "%s=%s;", form.fields[at].name,
				      form.fields[at].value);
		assert_string_equal(ts_buf_text(&fields), cases[i].fields);
	}
}

static void the_first_field_of_a_name_is_got(void **state)
{
	TS_AUTO(ts_form) form = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_form_parse("a=1&b=&a=2", 10, &form, &err));
	assert_string_equal(ts_form_get(&form, "a"), "1");
	assert_string_equal(ts_form_get(&form, "b"), "");
	assert_null(ts_form_get(&form, "c"));
}

static void what_is_no_form_is_refused(void **state)
{
	static const struct {
		const char *body;
		size_t len;
	} cases[] = {
	    {"a=%", 3},   {"a=%4", 4},         {"a=%4g", 5},  {"%zz=1", 5},
	    {"a=%00", 5}, {"a=b\0c", 5},       {"a=\xff", 3}, {"a=%FF", 5},
	    {"%c3=1", 5}, {"a=%ed%a0%80", 11},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_form form = {.count = 7};
		struct ts_error err = {0};

		assert_false(ts_form_parse(cases[i].body, cases[i].len, &form, &err));
		assert_int_equal(err.code, TS_E_BAD_MESSAGE);
		assert_int_equal(form.count, 7);
	}
}

static void a_form_has_so_many_fields_and_no_more(void **state)
{
	(void)state;

	for (int more = 0; more <= 1; more++) {
		TS_AUTO(ts_form) form = {0};
		TS_AUTO(ts_buf) body = {0};
		struct ts_error err = {0};

		for (int i = 0; i < TS_FORM_FIELDS + more; i++)
			ts_buf_printf(&body, "&n%d=v", i);
		assert_int_equal(ts_form_parse(body.data, body.len, &form, &err),
				 !more);
		if (!more)
			assert_string_equal(ts_form_get(&form, "n1023"), "v");
	}
}

static void a_client_is_given_what_it_prefers(void **state)
{
	static const struct {
		const char *text;
		bool wants_no_answer;
		int64_t wait_ms;
	} cases[] = {
	    {NULL, false, -1},
	    {"", false, -1},
	    {"respond-async", true, -1},
	    {"Respond-Async", true, -1},
	    {"wait=5", false, 5000},
	    {"WAIT = 5", false, 5000},
	    {"wait=\"7\"", false, 7000},
	    {"wait=0", false, 0},
	    {"respond-async, wait=10", true, 10000},
	    {"wait=10,respond-async", true, 10000},
	    {"wait=1, wait=2", false, 1000},
	    {"respond-async; foo=bar, wait=3; x", true, 3000},
	    {"return=minimal, handling=lenient", false, -1},
	    {"wait", false, -1},
	    {"wait=", false, -1},
	    {"wait=-1", false, -1},
	    {"wait=1.5", false, -1},
	    {"wait=99999999999999999999", false, -1},
	    {"await=5", false, -1},
	    {"respond-asynchronous", false, -1},
	    {",,, ,", false, -1},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_prefer prefer;

		ts_prefer_parse(cases[i].text, &prefer);
		assert_int_equal(prefer.wants_no_answer, cases[i].wants_no_answer);
		assert_int_equal(prefer.wait_ms, cases[i].wait_ms);
	}
}

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"
#define MEMBERS "\"schema\":\"s\",\"table\":\"t\""

static void a_body_is_a_job_in_either_form(void **state)
{
	static const struct {
		const char *media_type, *body;
		enum ts_code code;
		int32_t id;
		bool is_view;
	} cases[] = {
	    {JSON, "{\"datasource_id\":8," MEMBERS "}", TS_OK, 8, false},
	    {NULL, "{\"datasource_id\":8," MEMBERS "}", TS_OK, 8, false},
	    {FORM, "{\"datasource_id\":8," MEMBERS "}", TS_OK, 8, false},
	    {"text/plain", " \r\n\t{\"datasource_id\":8," MEMBERS "}", TS_OK, 8, false},
	    {FORM, "datasource_id=8&schema=s&table=t", TS_OK, 8, false},
	    {FORM "; charset=utf-8", "datasource_id=8&schema=s&table=t", TS_OK, 8,
	     false},
	    {"Application/X-WWW-Form-UrlEncoded", "table=t&schema=s&datasource_id=8",
	     TS_OK, 8, false},
	    {FORM, "datasource_id=008&schema=s&table=t&table_type=VIEW", TS_OK, 8,
	     true},
	    {FORM, "datasource_id=0&schema=s&table=t&other=1", TS_OK, 0, false},
	    {FORM, "datasource_id=00&schema=s&table=t", TS_OK, 0, false},
	    {FORM, "datasource_id=2147483648&schema=s&table=t", TS_E_BAD_VALUE, 0,
	     false},
	    {FORM, "datasource_id=-8&schema=s&table=t", TS_E_BAD_VALUE, 0, false},
	    {FORM, "datasource_id=&schema=s&table=t", TS_E_BAD_VALUE, 0, false},
	    {FORM, "datasource_id=8&schema=&table=t", TS_E_BAD_VALUE, 0, false},
	    {FORM, "datasource_id=8&schema=s", TS_E_MISSING_VALUE, 0, false},
	    {FORM, "", TS_E_MISSING_VALUE, 0, false},
	    {FORM, "datasource_id=8&schema=s&table=t&table_type=", TS_E_BAD_TABLE_TYPE,
	     0, false},
	    {FORM, "datasource_id=8&schema=s&table=t&table=u", TS_E_BAD_MESSAGE, 0,
	     false},
	    {FORM, "datasource_id=%zz", TS_E_BAD_MESSAGE, 0, false},
	    {JSON, "", TS_E_BAD_MESSAGE, 0, false},
	    {NULL, "", TS_E_BAD_MESSAGE, 0, false},
	    {JSON, "datasource_id=8&schema=s&table=t", TS_E_BAD_MESSAGE, 0, false},
	    {JSON, "[]", TS_E_BAD_MESSAGE, 0, false},
	    {"text/plain", "datasource_id=8&schema=s&table=t", TS_E_BAD_MEDIA_TYPE, 0,
	     false},
	    {FORM "s", "datasource_id=8&schema=s&table=t", TS_E_BAD_MEDIA_TYPE, 0,
	     false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_job) job = {0};
		struct ts_error err = {0};
		const char *body = cases[i].body;

		if (ts_trigger_body_decode(cases[i].media_type, body, strlen(body),
					   &job, &err) != (cases[i].code == TS_OK) ||
		    err.code != cases[i].code)
			fail_msg("%s: %s %s", body, ts_code_name(err.code), err.text);
		if (err.code != TS_OK)
			continue;
		assert_int_equal(job.datasource_id, cases[i].id);
		assert_string_equal(job.schema, "s");
		assert_string_equal(job.table, "t");
		assert_int_equal(job.is_view, cases[i].is_view);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_form_has_its_fields_in_their_order),
	    cmocka_unit_test(the_first_field_of_a_name_is_got),
	    cmocka_unit_test(what_is_no_form_is_refused),
	    cmocka_unit_test(a_form_has_so_many_fields_and_no_more),
	    cmocka_unit_test(a_client_is_given_what_it_prefers),
	    cmocka_unit_test(a_body_is_a_job_in_either_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
