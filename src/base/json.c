/* json.c - see json.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_number_byte(char c)
{
	return (c >= '0' && c <= '9') || (c && strchr("+-.eE", c));
}

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* A number as RFC 8259 writes it, and nothing else. */
static bool is_number(const char *text)
{
	const char *end;

	text += *text == '-';
	end = skip_digits(text);
	if (end == text || (*text == '0' && end != text + 1))
		return false;
	if (*end == '.') {
		text = end + 1;
		end = skip_digits(text);
		if (end == text)
			return false;
	}
	if (*end == 'e' || *end == 'E') {
		text = end + 1 + (end[1] == '+' || end[1] == '-');
		end = skip_digits(text);
		if (end == text)
			return false;
	}
	return !*end;
}

/* Is this a number, and one that overflows what jansson can hold? */
static bool is_out_of_range(const char *number, size_t len)
{
	char *copy;
	bool overflow = false;

	if (len < 5)
		return false;
	copy = ts_memdup(number, len);
	errno = 0;
	if (!is_number(copy))
		overflow = false; /* the parser will say what is wrong with it */
	else if (strpbrk(copy, ".eE"))
		overflow = isinf(strtod(copy, NULL));
	else
		overflow = (strtoll(copy, NULL, 10), errno == ERANGE);
	free(copy);
	return overflow;
}

/* jansson's own limit of depth is 2,048 and it takes a number out of range for a broken
 * text; so one pass over the copy counts the depth and puts null for such numbers. */
static bool scan(char *text, size_t len, struct ts_error *err)
{
	int depth = 0;

	for (size_t at = 0; at < len; at++) {
		char c = text[at];

		if (c == '"') {
			for (at++; at < len && text[at] != '"'; at++)
				if (text[at] == '\\')
					at++;
		} else if (c == '{' || c == '[') {
			if (++depth > TS_JSON_DEPTH)
				return ts_fail(err, TS_E_BAD_MESSAGE,
					       "more than %d levels deep",
					       TS_JSON_DEPTH);
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			size_t start = at;

			while (at + 1 < len && is_number_byte(text[at + 1]))
				at++;
			if (!is_out_of_range(text + start, at + 1 - start))
				continue;
			memset(text + start, ' ', at + 1 - start);
			memcpy(text + start, "null", 4);
		}
	}
	return true;
}

bool ts_json_parse(const char *text, size_t len, size_t max_bytes, json_t **ret_value,
		   struct ts_error *err)
{
	json_error_t where;
	json_t *value;
	char *copy;

	if (len == 0)
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is empty");
	if (len > max_bytes)
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "%zu bytes, at most %zu are taken", len, max_bytes);
	if (!ts_utf8_is_valid(text, len))
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is not UTF-8");
	/* jansson 2.14 passes over one behind a number or a literal. */
	if (memchr(text, '\0', len))
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "it holds a NUL byte: send UTF-8, without a NUL "
			       "at its end");

	copy = ts_memdup(text, len);
	if (!scan(copy, len, err)) {
		free(copy);
		return false;
	}
	value = json_loadb(copy, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	free(copy);
	if (!value)
		return ts_fail(err, TS_E_BAD_MESSAGE, "line %d, column %d: %s",
			       where.line, where.column, where.text);
	*ret_value = value;
	return true;
}

static int append(const char *bytes, size_t len, void *opaque)
{
	ts_buf_add(opaque, bytes, len);
	return 0;
}

void ts_json_print(const json_t *value, struct ts_buf *buf)
{
	json_dump_callback(value, append, buf, JSON_COMPACT | JSON_ENCODE_ANY);
}

const char *ts_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
