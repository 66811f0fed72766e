/* json.h - JSON text from outside, judged before it is believed.
 *
 * The only place that includes jansson: the layers above use its json_t as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JSON_H
#define TS_JSON_H
#include "base/buf.h"
#include "base/error.h"
#include <jansson.h>

enum { TS_JSON_DEPTH = 64 }; /* arrays and objects within each other */

/* Parse `len` bytes that hold one JSON value: UTF-8, at most `max_bytes` long and
 * TS_JSON_DEPTH deep, no member twice, no U+0000.  Otherwise TS_E_BAD_MESSAGE with the
 * place.  A number that fits neither a 64-bit integer nor a double becomes null. */
TS_MUST_CHECK bool ts_json_parse(const char *text, size_t len, size_t max_bytes,
				 json_t **ret_value, struct ts_error *err);

/* Append the value as compact JSON. */
void ts_json_print(const json_t *value, struct ts_buf *buf);

/* The text of a member; NULL where it is missing or no string.  Borrowed. */
const char *ts_json_text(const json_t *object, const char *key);

#endif
