/* json_index.h - JSON text read where it lies: an index of its values, no tree.
 *
 * One pass judges the text as ts_json_parse() does, and notes where each value begins
 * and ends.  What is only looked at or passed on is copied nowhere.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_JSON_INDEX_H
#define TS_JSON_INDEX_H
#include "base/buf.h"
#include "base/error.h"
#include <stdint.h>

/* A value, or the name of a member.  Behind an array stand its items, behind an object
 * its members: each a name, and its value right behind it. */
struct ts_json_node {
	const char *text;        /* its first byte, of a text the quote; borrowed */
	uint32_t len;            /* up to its last byte, of a text the quote */
	uint32_t span : 31;      /* nodes of it: itself and all that is within it */
	uint32_t is_escaped : 1; /* a text that does not stand there as it is */
};

/* Zero-initialised is empty. */
struct ts_json_index {
	struct ts_json_node *nodes; /* the first is the whole value; owned */
	size_t count, capacity;
};

/* Borrows `text`.  TS_E_BAD_MESSAGE with the place where it is not what
 * ts_json_parse() takes.  A number may be out of every range here. */
TS_MUST_CHECK bool ts_json_index_make(const char *text, size_t len, size_t max_bytes,
				      struct ts_json_index *ret_index,
				      struct ts_error *err);
void ts_json_index_release(struct ts_json_index *index);

bool ts_json_node_is_object(const struct ts_json_node *node);
bool ts_json_node_is_array(const struct ts_json_node *node);
bool ts_json_node_is_text(const struct ts_json_node *node);
/* `true`, `false` or `null`. */
bool ts_json_node_is_literal(const struct ts_json_node *node, const char *literal);
/* Is it a whole number in this range? */
bool ts_json_node_integer(const struct ts_json_node *node, int64_t min, int64_t max,
			  int64_t *ret_number);

/* The first item of an array, or the name of the first member of an object; NULL where
 * there is none. */
const struct ts_json_node *ts_json_node_first(const struct ts_json_node *parent);
/* What stands behind the value (not the name) `node`: the next item, or the name of the
 * next member; NULL where there is none. */
const struct ts_json_node *ts_json_node_next(const struct ts_json_node *parent,
					     const struct ts_json_node *node);
/* The value of a member; NULL where there is none, or `object` is NULL or none. */
const struct ts_json_node *ts_json_node_get(const struct ts_json_node *object,
					    const char *name);

/* The same for somebody who asks for the members in the order in which they most
 * likely stand: `*at` is the name that comes next, at first that of the first member.
 */
const struct ts_json_node *ts_json_node_take(const struct ts_json_node *object,
					     const struct ts_json_node **at,
					     const char *name);

/* Is it the text `text`? */
bool ts_json_node_equals(const struct ts_json_node *node, const char *text);
/* Append what a text says, without its quotes and escapes. */
void ts_json_node_decode(const struct ts_json_node *node, struct ts_buf *buf);
/* Append the value as it stands in the text. */
void ts_json_node_copy(const struct ts_json_node *node, struct ts_buf *buf);

#endif
