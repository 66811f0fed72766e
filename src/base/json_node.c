/* json_node.c - looking at the values of an index; see json_index.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_index.h"
#include "base/json_text.h"
#include "base/str.h"
#include <string.h>

bool ts_json_node_is_object(const struct ts_json_node *node)
{
	return node && *node->text == '{';
}

bool ts_json_node_is_array(const struct ts_json_node *node)
{
	return node && *node->text == '[';
}

bool ts_json_node_is_text(const struct ts_json_node *node)
{
	return node && *node->text == '"';
}

bool ts_json_node_is_literal(const struct ts_json_node *node, const char *literal)
{
	/* No two of them begin with the same letter. */
	return node && *node->text == *literal;
}

bool ts_json_node_integer(const struct ts_json_node *node, int64_t min, int64_t max,
			  int64_t *ret_number)
{
	char digits[32];

	if (!node || !strchr("-0123456789", *node->text) || node->len >= sizeof(digits))
		return false;
	memcpy(digits, node->text, node->len);
	digits[node->len] = '\0';
	return ts_int64_parse(digits, min, max, ret_number);
}

const struct ts_json_node *ts_json_node_first(const struct ts_json_node *parent)
{
	return parent->span > 1 ? parent + 1 : NULL;
}

const struct ts_json_node *ts_json_node_next(const struct ts_json_node *parent,
					     const struct ts_json_node *node)
{
	const struct ts_json_node *next = node + node->span;

	return next < parent + parent->span ? next : NULL;
}

static bool equals_decoded(const struct ts_json_node *node, const char *text)
{
	TS_AUTO(ts_buf) decoded = {0};

	ts_json_node_decode(node, &decoded);
	return strcmp(ts_buf_text(&decoded), text) == 0;
}

bool ts_json_node_equals(const struct ts_json_node *node, const char *text)
{
	size_t len = strlen(text);

	if (!ts_json_node_is_text(node))
		return false;
	if (node->is_escaped)
		return equals_decoded(node, text);
	return node->len == len + 2 && memcmp(node->text + 1, text, len) == 0;
}

const struct ts_json_node *ts_json_node_get(const struct ts_json_node *object,
					    const char *name)
{
	const struct ts_json_node *at;

	if (!ts_json_node_is_object(object))
		return NULL;
	for (at = ts_json_node_first(object); at;
	     at = ts_json_node_next(object, at + 1))
		if (ts_json_node_equals(at, name))
			return at + 1;
	return NULL;
}

const struct ts_json_node *ts_json_node_take(const struct ts_json_node *object,
					     const struct ts_json_node **at,
					     const char *name)
{
	const struct ts_json_node *value;

	if (!ts_json_node_equals(*at, name))
		return ts_json_node_get(object, name);
	value = *at + 1;
	*at = ts_json_node_next(object, value);
	return value;
}

void ts_json_node_decode(const struct ts_json_node *node, struct ts_buf *buf)
{
	ts_json_text_decode(node->text + 1, node->len - 2u, buf);
}

void ts_json_node_copy(const struct ts_json_node *node, struct ts_buf *buf)
{
	ts_buf_add(buf, node->text, node->len);
}
