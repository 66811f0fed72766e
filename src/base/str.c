/* str.c - see str.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "base/mem.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int lower(char c)
{
	return tolower((unsigned char)c);
}

/* Length of the character that begins at `text`, 0 where none does (RFC 3629). */
static size_t character(const char *text, size_t len)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t size;

	if (byte[0] < 0x80)
		return 1;
	size = byte[0] >= 0xC2 && byte[0] <= 0xDF   ? 2
	       : byte[0] >= 0xE0 && byte[0] <= 0xEF ? 3
	       : byte[0] >= 0xF0 && byte[0] <= 0xF4 ? 4
						    : 0;
	if (!size || size > len)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
	if ((byte[0] == 0xE0 && byte[1] < 0xA0) ||
	    (byte[0] == 0xED && byte[1] > 0x9F) ||
	    (byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] > 0x8F))
		return 0;
	return size;
}

/* How many bytes from here on are ASCII, by words; the rest is left. */
static size_t ascii_prefix(const char *text, size_t len)
{
	size_t at = 0;
	uint64_t word;

	for (; len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

bool ts_utf8_is_valid(const char *text, size_t len)
{
	for (size_t at = 0, size; at < len; at += size) {
		size = ascii_prefix(text + at, len - at);
		if (!size)
			size = character(text + at, len - at);
		if (!size)
			return false;
	}
	return true;
}

size_t ts_utf8_cut(const char *text, size_t len)
{
	size_t cut = len;

	while (cut > 0 && len - cut < 4 && ((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	return cut;
}

void ts_utf8_clean(char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0, size; at < len; at += size) {
		size = character(text + at, len - at);
		if (!size && len - at < 4 && ((unsigned char)text[at] & 0xC0) == 0xC0) {
			text[at] = '\0';
			return;
		}
		if (!size || (size == 1 && iscntrl((unsigned char)text[at]))) {
			text[at] = '?';
			size = 1;
		}
	}
}

bool ts_int64_parse(const char *text, int64_t min, int64_t max, int64_t *ret_number)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	int64_t number = 0;

	if (!digits[0])
		return false;
	for (const char *c = digits; *c; c++) {
		if (*c < '0' || *c > '9')
			return false;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_sub_overflow(number, *c - '0', &number))
			return false;
	}
	/* Counted downwards, since INT64_MIN has no positive counterpart. */
	if (digits == text && __builtin_sub_overflow(0, number, &number))
		return false;
	if (number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

bool ts_glob_matches(const char *pattern, const char *text, bool ignore_case)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (*pattern == '?' || *pattern == *text ||
			   (ignore_case && lower(*pattern) == lower(*text))) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool ts_str_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

int ts_str_distance(const char *one, const char *other, int limit)
{
	size_t rows = strlen(one), columns = strlen(other);
	int *line, result;

	if (rows > columns + (size_t)limit || columns > rows + (size_t)limit)
		return limit + 1;

	/* Levenshtein's table, one line of it at a time. */
	line = ts_calloc(columns + 1, sizeof(*line));
	for (size_t j = 0; j <= columns; j++)
		line[j] = (int)j;
	for (size_t i = 1; i <= rows; i++) {
		int diagonal = line[0];

		line[0] = (int)i;
		for (size_t j = 1; j <= columns; j++) {
			int replaced =
			    diagonal + (lower(one[i - 1]) != lower(other[j - 1]));

			diagonal = line[j];
			line[j] = least(line[j] + 1, line[j - 1] + 1, replaced);
		}
	}
	result = line[columns] <= limit ? line[columns] : limit + 1;
	free(line);
	return result;
}
