/* fold.c - lower case for searching; see search.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/search.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Capital letters whose small one is `offset` further; with step 2 every other one, the
 * first is a capital.  Unicode, the scripts that names of tables are written in. */
static const struct {
	uint32_t first, last;
	int step, offset;
} capitals[] = {
    {'A', 'Z', 1, 32},      {0xC0, 0xD6, 1, 32},     {0xD8, 0xDE, 1, 32},
    {0x100, 0x12E, 2, 1},   {0x132, 0x136, 2, 1},    {0x139, 0x147, 2, 1},
    {0x14A, 0x176, 2, 1},   {0x178, 0x178, 1, -121}, {0x179, 0x17D, 2, 1},
    {0x386, 0x386, 1, 38},  {0x388, 0x38A, 1, 37},   {0x38C, 0x38C, 1, 64},
    {0x38E, 0x38F, 1, 63},  {0x391, 0x3A1, 1, 32},   {0x3A3, 0x3AB, 1, 32},
    {0x400, 0x40F, 1, 80},  {0x410, 0x42F, 1, 32},   {0x460, 0x480, 2, 1},
    {0x48A, 0x4BE, 2, 1},   {0x4D0, 0x52E, 2, 1},    {0x531, 0x556, 1, 48},
    {0x1E00, 0x1E94, 2, 1}, {0x1EA0, 0x1EFE, 2, 1},
};

static uint32_t lower(uint32_t c)
{
	for (size_t i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++) {
		if (c < capitals[i].first)
			return c;
		if (c <= capitals[i].last &&
		    (c - capitals[i].first) % (uint32_t)capitals[i].step == 0)
			return (uint32_t)((int64_t)c + capitals[i].offset);
	}
	return c;
}

/* The character of two or three bytes in lower case, which has as many bytes. */
static void fold_wide(const char *from, size_t len, struct ts_buf *buf)
{
	const unsigned char *byte = (const unsigned char *)from;
	uint32_t c;

	if (len == 2) {
		c = lower((byte[0] & 0x1FU) << 6 | (byte[1] & 0x3FU));
		ts_buf_putc(buf, (char)(0xC0U | c >> 6));
	} else {
		c = lower((byte[0] & 0xFU) << 12 | (byte[1] & 0x3FU) << 6 |
			  (byte[2] & 0x3FU));
		ts_buf_putc(buf, (char)(0xE0U | c >> 12));
		ts_buf_putc(buf, (char)(0x80U | (c >> 6 & 0x3FU)));
	}
	ts_buf_putc(buf, (char)(0x80U | (c & 0x3FU)));
}

size_t ts_search_character(const char *text)
{
	unsigned char first = (unsigned char)*text;
	size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

	return strnlen(text, len);
}

static char fold_narrow(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + 32);
	return (c >= 0 && c < ' ') || c == 0x7F ? ' ' : c;
}

void ts_search_fold(const char *text, struct ts_buf *buf)
{
	while (*text) {
		size_t len = ts_search_character(text);

		if (len == 1)
			ts_buf_putc(buf, fold_narrow(*text));
		else if (len == 2 || len == 3)
			fold_wide(text, len, buf);
		else
			ts_buf_add(buf, text, len);
		text += len;
	}
}
