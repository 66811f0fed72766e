/* json_text.h - texts in JSON: quotes and escapes.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JSON_TEXT_H
#define TS_JSON_TEXT_H
#include "base/buf.h"
#include <stdbool.h>

/* Go from behind the quote at which a text begins to behind the one at which it ends;
 * *ret_is_escaped becomes true where there is an escape between them.  False where it
 * is none: an escape that is wrong or means U+0000, a control character, no end. */
bool ts_json_text_skip(const char **at, const char *end, bool *ret_is_escaped);

/* Append what stands between the quotes (judged already) without its escapes. */
void ts_json_text_decode(const char *bytes, size_t len, struct ts_buf *buf);

/* Append UTF-8 in quotes, with those escapes that it needs. */
void ts_json_text_print(const char *bytes, size_t len, struct ts_buf *buf);

#endif
