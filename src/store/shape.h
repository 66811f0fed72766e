/* shape.h - which members a table's document has, and of which kind.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SHAPE_H
#define TS_SHAPE_H
#include "base/json_index.h"

enum { TS_NAME_BYTES = 1024 }; /* the longest name of a table or schema: its key */

/* Append the members from `is_view` on as a JSON object, in the order of the reply,
 * each checked: without what is unknown, null for what may be null and is missing.
 * Otherwise TS_E_MISSING_VALUE or TS_E_BAD_VALUE, which name the member; the buffer
 * then holds a part. */
TS_MUST_CHECK bool ts_shape_print(const struct ts_json_node *document,
				  struct ts_buf *text, struct ts_error *err);

/* May a name have so many bytes? */
bool ts_shape_is_name(size_t len);

/* Append a text as JSON, in quotes. */
void ts_shape_print_text(const char *text, struct ts_buf *buf);

#endif
