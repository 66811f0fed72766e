/* str.h - small questions about text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STR_H
#define TS_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is this well-formed UTF-8 (no surrogates, nothing over-long)?  NUL is allowed. */
bool ts_utf8_is_valid(const char *text, size_t len);
/* The largest length <= `len` that does not cut a character of `text`. */
size_t ts_utf8_cut(const char *text, size_t len);
/* Make the NUL-terminated text valid UTF-8 on one line, in place: bytes that belong to
 * no character and control characters become '?', a character cut at the end goes. */
void ts_utf8_clean(char *text);

/* A whole decimal number within [min, max], and nothing else ("+7", " 7", "" are not).
 */
bool ts_int64_parse(const char *text, int64_t min, int64_t max, int64_t *ret_number);

/* Does `text` match `pattern`, in which '*' stands for any text and '?' for one byte?
 */
bool ts_glob_matches(const char *pattern, const char *text, bool ignore_case);

bool ts_str_has_prefix(const char *text, const char *prefix);

/* How many single-byte edits (insert, delete, replace; case does not count) lead from
 * one to the other; counts no further than `limit` + 1. */
int ts_str_distance(const char *one, const char *other, int limit);

#endif
