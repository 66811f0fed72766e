/* test_base.c - base/: errors, text, clocks, JSON from outside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

static void a_message_is_the_sentence_and_then_the_case(void **state)
{
	struct ts_error err = {0};
	char message[TS_ERROR_MESSAGE_BYTES];
	(void)state;

	assert_false(ts_fail(&err, TS_E_TABLE_NOT_FOUND, "table '%s' is a view", "v"));
	ts_error_message(&err, message, sizeof(message));
	assert_string_equal(message, "the table is not in the data source: "
				     "table 'v' is a view");
	assert_false(ts_wrap(&err, "reading %s", "v"));
	assert_string_equal(err.text, "reading v: table 'v' is a view");
	assert_int_equal(ts_code_find("table_not_found"), TS_E_TABLE_NOT_FOUND);
	assert_int_equal(ts_code_find("no_such_code"), TS_OK);
}

static void a_long_or_broken_text_is_cut_between_characters(void **state)
{
	struct ts_error err = {0};
	char big[3000], message[TS_ERROR_MESSAGE_BYTES];
	(void)state;

	for (size_t i = 0; i + 2 < sizeof(big); i += 2)
		memcpy(big + i, "\xc3\xa9", 2);
	big[sizeof(big) - 2] = '\0';
	ts_fail(&err, TS_E_INTERNAL, "%s", big);
	ts_wrap(&err, "\xff\n%s", big);
	for (size_t size = 40; size <= sizeof(message); size++) {
		ts_error_message(&err, message, size);
		assert_true(strlen(message) < size);
		assert_true(ts_utf8_is_valid(message, strlen(message)));
		assert_null(strchr(message, '\n'));
	}
}

static void every_code_has_a_name_of_its_own_and_a_sentence(void **state)
{
	(void)state;
	for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++) {
		assert_int_equal(ts_code_find(ts_code_name(code)), code);
		assert_true(strlen(ts_code_sentence(code)) > 10);
		if (ts_code_status(code) == 0)
			assert_int_equal(ts_code_class(code), TS_STOP);
		else
			assert_in_range(ts_code_status(code), 400, 599);
	}
}

static void utf8_is_judged_as_rfc_3629_says(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
	    {"", true},
	    {"plain", true},
	    {"\xc3\xa9", true},
	    {"\xe2\x82\xac", true},
	    {"\xf0\x9f\x98\x80", true},
	    {"\xc0\x80", false},
	    {"\xed\xa0\x80", false},
	    {"\xf4\x90\x80\x80", false},
	    {"\xe0\x9f\xbf", false},
	    {"\xf0\x8f\xbf\xbf", false},
	    {"\x80", false},
	    {"a\xc3", false},
	    {"\xf8\x88\x80\x80\x80", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ts_utf8_is_valid(cases[i].text, strlen(cases[i].text)),
				 cases[i].valid);
}

static void numbers_out_of_range_or_with_trimmings_are_refused(void **state)
{
	static const struct {
		const char *text;
		bool valid;
		int64_t number;
	} cases[] = {
	    {"0", true, 0},
	    {"-12", true, -12},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 0},
	    {"-9223372036854775809", false, 0},
	    {"", false, 0},
	    {"-", false, 0},
	    {"+1", false, 0},
	    {" 1", false, 0},
	    {"1 ", false, 0},
	    {"1e3", false, 0},
	    {"0x10", false, 0},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t number = 77;

		assert_int_equal(
		    ts_int64_parse(cases[i].text, INT64_MIN, INT64_MAX, &number),
		    cases[i].valid);
		assert_int_equal(number, cases[i].valid ? cases[i].number : 77);
	}
}

static void globs_match_whole_names(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
	    {"sys", "sys", true},    {"sys", "system", false},
	    {"tmp_*", "tmp_", true}, {"tmp_*", "tmp_a.b", true},
	    {"*a*b", "xaxxb", true}, {"*a*b", "xaxxbc", false},
	    {"?", "", false},        {"*", "", true},
	    {"SYS", "sys", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
		    ts_glob_matches(cases[i].pattern, cases[i].text, false),
		    cases[i].matches);
	assert_true(ts_glob_matches("SYS", "sys", true));
}

static void near_misses_are_counted_no_further_than_asked(void **state)
{
	(void)state;
	assert_int_equal(ts_str_distance("orders", "Orders", 2), 0);
	assert_int_equal(ts_str_distance("orders", "order", 2), 1);
	assert_int_equal(ts_str_distance("kitten", "sitting", 3), 3);
	assert_int_equal(ts_str_distance("kitten", "sitting", 2), 3);
	assert_int_equal(ts_str_distance("a", "abcdefgh", 2), 3);
}

static void timestamps_print_and_parse_to_the_same_moment(void **state)
{
	static const char *const wrong[] = {"",
					    "2026-11-23",
					    "2026-11-23T05:00:00",
					    "2026-13-23T05:00:00Z",
					    "2026-11- 3T05:00:00Z",
					    "2026-11-23T05:+0:00Z",
					    "2026-11-23T05:00:00+01:00",
					    "2026-11-23T05:00:00Zx"};
	char text[TS_TIMESTAMP_SIZE];
	int64_t us;
	(void)state;

	assert_true(ts_timestamp_parse("2024-02-29T23:59:59.5Z", &us));
	assert_int_equal(us, INT64_C(1709251199500000));
	srand(7);
	for (int i = 0; i < 100000; i++) {
		int64_t moment = (int64_t)rand() * 1000003 + rand() % 1000;

		ts_timestamp_print(moment, text);
		assert_true(ts_timestamp_parse(text, &us));
		assert_int_equal(us, moment);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(ts_timestamp_parse(wrong[i], &us));
}

static void hostile_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
	    {"{}", true},
	    {"[1e308, -0.5E-3]", true},
	    {"{\"a\": 99999999999999999999, \"b\": -1e999}", true},
	    {"{\"a\": 099999999999999999999}", false},
	    {"{\"a\": 1e999-5}", false},
	    {"{\"a\": 1, \"a\": 2}", false},
	    {"{\"a\": {\"b\": 1, \"b\": 2}}", false},
	    {"{\"a\": \"\\u0000\"}", false},
	    {"{\"a\": \"\\ud800\"}", false},
	    {"{\"a\": \"\xff\"}", false},
	    {"{\"a\": \"[[[[\\\"[[\"}", true},
	    {"{} x", false},
	    {"{\"a\"", false},
	    {"\"[", false},
	    {"", false},
	};
	struct ts_error err;
	json_t *value = NULL;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool valid = ts_json_parse(cases[i].text, strlen(cases[i].text), 100,
					   &value, &err);

		assert_int_equal(valid, cases[i].valid);
		if (valid)
			json_decref(value);
		else
			assert_int_equal(err.code, TS_E_BAD_MESSAGE);
	}
	assert_false(ts_json_parse("[1,2,3]", 7, 6, &value, &err));
	assert_false(ts_json_parse("{\0}", 3, 10, &value, &err));
	assert_false(ts_json_parse("{\"a\": 8\0}", 9, 10, &value, &err));
}

static void json_is_taken_to_the_depth_that_is_promised(void **state)
{
	struct ts_error err;
	json_t *value = NULL;
	char text[2 * (TS_JSON_DEPTH + 1)];
	(void)state;

	for (size_t depth = 1; depth <= TS_JSON_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(
		    ts_json_parse(text, 2 * depth, sizeof(text), &value, &err),
		    depth <= TS_JSON_DEPTH);
		if (depth <= TS_JSON_DEPTH)
			json_decref(value);
	}
}

static void a_buffer_holds_what_was_put_in(void **state)
{
	TS_AUTO(ts_buf) buf = {0};
	char *text;
	(void)state;

	assert_string_equal(ts_buf_text(&buf), "");
	for (int i = 0; i < 1000; i++)
		ts_buf_printf(&buf, "%d,", i);
	assert_int_equal(buf.len, 3890);
	assert_string_equal(buf.data + buf.len - 4, "999,");
	text = ts_buf_detach(&buf);
	assert_int_equal(strlen(text), 3890);
	free(text);
	assert_int_equal(buf.len, 0);
	text = ts_buf_detach(&buf);
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_the_sentence_and_then_the_case),
	    cmocka_unit_test(a_long_or_broken_text_is_cut_between_characters),
	    cmocka_unit_test(every_code_has_a_name_of_its_own_and_a_sentence),
	    cmocka_unit_test(utf8_is_judged_as_rfc_3629_says),
	    cmocka_unit_test(numbers_out_of_range_or_with_trimmings_are_refused),
	    cmocka_unit_test(globs_match_whole_names),
	    cmocka_unit_test(near_misses_are_counted_no_further_than_asked),
	    cmocka_unit_test(timestamps_print_and_parse_to_the_same_moment),
	    cmocka_unit_test(hostile_json_is_refused_with_its_place),
	    cmocka_unit_test(json_is_taken_to_the_depth_that_is_promised),
	    cmocka_unit_test(a_buffer_holds_what_was_put_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
