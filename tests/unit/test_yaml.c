/* test_yaml.c - config/yaml: what is read, what is refused, and where that was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/yaml.h"

static void print_node(const struct ts_node *node, struct ts_buf *text)
{
	const char *const brackets = node->kind == TS_NODE_MAP ? "{}" : "[]";

	if (node->kind == TS_NODE_EMPTY)
		ts_buf_puts(text, "(empty)");
	if (node->kind == TS_NODE_SCALAR)
		ts_buf_printf(text, "'%s'", node->text);
	if (node->kind == TS_NODE_EMPTY || node->kind == TS_NODE_SCALAR)
		return;
	ts_buf_putc(text, brackets[0]);
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == TS_NODE_MAP)
			ts_buf_printf(text, "%s@%d:%d=", node->children[i].key,
				      node->children[i].line, node->children[i].column);
		print_node(&node->children[i], text);
		ts_buf_putc(text, i + 1 < node->count ? ' ' : brackets[1]);
	}
	if (!node->count)
		ts_buf_putc(text, brackets[1]);
}

/* The tree and the findings as one text. */
static char *read_text(const char *input, size_t len)
{
	struct ts_findings findings = {0};
	struct ts_node root;
	struct ts_buf text = {0};

	ts_yaml_read("f", input, len, &root, &findings);
	assert_true(root.kind == TS_NODE_MAP || root.kind == TS_NODE_EMPTY);
	print_node(&root, &text);
	for (size_t i = 0; i < findings.count; i++)
		ts_buf_printf(&text, "\n%s", findings.items[i].text);
	ts_node_release(&root);
	ts_findings_release(&findings);
	return ts_buf_detach(&text);
}

static const struct row {
	const char *input, *expected;
} good[] = {
    {"", "(empty)"},
    {"# only a comment\n", "(empty)"},
    {"---\na: b\n...\n", "{a@2:1='b'}"},
    {"a: no\nb: 0x10\nc: 1e3\nd: 012\ne: true\nf: 2026-01-01\n",
     "{a@1:1='no' b@2:1='0x10' c@3:1='1e3' d@4:1='012' e@5:1='true' "
     "f@6:1='2026-01-01'}"},
    {"a:\nb: \"\"\nc: ''\nd: 'null'\n",
     "{a@1:1=(empty) b@2:1='' c@3:1='' d@4:1='null'}"},
    {"a: {b: [x, 'y z', \"\\u00e9\"], c: {}}\nd: []\n",
     "{a@1:1={b@1:5=['x' 'y z' '\xc3\xa9'] c@1:30={}} d@2:1=[]}"},
    {"a: |\n  one\n  two\nb: >\n  one\n  two\n",
     "{a@1:1='one\ntwo\n' b@4:1='one two\n'}"},
    {"l:\n  - a: 1\n    b: 2\n  - x\n", "{l@1:1=[{a@2:5='1' b@3:5='2'} 'x']}"},
    {"<<: x\n", "{<<@1:1='x'}"},
};

static const struct row bad[] = {
    {"a: 1\nb: 2\na: 3\n",
     "{a@1:1='1' b@2:1='2'}\nf:3:1: the key 'a' is here twice, first in line 1"},
    {"a: {x: 1, x: 2}\nb: 1\n",
     "{a@1:1={x@1:5='1'} b@2:1='1'}\nf:1:11: the key 'x' is here twice, first in line "
     "1"},
    {"a: &n 1\nb: *n\n",
     "{a@1:1='1' b@2:1=(empty)}\nf:1:4: anchors (&name) are not allowed\n"
     "f:2:4: aliases (*name) are not allowed: quote a text that begins with '*'"},
    {"a: !!str 1\n", "{a@1:1='1'}\nf:1:4: tags (!name) are not allowed"},
    {"!x a: 1\n", "{a@1:1='1'}\nf:1:1: tags (!name) are not allowed"},
    {"a: &n [1]\nb: !x {c: d}\n",
     "{a@1:1=['1'] b@2:1={c@2:8='d'}}\nf:1:4: anchors (&name) are not allowed\n"
     "f:2:4: tags (!name) are not allowed"},
    {"a: 1\n---\nb: 2\n", "{a@1:1='1'}\nf:2:1: one file is one document"},
    {"? [a]\n: 1\n", "{@1:3=(empty)}\nf:1:3: a key must be a text"},
    {"- a\n", "(empty)\nf:1:1: the file must be a map: key: value"},
    {"text\n", "(empty)\nf:1:1: the file must be a map: key: value"},
    {"a: \"x\\0y\"\nb: 1\n", "{a@1:1='x' b@2:1='1'}\nf:1:4: a text must not hold NUL"},
    {"\"a\\0b\": 1\n", "{a@1:1=(empty)}\nf:1:1: a key must not hold NUL"},
    {"a: ~\nb: null\n", "{a@1:1=(empty) b@2:1=(empty)}"},
    {"a: 1\n b: 2\n", "{a@1:1='1 b'}\nf:2:3: not YAML: mapping values are not "
		      "allowed in this context"},
    {"a: [1, 2\nb: 3\n",
     "{a@1:1=['1' '2 b']}\nf:2:2: not YAML: did not find expected ',' or ']' while "
     "parsing a flow sequence"},
    {"a: 1\nb: \"\xff\"\n", "(empty)\nf:2:5: not YAML: invalid leading UTF-8 octet"},
    {"a: {b: {c: {d: {e: {f: {g: {h: 1}}}}}}}\n",
     "{a@1:1={b@1:5={c@1:9={d@1:13={e@1:17={f@1:21={g@1:25={h@1:29='1'}}}}}}}}"},
    {"a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n",
     "{a@1:1={b@1:5={c@1:9={d@1:13={e@1:17={f@1:21={g@1:25={h@1:29=(empty)}}}}}}}}\n"
     "f:1:32: nested too deeply"},
};

static void compare(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = read_text(rows[i].input, strlen(rows[i].input));

		assert_string_equal(text, rows[i].expected);
		free(text);
	}
}

static void scalars_stay_text_and_know_their_line(void **state)
{
	(void)state;
	compare(good, sizeof(good) / sizeof(*good));
}

static void what_a_configuration_does_not_need_is_refused_with_its_place(void **state)
{
	(void)state;
	compare(bad, sizeof(bad) / sizeof(*bad));
}

/* `before`, a number, `after`: `count` times. */
static void repeat(struct ts_buf *text, const char *before, const char *after,
		   size_t count)
{
	for (size_t i = 0; i < count; i++)
		ts_buf_printf(text, "%s%zu%s", before, i, after);
}

static void a_file_beyond_the_limits_is_refused(void **state)
{
	TS_AUTO(ts_buf) big = {0};
	char *text;
	(void)state;

	repeat(&big, "k", ": 1\n", TS_YAML_KEYS + 5);
	text = read_text(big.data, big.len);
	assert_non_null(strstr(text, "\nf:1001:1: too many members"));
	free(text);

	ts_buf_clear(&big);
	ts_buf_puts(&big, "l:\n");
	repeat(&big, "- ", "\n", TS_YAML_ITEMS + 5);
	text = read_text(big.data, big.len);
	assert_non_null(strstr(text, "\nf:10002:3: too many members"));
	free(text);

	ts_buf_clear(&big);
	while (big.len <= TS_YAML_BYTES)
		ts_buf_puts(&big, "# a comment that makes the file long\n");
	text = read_text(big.data, big.len);
	assert_string_equal(text, "(empty)\nf: larger than 1048576 bytes");
	free(text);

	ts_buf_clear(&big);
	while (big.len < 100000)
		ts_buf_puts(&big, "[");
	text = read_text(big.data, big.len);
	assert_non_null(strstr(text, "f:1:"));
	free(text);
}

static void findings_beyond_the_limit_are_counted(void **state)
{
	struct ts_findings findings = {0};
	struct ts_node root;
	TS_AUTO(ts_buf) text = {0};
	(void)state;

	repeat(&text, "k", ": !x 1\n", TS_FINDINGS_MAX + 7);
	ts_yaml_read("f", text.data, text.len, &root, &findings);
	assert_int_equal(findings.count, TS_FINDINGS_MAX);
	assert_int_equal(findings.dropped, 7);
	ts_node_release(&root);
	ts_findings_release(&findings);
}

/* Pieces of YAML and any bytes, in any order: nothing but findings may come of it. */
static void random_bytes_never_crash_the_reader(void **state)
{
	static const char *const pieces[] = {
	    "a: ", "\n",   "  ",   "- ",    "{",   "}",           "[",   "]",
	    ", ",  "\"",   "'",    "&x ",   "*x ", "!t ",         "|\n", ">-\n",
	    "? ",  ": ",   "#",    "---\n", "...", "\t",          "%Y ", "\\0",
	    "\\x", "\xff", "\xc3", "\xe2",  "~",   "<<: ",        "b: ", "c",
	    "\r",  "\\\n", "\\u0", "@",     "`",   "key: value\n"};
	(void)state;

	srand(7);
	for (int round = 0; round < 20000; round++) {
		TS_AUTO(ts_buf) input = {0};
		const int count = rand() % 40;

		for (int i = 0; i < count; i++) {
			if (rand() % 8 == 0)
				ts_buf_putc(&input, (char)(rand() % 256));
			else
				ts_buf_puts(&input,
					    pieces[(size_t)rand() %
						   (sizeof(pieces) / sizeof(*pieces))]);
		}
		free(read_text(ts_buf_text(&input), input.len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scalars_stay_text_and_know_their_line),
	    cmocka_unit_test(
		what_a_configuration_does_not_need_is_refused_with_its_place),
	    cmocka_unit_test(a_file_beyond_the_limits_is_refused),
	    cmocka_unit_test(findings_beyond_the_limit_are_counted),
	    cmocka_unit_test(random_bytes_never_crash_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
