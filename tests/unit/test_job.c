/* test_job.c - jobs in and out; the table of cases is in tests/cases/job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "contract/job.h"

static const char sample[] =
    "{\"datasource_id\": 8, \"schema\": \"main.dbo\", \"table\": \"foo\\u00e9\", "
    "\"table_type\": \"VIEW\", \"more\": [1, {\"a\": null}]}";

static void a_job_is_decoded(void **state)
{
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_job_decode(sample, strlen(sample), &job, &err));
	assert_int_equal(job.datasource_id, 8);
	assert_string_equal(job.schema, "main.dbo");
	assert_string_equal(job.table, "foo\xc3\xa9");
	assert_true(job.is_view);
	assert_string_equal(job.text, sample);
	assert_int_equal(json_array_size(job.warnings), 1);
	assert_string_equal(json_string_value(json_array_get(job.warnings, 0)),
			    "an unknown member was ignored: 'more'");
}

static void a_failure_says_which_member_and_keeps_the_text(void **state)
{
	static const struct {
		const char *text;
		enum ts_code code;
		const char *member;
		bool has_text;
	} cases[] = {
	    {"{}", TS_E_MISSING_VALUE, "'datasource_id'", true},
	    {"{\"datasource_id\": 8}", TS_E_MISSING_VALUE, "'schema'", true},
	    {" {\"datasource_id\": null} ", TS_E_BAD_VALUE, "'datasource_id'", true},
	    {"{\"datasource_id\":1,\"schema\":\"\"}", TS_E_BAD_VALUE, "'schema'", true},
	    {"{\"datasource_id\":1,\"schema\":\"a\",\"table\":\"b\","
	     "\"table_type\":null}",
	     TS_E_BAD_TABLE_TYPE, "'table_type'", true},
	    {"[]", TS_E_BAD_MESSAGE, "no object", false},
	    {"{", TS_E_BAD_MESSAGE, "line 1", false},
	    {"", TS_E_BAD_MESSAGE, "empty", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_job) job = {0};
		struct ts_error err = {0};

		assert_false(
		    ts_job_decode(cases[i].text, strlen(cases[i].text), &job, &err));
		assert_int_equal(err.code, cases[i].code);
		assert_non_null(strstr(err.text, cases[i].member));
		assert_int_equal(job.text != NULL, cases[i].has_text);
		if (job.text)
			assert_int_equal(job.text[0] + job.text[strlen(job.text) - 1],
					 '{' + '}');
	}
}

static void a_message_without_a_value_is_no_job(void **state)
{
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_job_decode(NULL, 0, &job, &err));
	assert_int_equal(err.code, TS_E_BAD_MESSAGE);
}

static void warnings_are_bounded_and_stay_utf8(void **state)
{
	TS_AUTO(ts_job) job = {0};
	char big[1000] = "";
	(void)state;

	for (size_t i = 0; i + 3 < sizeof(big); i += 3)
		memcpy(big + i, "\xe2\x82\xac", 4);
	for (int i = 0; i < 3 * TS_WARNING_COUNT; i++)
		ts_job_warn(&job, "%.*s%s\n\xff", i, "abcdefghijklmnopqrstuvwxyz1234",
			    big);
	assert_int_equal(json_array_size(job.warnings), TS_WARNING_COUNT);
	for (size_t i = 0; i < TS_WARNING_COUNT; i++) {
		const json_t *text = json_array_get(job.warnings, i);

		assert_in_range(json_string_length(text), TS_WARNING_BYTES - 3,
				TS_WARNING_BYTES);
	}
}

static void many_unknown_members_leave_room_for_other_warnings(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	(void)state;

	ts_buf_puts(&text, "{\"datasource_id\":1,\"schema\":\"a\",\"table\":\"b\"");
	for (int i = 0; i < 1000; i++)
		ts_buf_printf(&text, ",\"m%d\":%d", i, i);
	ts_buf_putc(&text, '}');
	assert_true(ts_job_decode(text.data, text.len, &job, &err));
	assert_int_equal(json_array_size(job.warnings), 6);
	assert_string_equal(json_string_value(json_array_get(job.warnings, 5)),
			    "995 more unknown members were ignored");
}

static void what_is_encoded_decodes_to_the_same_job(void **state)
{
	static const struct {
		int32_t id;
		const char *schema, *table;
		bool is_view;
	} cases[] = {
	    {0, "dbo", "t", false},
	    {INT32_MAX, "\"main.dbo\"", "a\"b\\c\n\x01/\x7f", true},
	    {8,
	     "gr\xc3\xb6\xc3\x9f"
	     "e",
	     "\xf0\x9f\x98\x80", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_buf) text = {0};
		TS_AUTO(ts_job) job = {0};
		struct ts_error err = {0};

		ts_job_encode(cases[i].id, cases[i].schema, cases[i].table,
			      cases[i].is_view, &text);
		assert_true(ts_job_decode(text.data, text.len, &job, &err));
		assert_int_equal(job.datasource_id, cases[i].id);
		assert_string_equal(job.schema, cases[i].schema);
		assert_string_equal(job.table, cases[i].table);
		assert_int_equal(job.is_view, cases[i].is_view);
		assert_null(job.warnings);
	}
}

/* In memory that ends where the bytes do, so that a sanitizer sees a byte too far. */
static bool decode_copy(const char *bytes, size_t len)
{
	char *copy = ts_calloc(len ? len : 1, 1);
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	bool ok;

	memcpy(copy, bytes, len);
	ok = ts_job_decode(copy, len, &job, &err);
	if (ok)
		assert_true(job.schema[0] && job.table[0] && job.text);
	else
		assert_true(err.text[0]);
	assert_int_equal(job.text != NULL, ok || err.code != TS_E_BAD_MESSAGE);
	if (job.text)
		assert_true(ts_utf8_is_valid(job.text, strlen(job.text)));
	free(copy);
	return ok;
}

static void no_mutation_of_a_job_crashes_the_decoder(void **state)
{
	static const char bytes[] = "\"\\{}[],:08-.eEu \n\xc3\xa9\xed";
	size_t good = 0;
	(void)state;

	srand(11);
	for (int round = 0; round < 50000; round++) {
		char text[sizeof(sample)];
		size_t len = sizeof(sample) - 1;

		memcpy(text, sample, sizeof(sample));
		for (int edits = 1 + rand() % 3; edits > 0; edits--)
			text[(size_t)rand() % len] =
			    (char)(rand() % 2 ? bytes[(size_t)rand() % sizeof(bytes)]
					      : rand() % 256);
		if (rand() % 4 == 0)
			len = (size_t)rand() % len;
		good += decode_copy(text, len);
	}
	assert_in_range(good, 500, 49500);
}

static void every_beginning_of_a_job_is_no_job(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(sample) - 1; len++)
		assert_false(decode_copy(sample, len));
	assert_true(decode_copy(sample, sizeof(sample) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_job_is_decoded),
	    cmocka_unit_test(a_failure_says_which_member_and_keeps_the_text),
	    cmocka_unit_test(a_message_without_a_value_is_no_job),
	    cmocka_unit_test(warnings_are_bounded_and_stay_utf8),
	    cmocka_unit_test(many_unknown_members_leave_room_for_other_warnings),
	    cmocka_unit_test(what_is_encoded_decodes_to_the_same_job),
	    cmocka_unit_test(no_mutation_of_a_job_crashes_the_decoder),
	    cmocka_unit_test(every_beginning_of_a_job_is_no_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
