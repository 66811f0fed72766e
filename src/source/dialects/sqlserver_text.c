/* sqlserver_text.c - see sqlserver_text.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_text.h"
#include <stdint.h>
#include <string.h>

enum {
	NAME_UNITS = 128, /* of UTF-16; the length of sysname */
	REPLACEMENT = 0xFFFD,
	HIGH = 0xD800, /* surrogates: the first half of a pair … */
	LOW = 0xDC00,  /* … and the second */
	LAST_LOW = 0xDFFF,
	PAIRED = 0x10000, /* the first character that takes a pair */
};

/* The character at *at, which is moved behind it.  Names have been judged before: what
 * is no UTF-8 is no name of a table either. */
static uint32_t next_character(const char **at)
{
	const unsigned char *byte = (const unsigned char *)*at;
	size_t more = *byte < 0xC0 ? 0 : *byte < 0xE0 ? 1 : *byte < 0xF0 ? 2 : 3;
	uint32_t character = more ? *byte & (0x3FU >> more) : *byte;

	if (!more && *byte >= 0x80)
		character = REPLACEMENT;
	for (size_t i = 1; i <= more; i++) {
		if ((byte[i] & 0xC0) != 0x80) {
			*at += i;
			return REPLACEMENT;
		}
		character = character << 6 | (byte[i] & 0x3FU);
	}
	*at += more + 1;
	return character;
}

static void encode_unit(uint32_t unit, struct ts_buf *buf)
{
	ts_buf_printf(buf, "%02X%02X", (unsigned)(unit & 0xFF), (unsigned)(unit >> 8));
}

void ts_sqlserver_encode(const char *text, struct ts_buf *buf)
{
	while (*text) {
		uint32_t character = next_character(&text);

		if (character < PAIRED) {
			encode_unit(character, buf);
			continue;
		}
		character -= PAIRED;
		encode_unit(HIGH + (character >> 10), buf);
		encode_unit(LOW + (character & 0x3FF), buf);
	}
}

void ts_sqlserver_pad(struct ts_buf *buf, size_t len)
{
	while (buf->len < len)
		ts_buf_putc(buf, ' ');
}

bool ts_sqlserver_is_name(const char *text)
{
	size_t units = 0;

	while (*text && units <= NAME_UNITS)
		units += next_character(&text) < PAIRED ? 1 : 2;
	return units <= NAME_UNITS;
}

static uint32_t digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = strchr(digits, c);

	return at ? (uint32_t)(at - digits) : 0;
}

/* The unit at *hex, which is moved behind it. */
static uint32_t next_unit(const char **hex)
{
	const char *at = *hex;

	*hex += 4;
	return digit(at[0]) << 4 | digit(at[1]) | digit(at[2]) << 12 |
	       digit(at[3]) << 8;
}

static void add_character(uint32_t character, struct ts_buf *buf)
{
	int shift = character < 0x80 ? 0 : character < 0x800 ? 6 : 12;
	static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};

	if (character >= PAIRED)
		shift = 18;
	ts_buf_putc(buf, (char)(marks[shift / 6] | character >> shift));
	while (shift) {
		shift -= 6;
		ts_buf_putc(buf, (char)(0x80 | (character >> shift & 0x3F)));
	}
}

void ts_sqlserver_decode(const char *hex, struct ts_buf *buf)
{
	const char *end = hex + strlen(hex) / 4 * 4;

	while (hex < end) {
		uint32_t unit = next_unit(&hex);

		if (unit >= HIGH && unit < LOW && hex < end) {
			const char *behind = hex;
			uint32_t second = next_unit(&behind);

			if (second >= LOW && second <= LAST_LOW) {
				unit = PAIRED + ((unit - HIGH) << 10) + (second - LOW);
				hex = behind;
			}
		}
		if (unit == 0 || (unit >= HIGH && unit <= LAST_LOW))
			unit = REPLACEMENT;
		add_character(unit, buf);
	}
}

void ts_sqlserver_quote(const char *name, struct ts_buf *buf)
{
	ts_buf_putc(buf, '[');
	for (; *name; name++) {
		if (*name == ']')
			ts_buf_putc(buf, ']');
		ts_buf_putc(buf, *name);
	}
	ts_buf_putc(buf, ']');
}

void ts_sqlserver_quote_table(const char *catalog, const char *schema,
			      const char *table, struct ts_buf *buf)
{
	ts_sqlserver_quote(catalog, buf);
	ts_buf_putc(buf, '.');
	ts_sqlserver_quote(schema, buf);
	ts_buf_putc(buf, '.');
	ts_sqlserver_quote(table, buf);
}

void ts_sqlserver_in_catalog(const char *sql, const char *catalog, struct ts_buf *buf)
{
	TS_AUTO(ts_buf) quoted = {0};

	ts_sqlserver_quote(catalog, &quoted);
	ts_buf_fill(buf, sql, "{catalog}", quoted.data);
}

void ts_sqlserver_for_names(const char *sql, const char *catalog, size_t count,
			    struct ts_buf *buf)
{
	TS_AUTO(ts_buf) names = {0};
	TS_AUTO(ts_buf) half = {0};

	for (size_t i = 0; i < count; i++)
		ts_buf_printf(&names, "%s(%zu, ?)", i ? ", " : "", i + 1);
	/* The catalog last: what it is called is not looked at again. */
	ts_buf_fill(&half, sql, "{names}", names.data);
	ts_sqlserver_in_catalog(half.data, catalog, buf);
}
