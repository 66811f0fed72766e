/* schema_name.c - see schema_name.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/schema_name.h"
#include "base/mem.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void ts_schema_name_release(struct ts_schema_name *name)
{
	for (size_t i = 0; i < name->count; i++)
		free(name->parts[i]);
	*name = (struct ts_schema_name){0};
}

/* What closes a part that begins with `c`; 0 where such a part is bare. */
static char closing_quote(char c)
{
	return c == '[' ? ']' : c == '"' || c == '`' ? c : '\0';
}

/* Take the quoted part at *text, up to the byte behind its closing quote. */
static bool read_quoted(const char **text, size_t number, struct ts_buf *part,
			struct ts_error *err)
{
	const char close = closing_quote(**text);
	const char *at = *text + 1;

	for (; *at != close || at[1] == close; at++) {
		if (!*at)
			return ts_fail(err, TS_E_BAD_SCHEMA_NAME,
				       "part %zu begins with %c and has no closing %c; "
				       "double each %c that is part of the name",
				       number, **text, close, close);
		at += *at == close; /* doubled: one of them belongs to the name */
		ts_buf_putc(part, *at);
	}
	at++;
	if (*at && *at != '.')
		return ts_fail(err, TS_E_BAD_SCHEMA_NAME,
			       "part %zu goes on after its closing %c; double each %c "
			       "that is part of the name",
			       number, close, close);
	*text = at;
	return true;
}

/* Take the part at *text, up to the dot behind it or the end. */
static bool read_part(const char **text, size_t number, struct ts_buf *part,
		      struct ts_error *err)
{
	if (closing_quote(**text)) {
		if (!read_quoted(text, number, part, err))
			return false;
	} else {
		size_t len = strcspn(*text, ".");

		ts_buf_add(part, *text, len);
		*text += len;
	}
	if (part->len == 0)
		return ts_fail(err, TS_E_BAD_SCHEMA_NAME,
			       "part %zu is empty; put a name that holds a dot in "
			       "double quotes",
			       number);
	return true;
}

static bool split(const char *text, size_t levels, struct ts_schema_name *name,
		  struct ts_error *err)
{
	for (;;) {
		struct ts_buf part = {0};

		if (name->count == levels)
			return ts_fail(err, TS_E_BAD_SCHEMA_NAME,
				       "it has more than %zu part%s, which is what the "
				       "data source has above a table; put a name that "
				       "holds a dot in double quotes",
				       levels, levels == 1 ? "" : "s");
		if (!read_part(&text, name->count + 1, &part, err)) {
			ts_buf_release(&part);
			return false;
		}
		name->parts[name->count++] = ts_buf_detach(&part);
		if (!*text)
			return true;
		text++; /* the dot */
	}
}

bool ts_schema_name_parse(const char *text, size_t levels,
			  struct ts_schema_name *ret_name, struct ts_error *err)
{
	struct ts_schema_name name = {0};

	assert(levels >= 1 && levels <= TS_SCHEMA_PARTS);
	if (!*text)
		return ts_fail(err, TS_E_BAD_SCHEMA_NAME, "it is empty");
	if (levels == 1 && !closing_quote(*text)) {
		name.parts[name.count++] = ts_strdup(text);
	} else if (!split(text, levels, &name, err)) {
		ts_schema_name_release(&name);
		return false;
	}
	*ret_name = name;
	return true;
}

static void print_part(const char *part, struct ts_buf *buf)
{
	if (!strpbrk(part, ".\"") && !closing_quote(*part)) {
		ts_buf_puts(buf, part);
		return;
	}
	ts_buf_putc(buf, '"');
	for (; *part; part++) {
		if (*part == '"')
			ts_buf_putc(buf, '"');
		ts_buf_putc(buf, *part);
	}
	ts_buf_putc(buf, '"');
}

void ts_schema_name_print(const char *const *parts, size_t count, struct ts_buf *buf)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			ts_buf_putc(buf, '.');
		print_part(parts[i], buf);
	}
}

/* Not tolower(): a driver may have set a locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* It cannot be parsed here: how many levels there are is not known, and one text reads
 * differently with one level and with two.  But all ways of writing one schema have the
 * same bytes behind the last dot once the quotes are gone.  Some DBMS ignore blanks at
 * the end and the case of letters that are not ASCII. */
void ts_schema_name_fold(const char *text, struct ts_buf *buf)
{
	const char *dot = strrchr(text, '.');
	bool was_ascii = true;

	for (const char *c = dot ? dot + 1 : text; *c; c++) {
		bool is_ascii = (unsigned char)*c < 0x80;

		if (!is_ascii && was_ascii)
			ts_buf_putc(buf, '*');
		else if (is_ascii && !strchr("\"[]` ", *c))
			ts_buf_putc(buf, lower(*c));
		was_ascii = is_ascii;
	}
}
