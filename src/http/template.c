/* template.c - see template.h; a template is read while it is printed.
 *
 * What is left out is read as well, silently: so the end of a section is where reading
 * finds it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/template.h"
#include <string.h>

/* Where names are looked up, the innermost first. */
struct scope {
	const json_t *value;
	const struct scope *outer;
};

/* One printing, of a template and of those within it. */
struct printer {
	const struct ts_template *templates;
	const char *at; /* the rest of the template that is read */
	struct ts_buf *html;
	int depth;
};

/* What stands between the braces. */
struct tag {
	char kind; /* one of "#?^/>!{", or 0 for a value */
	const char *name;
	size_t len;
};

static bool print_rest(struct printer *printer, const struct scope *scope,
		       const struct tag *until, bool is_silent, struct ts_error *err);

/* Browsers do not take a control character; it is shown as what cannot be shown. */
static bool is_control(const unsigned char *at)
{
	if (at[0] == 0xc2 && at[1] < 0xa0)
		return true;
	return at[0] == 0x7f || (at[0] < ' ' && !strchr("\t\n\r\f", at[0]));
}

void ts_template_escape(const char *text, struct ts_buf *html)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			ts_buf_puts(html, "&amp;");
			continue;
		case '<':
			ts_buf_puts(html, "&lt;");
			continue;
		case '>':
			ts_buf_puts(html, "&gt;");
			continue;
		case '"':
			ts_buf_puts(html, "&quot;");
			continue;
		case '\'':
			ts_buf_puts(html, "&#39;");
			continue;
		case '\r': /* as it is, it would be read as a line feed */
			ts_buf_puts(html, "&#13;");
			continue;
		}
		if (!is_control((const unsigned char *)text)) {
			ts_buf_putc(html, *text);
			continue;
		}
		ts_buf_puts(html, "\xef\xbf\xbd");
		text += *text == '\xc2';
	}
}

static bool is_shown(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	return value && !json_is_null(value) && !json_is_false(value);
}

static const json_t *member(const json_t *value, const char *name, size_t len)
{
	return json_is_object(value) ? json_object_getn(value, name, len) : NULL;
}

/* The first part of a name is looked up outwards, the others inside it. */
static const json_t *find(const struct scope *scope, const char *name, size_t len)
{
	const char *dot = memchr(name, '.', len);
	size_t first = dot ? (size_t)(dot - name) : len;
	const json_t *value = NULL;

	if (len == 1 && dot)
		return scope->value;
	for (; scope && !value; scope = scope->outer)
		value = member(scope->value, name, first);
	while (dot && value) {
		const char *part = dot + 1;
		size_t rest = len - (size_t)(part - name);

		dot = memchr(part, '.', rest);
		value = member(value, part, dot ? (size_t)(dot - part) : rest);
	}
	return value;
}

static void print_value(const json_t *value, bool is_safe, struct ts_buf *html)
{
	if (json_is_integer(value))
		ts_buf_printf(html, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value) && is_safe)
		ts_buf_puts(html, json_string_value(value));
	else if (json_is_string(value))
		ts_template_escape(json_string_value(value), html);
}

static bool fail(struct ts_error *err, const char *what, const struct tag *tag)
{
	return ts_fail(err, TS_E_INTERNAL, "a template has %s at '%.*s'", what,
		       (int)(tag->len > 80 ? 80 : tag->len), tag->name);
}

/* Go behind the tag that begins at printer->at. */
static bool read_tag(struct printer *printer, struct tag *ret_tag, struct ts_error *err)
{
	const char *begin = printer->at + strlen("{{");
	bool is_known = *begin && strchr("#?^/>!{", *begin);
	const char *mark = *begin == '{' ? "}}}" : "}}";
	const char *end = strstr(begin, mark);

	ret_tag->kind = is_known ? *begin++ : '\0';
	ret_tag->name = begin;
	ret_tag->len = end ? (size_t)(end - begin) : strlen(begin);
	if (!end)
		return fail(err, "no end of a tag", ret_tag);
	printer->at = end + strlen(mark);
	return true;
}

static bool is_same_name(const struct tag *one, const struct tag *other)
{
	return one->len == other->len && memcmp(one->name, other->name, one->len) == 0;
}

/* A section that is shown, for its value or for each of its items. */
static bool print_shown(struct printer *printer, const struct scope *scope,
			const struct tag *tag, const json_t *value,
			struct ts_error *err)
{
	const char *begin = printer->at;
	size_t count = json_is_array(value) ? json_array_size(value) : 1;

	for (size_t i = 0; i < count; i++) {
		const json_t *item =
		    json_is_array(value) ? json_array_get(value, i) : value;
		const struct scope inner = {item, scope};

		printer->at = begin;
		if (!print_rest(printer, &inner, tag, false, err))
			return false;
	}
	return true;
}

static bool print_section(struct printer *printer, const struct scope *scope,
			  const struct tag *tag, bool is_silent, struct ts_error *err)
{
	const json_t *value = find(scope, tag->name, tag->len);
	bool is_on = is_shown(value) == (tag->kind != '^');

	if (is_silent || !is_on)
		return print_rest(printer, scope, tag, true, err);
	if (tag->kind == '#')
		return print_shown(printer, scope, tag, value, err);
	return print_rest(printer, scope, tag, false, err);
}

/* A name that is wrong is told also where the template is left out. */
static bool print_template(struct printer *printer, const struct scope *scope,
			   const struct tag *tag, bool is_silent, struct ts_error *err)
{
	const struct ts_template *row = printer->templates;
	const char *at = printer->at;
	bool is_ok;

	while (row->name && (strlen(row->name) != tag->len ||
			     strncmp(row->name, tag->name, tag->len) != 0))
		row++;
	if (!row->name)
		return fail(err, "an unknown template", tag);
	if (is_silent)
		return true;
	printer->at = row->text;
	is_ok = print_rest(printer, scope, NULL, false, err);
	printer->at = at;
	return is_ok;
}

static bool print_tag(struct printer *printer, const struct scope *scope,
		      const struct tag *tag, bool is_silent, struct ts_error *err)
{
	switch (tag->kind) {
	case '!':
		return true;
	case '#':
	case '?':
	case '^':
		return print_section(printer, scope, tag, is_silent, err);
	case '>':
		return print_template(printer, scope, tag, is_silent, err);
	default:
		if (!is_silent)
			print_value(find(scope, tag->name, tag->len), tag->kind == '{',
				    printer->html);
		return true;
	}
}

/* Up to the end of the section `until`, or of the template where it is NULL. */
static bool print_rest(struct printer *printer, const struct scope *scope,
		       const struct tag *until, bool is_silent, struct ts_error *err)
{
	struct tag tag = {0, printer->at, strlen(printer->at)};
	const char *open;

	if (printer->depth == TS_TEMPLATE_DEPTH)
		return fail(err, "too much within each other", &tag);
	printer->depth++;
	while ((open = strstr(printer->at, "{{"))) {
		if (!is_silent)
			ts_buf_add(printer->html, printer->at,
				   (size_t)(open - printer->at));
		printer->at = open;
		if (!read_tag(printer, &tag, err))
			return false;
		if (tag.kind == '/') {
			printer->depth--;
			return (until && is_same_name(until, &tag)) ||
			       fail(err, "the end of another section", &tag);
		}
		if (!print_tag(printer, scope, &tag, is_silent, err))
			return false;
	}
	if (until)
		return fail(err, "no end of the section", until);
	if (!is_silent)
		ts_buf_puts(printer->html, printer->at);
	printer->depth--;
	return true;
}

bool ts_template_print(const struct ts_template *templates, const char *name,
		       const json_t *data, struct ts_buf *html, struct ts_error *err)
{
	struct printer printer = {templates, "", html, 0};
	const struct scope scope = {data, NULL};
	const struct tag tag = {'>', name, strlen(name)};

	return print_template(&printer, &scope, &tag, false, err);
}
