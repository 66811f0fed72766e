/* buf.h - bytes that grow.
 *
 * Zero-initialised is empty.  There is always a NUL behind the bytes once there are
 * any, so `data` can be read as text.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_BUF_H
#define TS_BUF_H
#include "base/attr.h"
#include <stddef.h>

struct ts_buf {
	char *data;      /* NULL while empty; owned */
	size_t len;      /* bytes in use, without the NUL */
	size_t capacity; /* bytes allocated */
};

void ts_buf_release(struct ts_buf *buf);
/* Forget the bytes, keep the memory. */
void ts_buf_clear(struct ts_buf *buf);
/* Make room for `more` bytes: so many can be appended without asking for memory. */
void ts_buf_reserve(struct ts_buf *buf, size_t more);
void ts_buf_add(struct ts_buf *buf, const void *bytes, size_t len);
void ts_buf_puts(struct ts_buf *buf, const char *text);
void ts_buf_putc(struct ts_buf *buf, char c);
void ts_buf_printf(struct ts_buf *buf, const char *format, ...) TS_PRINTF(2, 3);
/* Append `text` with every `hole` in it replaced by `value`. */
void ts_buf_fill(struct ts_buf *buf, const char *text, const char *hole,
		 const char *value);
/* Append `c` where there are bytes and the last one is not `c`. */
void ts_buf_end_with(struct ts_buf *buf, char c);
/* The bytes, never NULL; the caller frees them, the buffer is empty again. */
char *ts_buf_detach(struct ts_buf *buf);
/* The bytes as text, "" while empty; borrowed until the next change. */
const char *ts_buf_text(const struct ts_buf *buf);

#endif
