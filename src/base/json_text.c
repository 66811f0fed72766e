/* json_text.c - see json_text.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_text.h"
#include <stdint.h>
#include <string.h>

/* What stands behind a backslash, and what it means. */
static const char escapes[][2] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
				  {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
enum { ESCAPES = sizeof(escapes) / sizeof(*escapes), SLASH = 2 };

static bool is_plain(char c)
{
	return c != '"' && c != '\\' && (unsigned char)c >= ' ';
}

/* The bytes from here on that stand for themselves. */
static const char *skip_plain(const char *at, const char *end)
{
	while (at < end && is_plain(*at))
		at++;
	return at;
}

/* Four hex digits; -1 where they are none. */
static int32_t hex_value(const char *at, const char *end)
{
	static const char digits[] = "0123456789abcdef";
	int32_t value = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] + 32) : at[i];
		const char *digit = c ? strchr(digits, c) : NULL;

		if (!digit)
			return -1;
		value = value * 16 + (int32_t)(digit - digits);
	}
	return value;
}

/* The character of \uXXXX, `at` on the u, as one or as a pair of halves; 0 where it is
 * none.  Goes behind it. */
static int32_t take_character(const char **at, const char *end)
{
	int32_t high = hex_value(*at + 1, end), low;

	*at += 5;
	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return 0;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return 0;
	low = hex_value(*at + 2, end);
	*at += 6;
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* `at` is behind a backslash. */
static bool skip_escape(const char **at, const char *end)
{
	if (*at == end)
		return false;
	if (**at == 'u')
		return take_character(at, end) > 0;
	for (size_t i = 0; i < ESCAPES; i++)
		if (escapes[i][0] == **at) {
			++*at;
			return true;
		}
	return false;
}

bool ts_json_text_skip(const char **at, const char *end, bool *ret_is_escaped)
{
	const char *byte = *at;

	for (;;) {
		byte = skip_plain(byte, end);
		if (byte == end || (*byte != '"' && *byte != '\\'))
			return false;
		if (*byte++ == '"')
			break;
		*ret_is_escaped = true;
		if (!skip_escape(&byte, end))
			return false;
	}
	*at = byte;
	return true;
}

static void add_character(int32_t character, struct ts_buf *buf)
{
	static const int32_t first[] = {0, 0x80, 0x800, 0x10000};
	static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
	unsigned char bytes[4];
	size_t more = 3;

	while (character < first[more])
		more--;
	for (size_t i = more; i > 0; i--) {
		bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	bytes[0] = (unsigned char)(marks[more] | character);
	ts_buf_add(buf, bytes, more + 1);
}

void ts_json_text_decode(const char *bytes, size_t len, struct ts_buf *buf)
{
	const char *end = bytes + len;

	while (bytes < end) {
		const char *escape = memchr(bytes, '\\', (size_t)(end - bytes));

		ts_buf_add(buf, bytes, (size_t)((escape ? escape : end) - bytes));
		if (!escape)
			return;
		bytes = escape + 1;
		if (*bytes == 'u') {
			add_character(take_character(&bytes, end), buf);
			continue;
		}
		for (size_t i = 0; i < ESCAPES; i++)
			if (escapes[i][0] == *bytes)
				ts_buf_putc(buf, escapes[i][1]);
		bytes++;
	}
}

static void add_escape(char c, struct ts_buf *buf)
{
	for (size_t i = 0; i < ESCAPES; i++) {
		if (escapes[i][1] != c || i == SLASH)
			continue;
		ts_buf_add(buf, (const char[]){'\\', escapes[i][0]}, 2);
		return;
	}
	ts_buf_printf(buf, "\\u%04X", (unsigned char)c);
}

void ts_json_text_print(const char *bytes, size_t len, struct ts_buf *buf)
{
	const char *end = bytes + len, *plain;

	ts_buf_putc(buf, '"');
	for (;;) {
		plain = skip_plain(bytes, end);
		ts_buf_add(buf, bytes, (size_t)(plain - bytes));
		if (plain == end)
			break;
		add_escape(*plain, buf);
		bytes = plain + 1;
	}
	ts_buf_putc(buf, '"');
}
