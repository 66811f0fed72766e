/* test_log.c - base/log: one line an event, in either form, whatever is in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

enum { LINE_BYTES = 1024 };

/* What the event prints to stderr, behind its time. */
static void print(enum ts_log_format format, const struct ts_field *fields,
		  char ret_line[LINE_BYTES])
{
	const size_t before = format == TS_LOG_JSON ? strlen("{\"time\":\"") : 0;
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	ts_log_set_format(format);
	ts_log_event(TS_LOG_INFO, "job.failed", fields);
	ts_log_set_format(TS_LOG_LOGFMT);
	dup2(kept, STDERR_FILENO);
	len = read(ends[0], ret_line, LINE_BYTES - 1);
	close(ends[0]);
	close(ends[1]);
	close(kept);
	assert_true(len > (ssize_t)before + TS_TIMESTAMP_SIZE);
	ret_line[len] = '\0';
	assert_int_equal(ret_line[len - 1], '\n');
	assert_true(ts_utf8_is_valid(ret_line, (size_t)len));
	memmove(ret_line, ret_line + before + TS_TIMESTAMP_SIZE - 1,
		(size_t)len - before - TS_TIMESTAMP_SIZE + 2);
}

static const struct {
	const char *value, *logfmt, *json;
} cases[] = {
    {"plain", "plain", "\"plain\""},
    {"", "\"\"", "\"\""},
    {"two words", "\"two words\"", "\"two words\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\""},
    {"one\ntwo\t", "\"one two \"", "\"one\\ntwo\\t\""},
    {"\x01", "\" \"", "\"\\u0001\""},
    {"m\xc3\xbcller", "m\xc3\xbcller", "\"m\xc3\xbcller\""},
    {"m\xfcller", "m?ller", "\"m?ller\""},
    {"=", "\"=\"", "\"=\""},
};

static void a_value_is_on_its_line_in_a_form_that_can_be_read_back(void **state)
{
	char line[LINE_BYTES], expected[LINE_BYTES];
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ts_field fields[] = {TS_STR("text", cases[i].value),
						  TS_INT("count", -7), TS_LOG_END};

		print(TS_LOG_LOGFMT, fields, line);
		snprintf(expected, sizeof(expected),
			 " info job.failed text=%s count=-7\n", cases[i].logfmt);
		assert_string_equal(line, expected);
		print(TS_LOG_JSON, fields, line);
		snprintf(expected, sizeof(expected),
			 "\",\"level\":\"info\",\"event\":\"job.failed\",\"text\":%s,"
			 "\"count\":-7}\n",
			 cases[i].json);
		assert_string_equal(line, expected);
	}
}

static void only_names_that_are_known_are_taken(void **state)
{
	enum ts_log_format format = TS_LOG_LOGFMT;
	enum ts_log_level level = TS_LOG_ERROR;
	(void)state;

	assert_true(ts_log_format_parse("json", &format));
	assert_int_equal(format, TS_LOG_JSON);
	assert_true(ts_log_level_parse("debug", &level));
	assert_int_equal(level, TS_LOG_DEBUG);
	assert_false(ts_log_format_parse("JSON", &format));
	assert_false(ts_log_level_parse("", &level));
	assert_int_equal(format, TS_LOG_JSON);
	assert_int_equal(level, TS_LOG_DEBUG);
}

static void an_event_below_the_level_is_not_printed(void **state)
{
	(void)state;

	assert_true(ts_log_is_on(TS_LOG_INFO));
	assert_false(ts_log_is_on(TS_LOG_DEBUG));
	ts_log_set_level(TS_LOG_ERROR);
	assert_false(ts_log_is_on(TS_LOG_WARN));
	ts_log_set_level(TS_LOG_INFO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_value_is_on_its_line_in_a_form_that_can_be_read_back),
	    cmocka_unit_test(only_names_that_are_known_are_taken),
	    cmocka_unit_test(an_event_below_the_level_is_not_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
