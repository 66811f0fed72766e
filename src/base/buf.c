/* buf.c - see buf.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 64 };

static void grow(struct ts_buf *buf, size_t more)
{
	size_t capacity = buf->capacity ? 2 * buf->capacity : FIRST_BYTES;

	if (more > SIZE_MAX / 4 - buf->len)
		ts_out_of_memory();
	if (capacity < buf->len + more + 1)
		capacity = buf->len + more + 1;
	buf->data = ts_realloc(buf->data, capacity, 1);
	buf->capacity = capacity;
}

void ts_buf_reserve(struct ts_buf *buf, size_t more)
{
	if (more >= buf->capacity - buf->len)
		grow(buf, more);
}

void ts_buf_release(struct ts_buf *buf)
{
	free(buf->data);
	*buf = (struct ts_buf){0};
}

void ts_buf_clear(struct ts_buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void ts_buf_add(struct ts_buf *buf, const void *bytes, size_t len)
{
	ts_buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void ts_buf_puts(struct ts_buf *buf, const char *text)
{
	ts_buf_add(buf, text, strlen(text));
}

void ts_buf_putc(struct ts_buf *buf, char c)
{
	ts_buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}

void ts_buf_printf(struct ts_buf *buf, const char *format, ...)
{
	va_list args;
	size_t room;
	int len;

	/* Once more where it has no room at first. */
	do {
		ts_buf_reserve(buf, 0);
		room = buf->capacity - buf->len;
		va_start(args, format);
		len = vsnprintf(buf->data + buf->len, room, format, args);
		va_end(args);
		if (len < 0) {
			buf->data[buf->len] = '\0';
			return;
		}
		ts_buf_reserve(buf, (size_t)len);
	} while ((size_t)len >= room);
	buf->len += (size_t)len;
}

void ts_buf_fill(struct ts_buf *buf, const char *text, const char *hole,
		 const char *value)
{
	const char *at;

	for (; (at = strstr(text, hole)); text = at + strlen(hole)) {
		ts_buf_add(buf, text, (size_t)(at - text));
		ts_buf_puts(buf, value);
	}
	ts_buf_puts(buf, text);
}

void ts_buf_end_with(struct ts_buf *buf, char c)
{
	if (buf->len && buf->data[buf->len - 1] != c)
		ts_buf_putc(buf, c);
}

char *ts_buf_detach(struct ts_buf *buf)
{
	char *data;

	ts_buf_reserve(buf, 0);
	data = buf->data;
	data[buf->len] = '\0';
	*buf = (struct ts_buf){0};
	return data;
}

const char *ts_buf_text(const struct ts_buf *buf)
{
	return buf->data ? buf->data : "";
}
