/* test_store_search.c - store/search: words, their grams, and what a query asks for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "store/search.h"

static void letters_are_lower_cased_in_every_script_of_the_table(void **state)
{
	static const struct {
		const char *text, *folded;
	} cases[] = {
	    {"", ""},
	    {"Abc_XYZ 19@[`{", "abc_xyz 19@[`{"},
	    {"\xc3\x84\xc3\x96\xc3\x9c\xc3\x9f\xc3\x97",
	     "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\x97"},
	    {"\xc3\xa9\xc3\xb7", "\xc3\xa9\xc3\xb7"},
	    {"\xc4\x80\xc4\x81\xc5\xa0\xc5\xb8\xc5\xbd",
	     "\xc4\x81\xc4\x81\xc5\xa1\xc3\xbf\xc5\xbe"},
	    {"\xce\x91\xce\xa9\xce\x86\xcf\x83", "\xce\xb1\xcf\x89\xce\xac\xcf\x83"},
	    {"\xd0\x90\xd0\xaf\xd0\x81\xd1\x8f", "\xd0\xb0\xd1\x8f\xd1\x91\xd1\x8f"},
	    {"\xd4\xb1\xd5\x96", "\xd5\xa1\xd6\x86"},
	    {"\xe1\xba\xbe\xe6\xbc\xa2", "\xe1\xba\xbf\xe6\xbc\xa2"},
	    {"\xf0\x9f\x98\x80Q", "\xf0\x9f\x98\x80q"},
	    {"a\tb\nc\x01\x7f", "a b c  "},
	    {"\xc3", "\xc3"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) folded = {0};

		ts_search_fold(cases[i].text, &folded);
		assert_string_equal(ts_buf_text(&folded), cases[i].folded);
	}
}

static struct ts_row row(char *document)
{
	static char
	    schema[] = "main.dbo",
	    name[] = "Ab", title[] = "T", description[] = "<p>D<b>e</b></p>",
	    fields[] =
		"[{\"name\":\"F\",\"type\":\"text\",\"value\":\"<V>\"},"
		"{\"name\":\"g\",\"type\":\"rich_text\",\"value\":\"<i>W</i>\"}]";

	return (struct ts_row){.ds_id = 8,
			       .schema_name = schema,
			       .name = name,
			       .title = title,
			       .description = description,
			       .custom_fields = fields,
			       .document = document};
}

static void the_words_of_a_table_are_all_that_names_and_describes_it(void **state)
{
	char document[] =
	    "{\"db_comment\":\"Com\\u0041\",\"columns\":[{\"name\":\"C1\","
	    "\"comment\":null},{\"name\":\"C2\",\"comment\":\"x\"}]}";
	struct ts_row one = row(document);
	TS_AUTO(ts_buf) words = {0};
	struct ts_error err = {0};
	static const char expected[] =
	    "ab\nmain.dbo\ncoma\nc1\nc2\nx\nf\n<v>\ng\nw\nt\n de \n\x02";
	(void)state;

	assert_true(ts_search_words(&one, &words, &err));
	assert_memory_equal(ts_buf_text(&words), expected, strlen(expected));
	/* The name's one letter, its two and its other one. */
	assert_string_equal(words.data + words.len - 9, "\x01\x01"
							"a"
							"\x01"
							"ab"
							"\x01\x01"
							"b");
}

static void a_damaged_document_is_told_and_not_indexed(void **state)
{
	char document[] = "{\"columns\":";
	struct ts_row one = row(document);
	TS_AUTO(ts_buf) words = {0};
	struct ts_error err = {0};
	(void)state;

	assert_false(ts_search_words(&one, &words, &err));
	assert_int_equal(err.code, TS_E_INTERNAL);
}

static size_t count_commas(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static void grams_are_each_there_once_and_none_goes_beyond_its_line(void **state)
{
	static const struct {
		const char *words;
		size_t count;
	} cases[] = {
	    {"abc\n", 1},
	    {"abcd\n", 2},
	    {"ab\ncd\n", 0},
	    {"aaaaaa\n", 1},
	    {"abc\nabc\n", 1},
	    {"\xc3\xa4\xc3\xb6\xc3\xbc\n", 1},
	    {"\x02"
	     "ab\x03"
	     "cd",
	     2},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) grams = {0};

		ts_search_grams(cases[i].words, &grams);
		if (cases[i].count)
			assert_int_equal(count_commas(grams.data) + 1, cases[i].count);
		else
			assert_string_equal(grams.data, "{}");
	}
}

static void a_query_asks_for_every_word_and_hides_no_syntax(void **state)
{
	static const struct {
		const char *text, *grams, *words;
	} cases[] = {
	    {"ABC", "\"abc\"", "[ \"abc\"]"},
	    {"abcdef", "\"abc\" \"cde\" \"def\"", "[ \"abcdef\"]"},
	    {" abc  xyz ", "\"abc\" \"xyz\"", "[ \"abc\",\"xyz\"]"},
	    {"a\"c*", "\"a\"\"c\" \"\"\"c*\"", "[ \"a\\\"c*\"]"},
	    {"o", "\"\x01\x01o\"", "[ \"\\u0001\\u0001o\"]"},
	    {"OR", "\"\x01or\"", "[ \"\\u0001or\"]"},
	    {"\x01\x01o", "\"\x01\x01o\"", "[ \"\\u0001\\u0001o\"]"},
	};
	static const char tail[] = " \"\x04";
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_store_query query = {.ds_id = -1, .text = cases[i].text};
		TS_AUTO(ts_search) search = {0};
		struct ts_error err = {0};
		size_t len = strlen(cases[i].grams);

		assert_true(ts_search_make(&query, false, &search, &err));
		assert_memory_equal(ts_buf_text(&search.grams), cases[i].grams, len);
		assert_memory_equal(search.grams.data + len, tail, strlen(tail));
		assert_string_equal(search.words.data, cases[i].words);
	}
}

static void a_query_of_too_many_words_is_refused(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_store_query query = {.ds_id = -1};
	TS_AUTO(ts_search) search = {0};
	struct ts_error err = {0};
	(void)state;

	for (int i = 0; i < 33; i++)
		ts_buf_puts(&text, "abc ");
	query.text = text.data;
	assert_false(ts_search_make(&query, true, &search, &err));
	assert_int_equal(err.code, TS_E_BAD_VALUE);
	assert_true(ts_search_is_asked("a"));
	assert_false(ts_search_is_asked(" \t\n"));
	assert_false(ts_search_is_asked(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(letters_are_lower_cased_in_every_script_of_the_table),
	    cmocka_unit_test(the_words_of_a_table_are_all_that_names_and_describes_it),
	    cmocka_unit_test(a_damaged_document_is_told_and_not_indexed),
	    cmocka_unit_test(grams_are_each_there_once_and_none_goes_beyond_its_line),
	    cmocka_unit_test(a_query_asks_for_every_word_and_hides_no_syntax),
	    cmocka_unit_test(a_query_of_too_many_words_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
