/* test_postgresql_array.c - arrays of texts as PostgreSQL writes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "source/dialects/postgresql_array.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { MOST = 6 };

struct reading {
	const char *literal;
	size_t width;
	size_t count;
	const char *items[MOST];
};

static const struct reading readings[] = {
    {NULL, 3, 0, {NULL}},
    {"{}", 3, 0, {NULL}},
    {"{a}", 1, 1, {"a"}},
    {"{a,NULL,\"NULL\",null,\"\"}", 1, 5, {"a", NULL, "NULL", "null", ""}},
    {"{{a,b},{c,NULL}}", 2, 4, {"a", "b", "c", NULL}},
    {"{\"b c\",\"d,e\",\"{f}\"}", 1, 3, {"b c", "d,e", "{f}"}},
    {"{\"say \\\"no\\\"\",\"back\\\\slash\",\"\\\\\"}",
     1,
     3,
     {"say \"no\"", "back\\slash", "\\"}},
    {"{\"two\nlines\",\xe8\xa6\xaa}", 1, 2, {"two\nlines", "\xe8\xa6\xaa"}},
    {"{{1,\"{{x,y},{z,NULL}}\"}}", 2, 2, {"1", "{{x,y},{z,NULL}}"}},
};

static void assert_reads(struct ts_postgresql_array *array,
			 const struct reading *reading)
{
	struct ts_error err = {0};

	assert_true(
	    ts_postgresql_array_read(array, reading->literal, reading->width, &err));
	assert_int_equal(array->count, reading->count);
	for (size_t i = 0; i < reading->count; i++) {
		if (reading->items[i])
			assert_string_equal(array->items[i], reading->items[i]);
		else
			assert_null(array->items[i]);
	}
}

static void every_element_is_read(void **state)
{
	TS_AUTO(ts_postgresql_array) again = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		TS_AUTO(ts_postgresql_array) array = {0};

		assert_reads(&array, &readings[i]);
		assert_reads(&again, &readings[i]);
	}
}

static void rows_that_are_not_whole_are_refused(void **state)
{
	static const char *const texts[] = {"{a}", "{{a,b},{c}}", "{\"a\",\"b",
					    "{\"a\\", "{\""};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		TS_AUTO(ts_postgresql_array) array = {0};
		struct ts_error err = {0};

		assert_false(ts_postgresql_array_read(&array, texts[i], 2, &err));
		assert_int_equal(err.code, TS_E_SOURCE_ERROR);
	}
}

static void what_was_written_is_read_again(void **state)
{
	static const char *const texts[] = {"a",  "",     "NULL",      "{,}",
					    "\"", "\\\"", "a\\b \n\"c"};
	enum { COUNT = sizeof(texts) / sizeof(*texts) };
	TS_AUTO(ts_postgresql_array) array = {0};
	TS_AUTO(ts_buf) literal = {0};
	struct ts_error err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		ts_postgresql_array_add(&literal, texts[i]);
	ts_buf_putc(&literal, '}');
	assert_true(ts_postgresql_array_read(&array, literal.data, 1, &err));
	assert_int_equal(array.count, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_string_equal(array.items[i], texts[i]);
}

static void an_array_grows(void **state)
{
	enum { COUNT = 5000 };
	TS_AUTO(ts_postgresql_array) array = {0};
	TS_AUTO(ts_buf) literal = {0};
	struct ts_error err = {0};

	(void)state;
	ts_buf_putc(&literal, '{');
	for (int i = 0; i < COUNT; i++)
		ts_buf_printf(&literal, i ? ",%d" : "%d", i);
	ts_buf_putc(&literal, '}');
	assert_true(ts_postgresql_array_read(&array, literal.data, 1, &err));
	assert_int_equal(array.count, COUNT);
	assert_string_equal(array.items[COUNT - 1], "4999");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_element_is_read),
	    cmocka_unit_test(rows_that_are_not_whole_are_refused),
	    cmocka_unit_test(what_was_written_is_read_again),
	    cmocka_unit_test(an_array_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
