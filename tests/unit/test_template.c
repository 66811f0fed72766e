/* test_template.c - templates: holes, sections, what is escaped, what is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http/csrf.h"
#include "http/template.h"

enum { ROUNDS = 20000, NAME_BYTES = 12 };

static bool print(const char *text, const char *json, struct ts_buf *html,
		  struct ts_error *err)
{
	const struct ts_template templates[] = {
	    {"page", text}, {"greeting", "Dear {{name}},"}, {"ever", "{{>ever}}"}, {0}};
	json_t *data = json_loads(json, 0, NULL);
	bool is_ok;

	assert_non_null(data);
	is_ok = ts_template_print(templates, "page", data, html, err);
	json_decref(data);
	return is_ok;
}

static void a_template_is_filled_from_its_data(void **state)
{
	static const struct {
		const char *text, *json, *html;
	} cases[] = {
	    {"", "{}", ""},
	    {"a { b } c", "{}", "a { b } c"},
	    {"a}} b", "{}", "a}} b"},
	    {"{{a}}", "{\"a\": \"x\"}", "x"},
	    {"{{a}}{{b}}", "{\"a\": 7, \"b\": -1}", "7-1"},
	    {"{{a}}{{b}}{{c}}", "{\"a\": null, \"b\": true, \"c\": {}}", ""},
	    {"{{a}}", "{\"a\": \"<b>&\\\"'\"}", "&lt;b&gt;&amp;&quot;&#39;"},
	    {"{{{a}}}", "{\"a\": \"<b>&\\\"'\"}", "<b>&\"'"},
	    {"{{{a}}}}", "{\"a\": \"x\"}", "x}"},
	    {"{{a}}", "{\"a\": \"a\\tb\\nc\\rd\"}", "a\tb\nc&#13;d"},
	    {"{{a}}", "{\"a\": \"\\u0001\\u001b\\u007f\\u0085\\u00a0\"}",
	     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc2\xa0"},
	    {"{{a}}", "{\"a\": \"{{b}}\", \"b\": \"x\"}", "{{b}}"},
	    {"{{a.b.c}}", "{\"a\": {\"b\": {\"c\": \"x\"}}}", "x"},
	    {"{{a.b.c}}", "{\"a\": {\"b\": \"x\"}, \"c\": \"y\"}", ""},
	    {"{{#a}}x{{/a}}", "{}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": null}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": false}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": \"\"}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": []}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": true}", "x"},
	    {"{{#a}}x{{/a}}", "{\"a\": 0}", ""},
	    {"{{#a}}x{{/a}}", "{\"a\": -1}", "x"},
	    {"{{#a}}[{{.}}]{{/a}}", "{\"a\": \"<\"}", "[&lt;]"},
	    {"{{#a}}x{{/a}}", "{\"a\": {}}", "x"},
	    {"{{#a}}{{.}},{{/a}}", "{\"a\": [\"x\", \"y\", 3]}", "x,y,3,"},
	    {"{{#a}}{{b}}{{c}} {{/a}}",
	     "{\"a\": [{\"b\": 1}, {\"b\": 2, \"c\": 4}], "
	     "\"c\": 3}",
	     "13 24 "},
	    {"{{#a}}{{b}}{{/a}}", "{\"a\": {\"b\": null}, \"b\": 1}", ""},
	    {"{{#a.b}}{{c}}{{/a.b}}", "{\"a\": {\"b\": {\"c\": 1}}}", "1"},
	    {"{{?a}}{{a.b}}{{#a}}x{{/a}}{{/a}}", "{\"a\": [1, 1]}", "xx"},
	    {"{{?a}}{{b}}{{/a}}", "{\"a\": {\"b\": 1}, \"b\": 2}", "2"},
	    {"{{?a}}x{{/a}}", "{\"a\": []}", ""},
	    {"{{^a}}x{{/a}}", "{}", "x"},
	    {"{{^a}}x{{/a}}", "{\"a\": []}", "x"},
	    {"{{^a}}x{{/a}}", "{\"a\": [1]}", ""},
	    {"{{#a}}1{{#b}}2{{/b}}3{{/a}}4", "{\"b\": true}", "4"},
	    {"{{#a}}1{{#a}}2{{/a}}3{{/a}}4", "{\"a\": true}", "1234"},
	    {"{{#a}}1{{^b}}2{{#c}}3{{/c}}{{/b}}{{/a}}",
	     "{\"a\": [1, 1], \"c\": [1, 1]}", "12331233"},
	    {"{{>greeting}} hello", "{\"name\": \"Ada\"}", "Dear Ada, hello"},
	    {"{{#a}}{{>greeting}}{{/a}}", "{\"a\": [{\"name\": \"<\"}, {\"name\": 2}]}",
	     "Dear &lt;,Dear 2,"},
	    {"{{#b}}{{>ever}}{{/b}}", "{}", ""},
	    {"{{! a remark with { and } }}x", "{}", "x"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) html = {0};
		struct ts_error err = {0};

		if (!print(cases[i].text, cases[i].json, &html, &err))
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_string_equal(ts_buf_text(&html), cases[i].html);
	}
}

static void a_template_that_is_wrong_is_refused(void **state)
{
	static const char *const cases[] = {
	    "{{a",
	    "{{{a}}",
	    "{{#a}}x",
	    "{{^a}}x",
	    "x{{/a}}",
	    "{{#a}}{{/b}}",
	    "{{#a}}{{#b}}{{/a}}{{/b}}",
	    "{{>nowhere}}",
	    "{{>ever}}",
	    "{{#b}}{{>nowhere}}{{/b}}",
	    "{{!",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO(ts_buf) html = {0};
		struct ts_error err = {0};

		if (print(cases[i], "{\"a\": 1}", &html, &err))
			fail_msg("%s is taken", cases[i]);
		assert_int_equal(err.code, TS_E_INTERNAL);
	}
}

static void each_page_is_well_formed(void **state)
{
	json_t *nothing = json_object();
	size_t count = 0;
	(void)state;

	for (; ts_templates[count].name; count++) {
		TS_AUTO(ts_buf) html = {0};
		struct ts_error err = {0};

		if (!ts_template_print(ts_templates, ts_templates[count].name, nothing,
				       &html, &err))
			fail_msg("%s: %s", ts_templates[count].name, err.text);
	}
	assert_true(count > 3);
	json_decref(nothing);
}

/* What a browser reads in the place of an entity. */
static void read_back(const char *html, struct ts_buf *text)
{
	static const struct {
		const char *entity, *text;
	} entities[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
			{"&quot;", "\""}, {"&#39;", "'"}, {"&#13;", "\r"}};

	while (*html) {
		size_t i = 0;

		while (i < 6 && strncmp(html, entities[i].entity,
					strlen(entities[i].entity)) != 0)
			i++;
		if (i < 6)
			ts_buf_puts(text, entities[i].text);
		else
			ts_buf_putc(text, *html);
		html += i < 6 ? strlen(entities[i].entity) : 1;
	}
}

static void any_name_stands_in_a_page_as_the_text_that_it_is(void **state)
{
	static const char bytes[] = "<>&\"'{}/#;=a \t\n\r";
	(void)state;

	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		TS_AUTO(ts_buf) html = {0}, text = {0};
		char name[NAME_BYTES + 1];
		size_t len = (size_t)rand() % (NAME_BYTES + 1);

		for (size_t i = 0; i < len; i++)
			name[i] = bytes[(size_t)rand() % (sizeof(bytes) - 1)];
		name[len] = '\0';
		ts_template_escape(name, &html);
		assert_null(strpbrk(ts_buf_text(&html), "<>\"'\r"));
		read_back(ts_buf_text(&html), &text);
		assert_string_equal(ts_buf_text(&text), name);
	}
}

static void a_form_is_of_the_session_that_it_was_given_to(void **state)
{
	char one[TS_CSRF_SIZE], other[TS_CSRF_SIZE];
	(void)state;

	ts_csrf_make("one", one);
	ts_csrf_make("other", other);
	assert_int_equal(strlen(one), TS_CSRF_SIZE - 1);
	assert_true(ts_csrf_is_right("one", one));
	assert_false(ts_csrf_is_right("one", other));
	assert_false(ts_csrf_is_right("one", ""));
	assert_false(ts_csrf_is_right("one", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_template_is_filled_from_its_data),
	    cmocka_unit_test(a_template_that_is_wrong_is_refused),
	    cmocka_unit_test(each_page_is_well_formed),
	    cmocka_unit_test(any_name_stands_in_a_page_as_the_text_that_it_is),
	    cmocka_unit_test(a_form_is_of_the_session_that_it_was_given_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
