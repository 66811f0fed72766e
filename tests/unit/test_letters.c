/* test_letters.c - dead letters as they are read, filtered and marked; no broker. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter.h"
#include "kafka/marks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct ts_message make(const char *value, const struct ts_header *headers,
			      size_t count)
{
	return (struct ts_message){.topic = "jobs-dlt",
				   .partition = 3,
				   .offset = 17,
				   .timestamp_ms = 1000,
				   .value = value,
				   .value_len = value ? strlen(value) : 0,
				   .headers = headers,
				   .header_count = count,
				   .is_ours = true};
}

static void a_letter_tells_of_its_job_what_can_be_told(void **state)
{
	static const struct {
		const char *value;
		const char *schema, *table; /* NULL: it does not tell */
		int64_t datasource;         /* -1: it does not tell */
	} cases[] = {
	    {"{\"datasource_id\": 8, \"schema\": \"main.dbo\", \"table\": \"t\"}",
	     "main.dbo", "t", 8},
	    {"{\"table\": \"\\u00e4\\n\"}", NULL, "ä\n", -1},
	    {"{\"datasource_id\": \"8\", \"schema\": null, \"table\": [\"t\"]}", NULL,
	     NULL, -1},
	    {"{\"datasource_id\": 2147483648}", NULL, NULL, -1},
	    {"{\"datasource_id\": 8.0, \"schema\": \"\"}", "", NULL, -1},
	    {"[8, \"schema\"]", NULL, NULL, -1},
	    {"{\"datasource_id\": 8", NULL, NULL, -1},
	    {"no job", NULL, NULL, -1},
	    {"", NULL, NULL, -1},
	    {NULL, NULL, NULL, -1},
	};
	TS_AUTO(ts_letter) letter = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct ts_message message = make(cases[i].value, NULL, 0);

		ts_letter_read(&message, &letter);
		assert_int_equal(letter.has_datasource, cases[i].datasource >= 0);
		if (letter.has_datasource)
			assert_int_equal(letter.datasource_id, cases[i].datasource);
		assert_int_equal(letter.has_schema, cases[i].schema != NULL);
		if (cases[i].schema)
			assert_string_equal(ts_buf_text(&letter.schema),
					    cases[i].schema);
		assert_int_equal(letter.has_table, cases[i].table != NULL);
		if (cases[i].table)
			assert_string_equal(ts_buf_text(&letter.table), cases[i].table);
	}
}

static void headers_that_are_too_long_or_no_text_are_cut_and_cleaned(void **state)
{
	char text[3000];
	struct ts_header headers[] = {
	    {"x-error-code", text, sizeof(text)},
	    {"x-error-message", text, sizeof(text)},
	    {"x-value-bytes", "17", 2},
	};
	const struct ts_message message = make("{}", headers, COUNT(headers));
	TS_AUTO(ts_letter) letter = {0};

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "a\n\x1b\xff", 4);
	ts_letter_read(&message, &letter);
	assert_int_equal(strlen(letter.error), TS_LETTER_ERROR_SIZE - 1);
	assert_memory_equal(letter.error, "a???x", 5);
	assert_int_equal(strlen(letter.text), TS_ERROR_MESSAGE_BYTES - 1);
	assert_int_equal(letter.value_bytes, 17);

	headers[2].value = "-1";
	ts_letter_read(&message, &letter);
	assert_int_equal(letter.value_bytes, -1);
}

static void places_are_numbers_with_a_dash_and_ranges_go_up(void **state)
{
	static const struct {
		const char *text;
		bool is_right;
		struct ts_letter_range range;
	} cases[] = {
	    {"3-17", true, {3, 17, 17}},
	    {"0-0", true, {0, 0, 0}},
	    {"3-17..20", true, {3, 17, 20}},
	    {"3-17..17", true, {3, 17, 17}},
	    {"2147483647-9223372036854775807", true, {INT32_MAX, INT64_MAX, INT64_MAX}},
	    {"2147483648-1", false, {0}},
	    {"1-9223372036854775808", false, {0}},
	    {"3-20..17", false, {0}},
	    {"3", false, {0}},
	    {"3-", false, {0}},
	    {"-3", false, {0}},
	    {"3--1", false, {0}},
	    {"3-1..", false, {0}},
	    {"3-..5", false, {0}},
	    {"3-1...5", false, {0}},
	    {"3-1-5", false, {0}},
	    {" 3-1", false, {0}},
	    {"3-1 ", false, {0}},
	    {"", false, {0}},
	    {"000000000000000000000000000003-1", false, {0}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ts_letter_range range = {0};

		assert_int_equal(ts_letter_range_parse(cases[i].text, &range),
				 cases[i].is_right);
		assert_int_equal(range.partition, cases[i].range.partition);
		assert_int_equal(range.from, cases[i].range.from);
		assert_int_equal(range.to, cases[i].range.to);
	}
}

static void a_filter_takes_what_all_of_its_parts_take(void **state)
{
	char busy[] = "source_busy", slow[] = "source_timeout";
	char *both[] = {busy, slow}, *other[] = {busy};
	struct ts_letter_range here = {3, 10, 17}, there = {2, 0, 100};
	const struct ts_header header = {"x-error-code", slow, sizeof(slow) - 1};
	const struct ts_message message = make(
	    "{\"datasource_id\": 8, \"schema\": \"s\", \"table\": \"t\"}", &header, 1);
	const struct {
		bool is_taken;
		struct ts_letter_filter filter;
	} cases[] = {
	    {true, {.until_ms = INT64_MAX}},
	    {true, {.until_ms = 1001, .since_ms = 1000}},
	    {false, {.until_ms = 1000}},
	    {false, {.until_ms = INT64_MAX, .since_ms = 1001}},
	    {true, {.until_ms = INT64_MAX, .errors = {both, 2}}},
	    {false, {.until_ms = INT64_MAX, .errors = {other, 1}}},
	    {true, {.until_ms = INT64_MAX, .has_datasource = true, .datasource_id = 8}},
	    {false, {.until_ms = INT64_MAX, .has_datasource = true}},
	    {true, {.until_ms = INT64_MAX, .schema = "s", .table = "t"}},
	    {false, {.until_ms = INT64_MAX, .schema = "s", .table = "T"}},
	    {true, {.until_ms = INT64_MAX, .ranges = &here, .range_count = 1}},
	    {false, {.until_ms = INT64_MAX, .ranges = &there, .range_count = 1}},
	};
	TS_AUTO(ts_letter) letter = {0};

	(void)state;
	ts_letter_read(&message, &letter);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(ts_letter_matches(&cases[i].filter, &letter),
				 cases[i].is_taken);
}

/* The mark of a letter as dlq writes it, or what stands in its place. */
static void note(struct ts_marks *marks, const struct ts_message *letter,
		 const char *instead, bool is_tombstone)
{
	TS_AUTO(ts_buf) key = {0}, value = {0};
	struct ts_message record = {.topic = "jobs-dlt-done"};

	ts_mark_key(letter, &key);
	if (instead)
		ts_buf_puts(&value, instead);
	else
		ts_mark_value(letter, "replayed", "me \"and\" you", 1234, &value);
	record.key = key.data;
	record.key_len = key.len;
	record.value = is_tombstone ? NULL : value.data;
	record.value_len = is_tombstone ? 0 : value.len;
	ts_marks_note(marks, &record);
}

static void a_mark_is_of_one_letter_and_of_no_other_at_its_place(void **state)
{
	static const struct ts_extent extents[] = {{0, 0}, {0, 0}, {0, 0}, {10, 20}};
	struct ts_message letter = make("{}", NULL, 0), older = letter, other = letter;
	struct ts_marks marks;

	(void)state;
	older.timestamp_ms = 999;
	other.offset = 18;
	ts_marks_init(&marks, extents, COUNT(extents));
	ts_marks_watch(&marks, 3, 17);
	assert_false(ts_marks_has(&marks, &letter));
	note(&marks, &letter, NULL, false);
	assert_true(ts_marks_has(&marks, &letter));
	assert_false(ts_marks_has(&marks, &older));
	assert_false(ts_marks_has(&marks, &other));
	assert_string_equal(marks.kept.data,
			    "{\"what\":\"replayed\",\"at\":\"1970-01-01T00:00:01."
			    "234000Z\",\"by\":\"me \\\"and\\\" you\","
			    "\"letter_ms\":1000}");
	note(&marks, &letter, NULL, true);
	assert_false(ts_marks_has(&marks, &letter));
	note(&marks, &letter, "by hand", false);
	assert_true(ts_marks_has(&marks, &letter) && ts_marks_has(&marks, &older));
	ts_marks_release(&marks);
}

static void marks_of_what_is_no_more_or_nowhere_are_passed_over(void **state)
{
	static const char *const keys[] = {
	    "",        "3",
	    "3-",      "3-17..18",
	    "4-1",     "-1-17",
	    "3-9",     "3-20",
	    "3-17\0x", " 3-17",
	    "3-17 ",   "99999999999999999999999999999999999999999999999999-1"};
	static const struct ts_extent extents[] = {{0, 0}, {0, 0}, {0, 0}, {10, 20}};
	struct ts_message letter = make("{}", NULL, 0);
	struct ts_marks marks;

	(void)state;
	ts_marks_init(&marks, extents, COUNT(extents));
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct ts_message record = {
		    .key = keys[i],
		    .key_len = strcmp(keys[i], "3-17") == 0 ? 6 : strlen(keys[i]),
		    .value = "{}",
		    .value_len = 2};

		ts_marks_note(&marks, &record);
	}
	ts_marks_note(&marks, &(struct ts_message){.value = "{}", .value_len = 2});
	for (letter.offset = 9; letter.offset <= 20; letter.offset++)
		assert_false(ts_marks_has(&marks, &letter));
	ts_marks_release(&marks);
}

enum { PARTITIONS = 3, OFFSETS = 50, STEPS = 5000 };

static void marks_in_any_order_are_what_a_plain_table_says(void **state)
{
	struct ts_extent extents[PARTITIONS];
	bool model[PARTITIONS][OFFSETS] = {0};
	unsigned random = 1;
	struct ts_marks marks;

	(void)state;
	for (int i = 0; i < PARTITIONS; i++)
		extents[i] = (struct ts_extent){1000 * i, 1000 * i + OFFSETS};
	ts_marks_init(&marks, extents, PARTITIONS);
	for (int step = 0; step < STEPS; step++) {
		struct ts_message letter = make("{}", NULL, 0);
		int partition, offset;

		random = random * 1664525 + 1013904223;
		partition = (int)(random >> 8) % PARTITIONS;
		offset = (int)(random >> 12) % OFFSETS;
		letter.partition = partition;
		letter.offset = extents[partition].from + offset;
		letter.timestamp_ms = letter.offset % 3; /* stamps that are close */
		model[partition][offset] = random >> 31;
		note(&marks, &letter, NULL, !model[partition][offset]);

		letter.offset = extents[partition].from + (random >> 20) % OFFSETS;
		letter.timestamp_ms = letter.offset % 3;
		assert_int_equal(
		    ts_marks_has(&marks, &letter),
		    model[partition][letter.offset - extents[partition].from]);
	}
	ts_marks_release(&marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_letter_tells_of_its_job_what_can_be_told),
	    cmocka_unit_test(headers_that_are_too_long_or_no_text_are_cut_and_cleaned),
	    cmocka_unit_test(places_are_numbers_with_a_dash_and_ranges_go_up),
	    cmocka_unit_test(a_filter_takes_what_all_of_its_parts_take),
	    cmocka_unit_test(a_mark_is_of_one_letter_and_of_no_other_at_its_place),
	    cmocka_unit_test(marks_of_what_is_no_more_or_nowhere_are_passed_over),
	    cmocka_unit_test(marks_in_any_order_are_what_a_plain_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
