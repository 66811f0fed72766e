/* test_rich_text.c - store/rich_text: what people write with HTML can harm nobody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "store/rich_text.h"

#define REL " rel=\"noopener noreferrer nofollow\">"

static const struct {
	const char *html, *safe;
} cases[] = {
    /* What may stay. */
    {"", ""},
    {"plain text", "plain text"},
    {"two\nlines", "two\nlines"},
    {"a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d &quot;e&quot;"},
    {"&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"},
    {"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
     "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"&eacute;&#8364;&#x1F600;", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"<p>a</p><p>b <b>c</b></p>", "<p>a</p><p>b <b>c</b></p>"},
    {"<P>A<BR/>b<HR></P>", "<p>A<br>b</p><hr>"},
    {"<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>",
     "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"},
    {"<h1>a</h1><blockquote>b</blockquote><pre>c\n d</pre>",
     "<h1>a</h1><blockquote>b</blockquote><pre>c\n d</pre>"},
    {"<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody>"
     "</table>",
     "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody>"
     "</table>"},
    {"<a href=\"https://example.com/?a=1&amp;b=2\">x</a>",
     "<a href=\"https://example.com/?a=1&amp;b=2\"" REL "x</a>"},
    {"<a href=' HTTP://example.com\n'>x</a>",
     "<a href=\"HTTP://example.com\"" REL "x</a>"},
    {"<a href=' HTTP://example.com' target=_blank onclick=x>x</a>",
     "<a href=\"HTTP://example.com\"" REL "x</a>"},
    {"<a href=mailto:me@example.com>x</a>",
     "<a href=\"mailto:me@example.com\"" REL "x</a>"},
    /* Scripts, and what else runs or loads something. */
    {"a<script>alert(1)</script>b", "ab"},
    {"<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"},
    {"<SCRIPT SRC=//evil></SCRIPT>x", "x"},
    {"<script>a", ""},
    {"<style>p{color:red}</style>x", "x"},
    {"<img src=x onerror=alert(1)>x", "x"},
    {"<p onclick=alert(1) style=color:red class=a id=b>x</p>", "<p>x</p>"},
    {"<b/onmouseover=alert(1)>x</b>", "<b>x</b>"},
    {"<svg onload=alert(1)><b>x</b></svg>y", "y"},
    {"<svg><style><img src=x onerror=alert(1)></style></svg>y", "y"},
    {"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;"
     "&lt;img src=1 onerror=alert(1)&gt;\">",
     ""},
    {"<iframe src=javascript:alert(1)>x</iframe>y", "y"},
    {"<object data=x><embed src=y></object>z", "z"},
    {"<form action=//evil><input name=a><button>b</button></form>", "b"},
    {"<meta http-equiv=refresh content='0;url=//evil'>x", "x"},
    {"<base href=//evil><link rel=stylesheet href=//evil>x", "x"},
    {"<video><source onerror=alert(1)></video>x", "x"},
    {"<details open ontoggle=alert(1)>x</details>", "x"},
    {"<template><b>x</b></template>y", "y"},
    {"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">y", ""},
    {"<textarea><b></textarea>x", "x"},
    {"<title><b></title>x", "x"},
    {"<xmp><b></xmp>x", "x"},
    {"<!--<b>--><i>x</i><!--><b>y</b>-->", "<i>x</i>"},
    {"<![CDATA[<b>x</b>]]>y", "&lt;![CDATA[<b>x</b>]]&gt;y"},
    {"<?php echo 1 ?>y", "y"},
    {"<!DOCTYPE html [<!ENTITY x \"<b>\">]>&x;", "&quot;&gt;]&gt;&amp;x;"},
    /* Links that lead elsewhere. */
    {"<a href=javascript:alert(1)>x</a>", "x"},
    {"<a href=JaVaScRiPt:alert(1)>x</a>", "x"},
    {"<a href=\"&#106;avascript:alert(1)\">x</a>", "x"},
    {"<a href=\"java\tscript:alert(1)\">x</a>", "x"},
    {"<a href=\"\x01javascript:alert(1)\">x</a>", "x"},
    {"<a href=\"http://a&#10;b\">x</a>", "x"},
    {"<a href=data:text/html,x>x</a>", "x"},
    {"<a href=vbscript:x>x</a>", "x"},
    {"<a href=//evil>x</a>", "x"},
    {"<a href=/table/1/>x</a>", "x"},
    {"<a href=\"https:\\\\evil\">x</a>", "x"},
    {"<a href='https://a\" onclick=\"alert(1)'>x</a>", "x"},
    {"<a href='https://a\"onclick=\"alert(1)'>x</a>",
     "<a href=\"https://a&quot;onclick=&quot;alert(1)\"" REL "x</a>"},
    /* Tags that end what the page has around it. */
    {"</div></body></html><p>x</p>", "<p>x</p>"},
    {"</td></tr></table>x", "x"},
    {"<td>x</td><tr><td>y</td></tr><li>z</li>", "xyz"},
    {"<div><table><td>x</table></div>", "<table>x</table>"},
    {"<b><p>x", "<b></b><p>x</p>"},
    {"<b>x", "<b>x</b>"},
    {"x</b>", "x"},
    {"<", "&lt;"},
    {"<b", "<b></b>"},
    {"<p title=\"", "<p></p>"},
    {"\x01\x02"
     "a\x7f",
     "a"},
    {"&#0;&#1;a", "a"},
};

static const char *safe(const char *html, struct ts_buf *out)
{
	ts_buf_clear(out);
	ts_rich_text_print(html, out);
	return ts_buf_text(out);
}

static void each_text_comes_out_safe(void **state)
{
	TS_AUTO(ts_buf) out = {0};
	int wrong = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(safe(cases[i].html, &out), cases[i].safe) == 0)
			continue;
		wrong++;
		print_error("%s\n  became   %s\n  not      %s\n", cases[i].html,
			    ts_buf_text(&out), cases[i].safe);
	}
	assert_int_equal(wrong, 0);
}

static void what_is_safe_stays_as_it_is(void **state)
{
	TS_AUTO(ts_buf) out = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(safe(cases[i].safe, &out), cases[i].safe);
}

static void bytes_that_are_no_text_do_not_get_through(void **state)
{
	static const char *const texts[] = {
	    "a\xff<script>b</script>", "\xc3", "\xed\xa0\x80x",
	    "<a href=\"https://\xc0\xaf\">x</a>", "\xe2\x82<b>x"};
	TS_AUTO(ts_buf) out = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		safe(texts[i], &out);
		assert_true(ts_utf8_is_valid(ts_buf_text(&out), out.len));
		assert_null(strstr(ts_buf_text(&out), "script"));
	}
}

/* Nested, unclosed, many attributes: 64 KiB of each. */
static void a_hostile_text_costs_little(void **state)
{
	static const char *const pieces[] = {
	    "<b>",   "<p>",  "<table>",         "<a href=x>", "</b>",     "<b></p>",
	    "&amp;", "<!--", "<table><tr><td>", "<x y=z ",    "<ul><li>", "&#x41;"};
	TS_AUTO(ts_buf) out = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		TS_AUTO(ts_buf) text = {0};
		clock_t begin = clock();

		while (text.len < 65536)
			ts_buf_puts(&text, pieces[i]);
		safe(text.data, &out);
		if (clock() - begin > CLOCKS_PER_SEC)
			fail_msg("'%s' took %ld ms", pieces[i],
				 (clock() - begin) * 1000 / CLOCKS_PER_SEC);
		assert_in_range(out.len, 0, 1024 * 1024);
	}
}

/* The parser gives up some 250 tags deep. */
static void what_is_nested_too_deep_keeps_its_text(void **state)
{
	static const struct {
		const char *piece, *safe;
	} nested[] = {{"<b>deep", "&lt;b&gt;deep"},
		      {"List<String>", "List&lt;String&gt;"}};
	(void)state;

	for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++) {
		TS_AUTO(ts_buf) text = {0}, out = {0}, words = {0};

		for (int k = 0; k < 300; k++)
			ts_buf_puts(&text, nested[i].piece);
		ts_buf_puts(&text, "<script>x</script>TAIL\xff\x01");
		safe(text.data, &out);
		assert_true(ts_str_has_prefix(out.data, nested[i].safe));
		assert_non_null(strstr(out.data, "&lt;/script&gt;TAIL"));
		assert_null(strchr(out.data, '<'));
		assert_true(ts_utf8_is_valid(out.data, out.len));
		ts_rich_text_words(text.data, &words);
		assert_non_null(strstr(words.data, "TAIL"));
	}
}

static void words_are_the_text_alone(void **state)
{
	TS_AUTO(ts_buf) out = {0};
	(void)state;

	ts_rich_text_words("<p>one</p><p>t<b>w</b>o &amp; <script>x</script></p>three",
			   &out);
	assert_string_equal(ts_buf_text(&out), " one  two &  three");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_text_comes_out_safe),
	    cmocka_unit_test(what_is_safe_stays_as_it_is),
	    cmocka_unit_test(bytes_that_are_no_text_do_not_get_through),
	    cmocka_unit_test(a_hostile_text_costs_little),
	    cmocka_unit_test(what_is_nested_too_deep_keeps_its_text),
	    cmocka_unit_test(words_are_the_text_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
