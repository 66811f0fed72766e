/* test_json.c - base/json: JSON texts judged, indexed, made trees and printed, beside
 * another parser. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_index.h"
#include "base/mem.h"

static json_t *take(const char *text, size_t len)
{
	struct ts_error err = {0};
	json_t *value;

	return ts_json_parse(text, len, len, &value, &err) ? value : NULL;
}

/* It passes over a NUL behind a number or a literal; *ret_is_judged false where it
 * stops at a number that is out of its range. */
static json_t *take_by_jansson(const char *text, size_t len, bool *ret_is_judged)
{
	json_error_t error = {0};
	json_t *value = NULL;

	*ret_is_judged = true;
	if (memchr(text, '\0', len))
		return NULL;
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value)
		*ret_is_judged = json_error_code(&error) != json_error_numeric_overflow;
	return value;
}

/* As long as the text and no longer, so that a sanitizer sees a byte too far. */
static void assert_same_as_jansson(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);
	TS_AUTO(ts_buf) printed = {0};
	json_t *ours, *theirs;
	bool is_judged;
	char *expected;

	assert_non_null(copy);
	memcpy(copy, text, len);
	ours = take(copy, len);
	theirs = take_by_jansson(copy, len, &is_judged);
	if (is_judged && !ours != !theirs)
		fail_msg("jansson %s: %.*s", theirs ? "takes this" : "refuses this",
			 (int)len, text);
	if (ours && theirs) {
		expected = json_dumps(theirs, JSON_COMPACT | JSON_ENCODE_ANY);
		ts_json_print(ours, &printed);
		assert_string_equal(ts_buf_text(&printed), expected);
		free(expected);
	}
	json_decref(ours);
	json_decref(theirs);
	free(copy);
}

static const char *const texts[] = {
    "{}",
    "[]",
    " [ ] ",
    "\"\"",
    "7",
    "-0",
    "-",
    "01",
    "1.",
    ".5",
    "1e",
    "1E+2",
    "-1.25e-3",
    "0.1",
    "9223372036854775807",
    "-9223372036854775808",
    "true",
    "tru",
    "nulll",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1 \"b\":2}",
    "{a:1}",
    "[1}",
    "{\"a\":1]",
    "]",
    "[[]",
    "[]]",
    "{\"a\":1}{}",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u00e9\\u20AC\\ud83d\\ude00\"",
    "\"\\u0001\\u001f\x7f\"",
    "\"\\ud83d\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ude00\"",
    "\"\\u0000\"",
    "\"\\u12\"",
    "\"\\x\"",
    "\"\\",
    "\"tab\there\"",
    "\"\xc3\xa9 \xf0\x9f\x98\x80\"",
    "\"\xc3\"",
    "\"\xed\xa0\x80\"",
    "{\"\":1,\"\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"\\u0061\":1,\"b\":2}",
    "{\"x\":[{\"k\":1,\"l\":{\"k\":1}},{\"k\":1}],\"y\":{\"x\":null}}",
};

static void texts_are_taken_and_refused_as_by_another_parser(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_same_as_jansson(texts[i], strlen(texts[i]));
}

/* Random pieces of texts that stand for the traps, and cuts of them. */
static void random_texts_are_taken_and_refused_as_by_another_parser(void **state)
{
	static const char *const pieces[] = {
	    "{",        "}",      "[",        "]",       ",",       ":",        "\"",
	    "\"a\"",    "\"b\"",  "\\",       "\\u0041", "\\ud83d", "\\ude00",  "\\n",
	    "1",        "-2.5e1", "true",     "null",    "\"a\":1", " ",        "\n",
	    "\xc3\xa9", "\xff",   "{\"a\":[", "]}",      "[{}",     "\"\\\"\"",
	};
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	srand(7);
	for (int round = 0; round < 60000; round++) {
		ts_buf_clear(&text);
		for (int count = rand() % 9 + 1; count > 0; count--)
			ts_buf_puts(&text, pieces[(size_t)rand() %
						  (sizeof(pieces) / sizeof(*pieces))]);
		assert_same_as_jansson(text.data, text.len);
	}
	for (int round = 0; round < 60000; round++) {
		const char *whole =
		    texts[(size_t)rand() % (sizeof(texts) / sizeof(*texts))];
		size_t len = strlen(whole);

		ts_buf_clear(&text);
		ts_buf_puts(&text, whole);
		text.data[(size_t)rand() % len] =
		    "\"{}[],:\\u0eE.-+ tn1\x80"[(size_t)rand() % 20];
		assert_same_as_jansson(text.data, len - (size_t)rand() % 2);
	}
}

static void many_members_are_each_there_once(void **state)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_json_index index;
	struct ts_error err = {0};
	(void)state;

	for (int i = 0; i < 5000; i++)
		ts_buf_printf(&text, "%s\"m%d\":%d", i ? "," : "{", i, i);
	ts_buf_putc(&text, '}');
	assert_true(ts_json_index_make(text.data, text.len, text.len, &index, &err));
	assert_int_equal(index.count, 10001);
	assert_true(ts_json_node_get(index.nodes, "m4999") ==
		    &index.nodes[index.count - 1]);
	ts_json_index_release(&index);

	text.data[text.len - 1] = ',';
	ts_buf_puts(&text, "\"\\u006d0\":0}"); /* m0 again */
	assert_false(ts_json_index_make(text.data, text.len, text.len, &index, &err));
	assert_non_null(strstr(err.text, "twice"));
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"{\"a\": 1\n \"b\": 2}", "line 2, column 2: this is not JSON"},
	    {"[1,\n2,\n\"x", "line 3, column 2: a text without an end"},
	    {"{\"a\":1,\"a\":2}", "column 14: the object that ends here has a member"},
	    {"", "it is empty"},
	    {"\"\xff\"", "it is not UTF-8"},
	};
	struct ts_json_index index;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ts_error err = {0};

		assert_false(ts_json_index_make(cases[i].text, strlen(cases[i].text),
						100, &index, &err));
		assert_int_equal(err.code, TS_E_BAD_MESSAGE);
		if (!strstr(err.text, cases[i].expected))
			fail_msg("'%s', not '%s'", err.text, cases[i].expected);
	}
}

static void values_are_found_where_they_stand(void **state)
{
	static const char text[] = "{ \"list\" : [1, {\"in\":[]}, \"\\u0041b\"], "
				   "\"n\\u0061me\": \"x\\ny\", \"n\": -12, \"e\": {} }";
	const struct ts_json_node *list, *item, *at;
	TS_AUTO(ts_buf) decoded = {0};
	struct ts_json_index index;
	struct ts_error err = {0};
	int64_t number;
	(void)state;

	assert_true(ts_json_index_make(text, strlen(text), strlen(text), &index, &err));
	list = ts_json_node_get(index.nodes, "list");
	assert_true(ts_json_node_is_array(list));
	item = ts_json_node_first(list);
	assert_true(ts_json_node_integer(item, 1, 1, &number));
	assert_false(ts_json_node_integer(item, 2, 9, &number));
	item = ts_json_node_next(list, item);
	assert_null(ts_json_node_first(ts_json_node_get(item, "in")));
	item = ts_json_node_next(list, item);
	assert_true(ts_json_node_equals(item, "Ab"));
	assert_false(ts_json_node_equals(item, "A"));
	assert_null(ts_json_node_next(list, item));

	at = ts_json_node_first(index.nodes);
	assert_true(ts_json_node_take(index.nodes, &at, "list") == list);
	ts_json_node_decode(ts_json_node_take(index.nodes, &at, "name"), &decoded);
	assert_string_equal(ts_buf_text(&decoded), "x\ny");
	assert_true(ts_json_node_is_object(ts_json_node_take(index.nodes, &at, "e")));
	assert_null(ts_json_node_take(index.nodes, &at, "none"));
	assert_true(ts_json_node_integer(ts_json_node_take(index.nodes, &at, "n"), -12,
					 -12, &number));
	assert_false(ts_json_node_equals(NULL, ""));
	assert_null(ts_json_node_get(NULL, "list"));
	ts_json_index_release(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_taken_and_refused_as_by_another_parser),
	    cmocka_unit_test(random_texts_are_taken_and_refused_as_by_another_parser),
	    cmocka_unit_test(many_members_are_each_there_once),
	    cmocka_unit_test(what_is_wrong_is_told_with_its_place),
	    cmocka_unit_test(values_are_found_where_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
