/* test_request.c - what of a message on the jobs topic is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "contract/request.h"

#define JOB "{\"datasource_id\": 8, \"schema\": \"main.dbo\", \"table\": \"foobar\"}"
#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(name, value)                                                              \
	{                                                                              \
		(name), (value), sizeof(value) - 1                                     \
	}

static bool make(const struct ts_header *headers, size_t count,
		 struct ts_request *ret_request)
{
	const struct ts_message message = {.topic = "tablesync.jobs",
					   .partition = 3,
					   .offset = 17,
					   .key = "k\0y",
					   .key_len = 3,
					   .value = JOB,
					   .value_len = sizeof(JOB) - 1,
					   .headers = headers,
					   .header_count = count};
	struct ts_error err = {0};

	return ts_request_make(&message, ret_request, &err);
}

static const char *warning(const struct ts_request *request)
{
	assert_int_equal(json_array_size(request->job.warnings), 1);
	return json_string_value(json_array_get(request->job.warnings, 0));
}

static void a_bare_message_is_answered_in_the_default_topic_by_key(void **state)
{
	TS_AUTO(ts_request) request = {0};
	(void)state;

	assert_true(make(NULL, 0, &request));
	assert_string_equal(request.job_id, "tablesync.jobs-3-17");
	assert_string_equal(request.job.table, "foobar");
	assert_int_equal(request.key_len, 3);
	assert_memory_equal(request.key, "k\0y", 3);
	assert_int_equal(request.trail.replay, 0);
	assert_null(request.reply_topic);
	assert_int_equal(request.reply_partition, -1);
	assert_true(request.deadline_unix_ms == INT64_MAX);
	assert_null(ts_request_correlation(&request));
	assert_null(request.job.warnings);
	for (size_t i = 0; i < TS_ECHO_COUNT; i++) {
		assert_non_null(request.echo[i].name);
		assert_null(request.echo[i].value);
	}
}

static void the_headers_of_the_contract_are_kept(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("kafka_correlationId", "\xff\0\x01"),
	    TEXT("correlationId", "order 4711"),
	    TEXT("traceparent", "00-0af7651916cd43dd8448eb211c80319c-"
				"b7ad6b7169203331-01"),
	    TEXT("tracestate", "a=b,c=d"),
	    TEXT("kafka_replyTopic", "billing.replies"),
	    TEXT("kafka_replyPartition", "\0\0\1\2"),
	    TEXT("x-deadline", "1795410000123"),
	    TEXT("token", "secret"),
	    TEXT("x-attempt", "7"),
	    TEXT("x-replay-count", "7"),
	};
	TS_AUTO(ts_request) request = {0};
	(void)state;

	assert_true(make(headers, COUNT(headers), &request));
	for (size_t i = 0; i < TS_ECHO_COUNT; i++) {
		assert_string_equal(request.echo[i].name, headers[i].name);
		assert_int_equal(request.echo[i].len, headers[i].len);
		assert_memory_equal(request.echo[i].value, headers[i].value,
				    headers[i].len);
	}
	assert_string_equal(request.reply_topic, "billing.replies");
	assert_int_equal(request.reply_partition, 258);
	assert_true(request.deadline_unix_ms == INT64_C(1795410000123));
	assert_int_equal(request.trail.replay, 0);
	assert_string_equal(ts_request_correlation(&request), "order 4711");
	assert_null(request.job.warnings);
}

static void of_a_repeated_header_the_last_counts_also_when_it_is_damaged(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("correlationId", "first"), TEXT("x-deadline", "1"),
	    TEXT("replyTo", "one"),         TEXT("traceparent", "00-1"),
	    TEXT("correlationId", "last"),  TEXT("replyTo", "two"),
	    TEXT("x-deadline", "soon"),     {"traceparent", NULL, 0},
	};
	TS_AUTO(ts_request) request = {0};
	(void)state;

	assert_true(make(headers, COUNT(headers), &request));
	assert_string_equal(ts_request_correlation(&request), "last");
	assert_string_equal(request.reply_topic, "two");
	assert_true(request.deadline_unix_ms == INT64_MAX);
	assert_null(request.echo[2].value);
	assert_non_null(strstr(warning(&request), "'x-deadline'"));
}

static void kafkas_own_reply_topic_goes_before_its_alias(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("kafka_replyTopic", "one"),
	    TEXT("replyTo", "two"),
	};
	TS_AUTO(ts_request) request = {0};
	(void)state;

	assert_true(make(headers, COUNT(headers), &request));
	assert_string_equal(request.reply_topic, "one");
}

static void a_damaged_header_is_ignored_with_a_warning(void **state)
{
	static char long_name[250];
	static const struct ts_header cases[] = {
	    TEXT("kafka_replyPartition", ""),
	    TEXT("kafka_replyPartition", "12"),
	    TEXT("kafka_replyPartition", "\0\0\0\0\1"),
	    TEXT("kafka_replyPartition", "\xff\xff\xff\xff"),
	    TEXT("x-deadline", ""),
	    TEXT("x-deadline", "-1"),
	    TEXT("x-deadline", "1.5"),
	    TEXT("x-deadline", " 1"),
	    TEXT("x-deadline", "1\0"),
	    TEXT("x-deadline", "9223372036854775808"),
	    TEXT("kafka_replyTopic", ""),
	    TEXT("kafka_replyTopic", "."),
	    TEXT("kafka_replyTopic", ".."),
	    TEXT("kafka_replyTopic", "a b"),
	    TEXT("kafka_replyTopic", "a\0"),
	    TEXT("replyTo", "gr\xc3\xb6\xc3\x9f"),
	    {"replyTo", long_name, sizeof(long_name)},
	    TEXT("traceparent", "00\r\nToken: x"),
	    TEXT("tracestate", "\xc3\xa9"),
	};
	(void)state;

	memset(long_name, 'a', sizeof(long_name));
	for (size_t i = 0; i < COUNT(cases); i++) {
		TS_AUTO(ts_request) request = {0};

		assert_true(make(&cases[i], 1, &request));
		assert_non_null(strstr(warning(&request), cases[i].name));
		assert_null(request.reply_topic);
		assert_int_equal(request.reply_partition, -1);
		assert_true(request.deadline_unix_ms == INT64_MAX);
		assert_null(request.echo[2].value);
		assert_null(request.echo[3].value);
	}
}

static void the_partition_of_a_topic_that_is_ignored_is_ignored_too(void **state)
{
	static const struct ts_header headers[] = {
	    TEXT("kafka_replyTopic", "no topic"),
	    TEXT("kafka_replyPartition", "\0\0\0\2"),
	};
	TS_AUTO(ts_request) request = {0};
	(void)state;

	assert_true(make(headers, COUNT(headers), &request));
	assert_int_equal(request.reply_partition, -1);
}

static void a_header_that_is_echoed_has_a_bound(void **state)
{
	static char value[8193];
	struct ts_header header = {"kafka_correlationId", value, sizeof(value) - 1};
	TS_AUTO(ts_request) request = {0}, longer = {0};
	(void)state;

	assert_true(make(&header, 1, &request));
	assert_int_equal(request.echo[0].len, sizeof(value) - 1);
	assert_null(request.job.warnings);

	header.len++;
	assert_true(make(&header, 1, &longer));
	assert_null(longer.echo[0].value);
	assert_non_null(strstr(warning(&longer), "longer than 8192 bytes"));
}

static void a_correlation_is_repeated_where_it_is_plain_text(void **state)
{
	static char longest[256], longer[257];
	static const struct {
		struct ts_header header;
		bool is_plain;
	} cases[] = {
	    {TEXT("correlationId", ""), true},
	    {TEXT("correlationId", "a b~"), true},
	    {TEXT("correlationId", "\xc3\xa9\xf0\x9f\x98\x80"), true},
	    {TEXT("correlationId", "\xc2\xa0"), true},
	    {TEXT("kafka_correlationId", "plain"), true},
	    {{"correlationId", longest, sizeof(longest)}, true},
	    {{"correlationId", longer, sizeof(longer)}, false},
	    {TEXT("correlationId", "a\n"), false},
	    {TEXT("correlationId", "a\0b"), false},
	    {TEXT("correlationId", "\x7f"), false},
	    {TEXT("correlationId", "\xc2\x85"), false},
	    {TEXT("correlationId", "\xff"), false},
	    {TEXT("correlationId", "a\xc2"), false},
	    {TEXT("kafka_correlationId", "\x0a\xf7\x65\x19"), false},
	};
	(void)state;

	memset(longest, 'x', sizeof(longest));
	memset(longer, 'x', sizeof(longer));
	for (size_t i = 0; i < COUNT(cases); i++) {
		TS_AUTO(ts_request) request = {0};
		const struct ts_header *header = &cases[i].header;
		const char *correlation;

		assert_true(make(header, 1, &request));
		correlation = ts_request_correlation(&request);
		assert_int_equal(correlation != NULL, cases[i].is_plain);
		if (correlation)
			assert_memory_equal(correlation, header->value, header->len);
	}
}

static void a_message_that_is_no_job_can_still_be_answered(void **state)
{
	static const struct ts_header header = TEXT("correlationId", "c");
	const struct ts_message message = {.topic = "t",
					   .partition = INT32_MAX,
					   .offset = INT64_MAX,
					   .headers = &header,
					   .header_count = 1};
	TS_AUTO(ts_request) request = {0};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_request_make(&message, &request, &err));
	assert_int_equal(err.code, TS_E_BAD_MESSAGE);
	assert_string_equal(request.job_id, "t-2147483647-9223372036854775807");
	assert_string_equal(ts_request_correlation(&request), "c");
	assert_null(request.key);
	assert_null(request.job.text);
}

static void the_longest_topic_fits_a_job_id(void **state)
{
	char topic[250], expected[TS_JOB_ID_SIZE];
	const struct ts_message message = {
	    .topic = topic, .partition = INT32_MAX, .offset = INT64_MAX};
	TS_AUTO(ts_request) request = {0};
	struct ts_error err = {0};
	(void)state;

	memset(topic, 't', sizeof(topic) - 1);
	topic[sizeof(topic) - 1] = '\0';
	snprintf(expected, sizeof(expected), "%s-2147483647-9223372036854775807",
		 topic);
	assert_false(ts_request_make(&message, &request, &err));
	assert_string_equal(request.job_id, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_bare_message_is_answered_in_the_default_topic_by_key),
	    cmocka_unit_test(the_headers_of_the_contract_are_kept),
	    cmocka_unit_test(
		of_a_repeated_header_the_last_counts_also_when_it_is_damaged),
	    cmocka_unit_test(kafkas_own_reply_topic_goes_before_its_alias),
	    cmocka_unit_test(a_damaged_header_is_ignored_with_a_warning),
	    cmocka_unit_test(the_partition_of_a_topic_that_is_ignored_is_ignored_too),
	    cmocka_unit_test(a_header_that_is_echoed_has_a_bound),
	    cmocka_unit_test(a_correlation_is_repeated_where_it_is_plain_text),
	    cmocka_unit_test(a_message_that_is_no_job_can_still_be_answered),
	    cmocka_unit_test(the_longest_topic_fits_a_job_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
