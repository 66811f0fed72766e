/* test_schema_name.c - the grammar of schema names; its table of cases is in
 * tests/cases/schema_name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "contract/schema_name.h"

enum { ROUNDS = 50000, PART_BYTES = 6 };

/* Few bytes and most of them special, so that short names meet every rule. */
static void random_text(char ret_text[PART_BYTES + 1], size_t least)
{
	static const char bytes[] = "..\"\"[[]]``aB \xc3";
	size_t len = least + (size_t)rand() % (PART_BYTES - least + 1);

	for (size_t i = 0; i < len; i++)
		ret_text[i] = bytes[(size_t)rand() % (sizeof(bytes) - 1)];
	ret_text[len] = '\0';
}

static void assert_parts(const struct ts_schema_name *name, const char *const *parts,
			 size_t count)
{
	assert_int_equal(name->count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(name->parts[i], parts[i]);
}

static void a_name_that_was_printed_parses_to_the_same_parts(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		TS_AUTO(ts_schema_name) name = {0};
		TS_AUTO(ts_buf) printed = {0};
		struct ts_error err = {0};
		char catalog[PART_BYTES + 1], schema[PART_BYTES + 1];
		const char *const parts[] = {catalog, schema};
		size_t levels = 1 + (size_t)rand() % 2;

		random_text(catalog, 1);
		random_text(schema, 1);
		ts_schema_name_print(parts, levels, &printed);
		assert_true(ts_schema_name_parse(printed.data, levels, &name, &err));
		assert_parts(&name, parts, levels);
	}
}

static void any_text_parses_or_fails_with_a_reason(void **state)
{
	size_t good = 0;
	(void)state;

	srand(8);
	for (int round = 0; round < ROUNDS; round++) {
		TS_AUTO(ts_schema_name) name = {0}, again = {0};
		TS_AUTO(ts_buf) printed = {0};
		struct ts_error err = {0};
		char text[PART_BYTES + 1];
		size_t levels = 1 + (size_t)rand() % 2;

		random_text(text, 0);
		if (!ts_schema_name_parse(text, levels, &name, &err)) {
			assert_int_equal(err.code, TS_E_BAD_SCHEMA_NAME);
			assert_true(err.text[0]);
			assert_int_equal(name.count, 0);
			continue;
		}
		good++;
		ts_schema_name_print((const char *const *)name.parts, name.count,
				     &printed);
		assert_true(ts_schema_name_parse(printed.data, levels, &again, &err));
		assert_parts(&again, (const char *const *)name.parts, name.count);
	}
	assert_in_range(good, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

/* Quote a part in one of the three ways. */
static void quote(const char *part, struct ts_buf *buf)
{
	static const char open[] = "\"[`", close[] = "\"]`";
	size_t way = (size_t)rand() % 3;

	ts_buf_putc(buf, open[way]);
	for (; *part; part++) {
		if (*part == close[way])
			ts_buf_putc(buf, *part);
		ts_buf_putc(buf, *part);
	}
	ts_buf_putc(buf, close[way]);
}

static void assert_folds_to(const char *expected, const char *text)
{
	TS_AUTO(ts_buf) folded = {0};

	ts_schema_name_fold(text, &folded);
	assert_string_equal(ts_buf_text(&folded), expected);
}

static void every_spelling_of_a_schema_folds_to_one_text(void **state)
{
	(void)state;
	srand(9);
	for (int round = 0; round < ROUNDS; round++) {
		TS_AUTO(ts_buf) folded = {0}, text = {0};
		char catalog[PART_BYTES + 1], schema[PART_BYTES + 1];

		random_text(catalog, 1);
		random_text(schema, 1);
		quote(schema, &text);
		ts_schema_name_fold(text.data, &folded);

		ts_buf_clear(&text);
		quote(schema, &text);
		assert_folds_to(ts_buf_text(&folded), text.data);

		ts_buf_clear(&text);
		quote(catalog, &text);
		ts_buf_putc(&text, '.');
		quote(schema, &text);
		assert_folds_to(ts_buf_text(&folded), text.data);

		/* The whole text of a DBMS with one level. */
		if (!strchr("\"[`", schema[0]))
			assert_folds_to(ts_buf_text(&folded), schema);
	}
	assert_folds_to("dbo", "Main.DBO");
	assert_folds_to("*", "\xc3\x96");
}

static void a_failure_leaves_the_result_alone_and_says_which_part(void **state)
{
	struct ts_schema_name name = {.count = 77};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_schema_name_parse("main..dbo", 3, &name, &err));
	assert_int_equal(name.count, 77);
	assert_non_null(strstr(err.text, "part 2 is empty"));
	assert_false(ts_schema_name_parse("a.b.c", 2, &name, &err));
	assert_non_null(strstr(err.text, "more than 2 parts"));
	assert_false(ts_schema_name_parse("main.[dbo", 2, &name, &err));
	assert_non_null(strstr(err.text, "no closing ]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_that_was_printed_parses_to_the_same_parts),
	    cmocka_unit_test(any_text_parses_or_fails_with_a_reason),
	    cmocka_unit_test(every_spelling_of_a_schema_folds_to_one_text),
	    cmocka_unit_test(a_failure_leaves_the_result_alone_and_says_which_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
