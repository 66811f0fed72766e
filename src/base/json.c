/* json.c - see json.h; trees are made of an index. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/json_index.h"
#include "base/json_text.h"
#include "base/mem.h"
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Null where it fits neither a 64-bit integer nor a double. */
static json_t *make_number(const struct ts_json_node *node)
{
	char *text = ts_memdup(node->text, node->len);
	bool is_whole = !strpbrk(text, ".eE");
	long long whole = 0;
	double real = 0;

	errno = 0;
	if (is_whole)
		whole = strtoll(text, NULL, 10);
	else
		real = strtod(text, NULL);
	free(text);
	if (is_whole)
		return errno == ERANGE ? json_null() : json_integer(whole);
	return isinf(real) ? json_null() : json_real(real);
}

static json_t *make_text(const struct ts_json_node *node)
{
	TS_AUTO(ts_buf) text = {0};

	if (!node->is_escaped)
		return json_stringn_nocheck(node->text + 1, node->len - 2u);
	ts_json_node_decode(node, &text);
	return json_stringn_nocheck(ts_buf_text(&text), text.len);
}

static json_t *make_value(const struct ts_json_node *node);

static json_t *make_array(const struct ts_json_node *node)
{
	json_t *array = json_array();

	for (const struct ts_json_node *item = ts_json_node_first(node); item;
	     item = ts_json_node_next(node, item))
		if (json_array_append_new(array, make_value(item)) != 0)
			ts_out_of_memory();
	return array;
}

static json_t *make_object(const struct ts_json_node *node)
{
	json_t *object = json_object();
	TS_AUTO(ts_buf) decoded = {0};

	for (const struct ts_json_node *name = ts_json_node_first(node); name;
	     name = ts_json_node_next(node, name + 1)) {
		const char *key = name->text + 1;
		size_t len = name->len - 2u;

		if (name->is_escaped) {
			ts_buf_clear(&decoded);
			ts_json_node_decode(name, &decoded);
			key = ts_buf_text(&decoded);
			len = decoded.len;
		}
		if (json_object_setn_new_nocheck(object, key, len,
						 make_value(name + 1)) != 0)
			ts_out_of_memory();
	}
	return object;
}

/* As deep as the text, which is TS_JSON_DEPTH at the most. */
static json_t *make_value(const struct ts_json_node *node)
{
	switch (*node->text) {
	case '{':
		return make_object(node);
	case '[':
		return make_array(node);
	case '"':
		return make_text(node);
	case 't':
		return json_true();
	case 'f':
		return json_false();
	case 'n':
		return json_null();
	default:
		return make_number(node);
	}
}

bool ts_json_parse(const char *text, size_t len, size_t max_bytes, json_t **ret_value,
		   struct ts_error *err)
{
	struct ts_json_index index;

	if (!ts_json_index_make(text, len, max_bytes, &index, err))
		return false;
	*ret_value = make_value(index.nodes);
	ts_json_index_release(&index);
	return true;
}

static void print_value(const json_t *value, struct ts_buf *buf);

static void print_array(const json_t *array, struct ts_buf *buf)
{
	const json_t *item;
	size_t i;

	ts_buf_putc(buf, '[');
	json_array_foreach(array, i, item)
	{
		if (i)
			ts_buf_putc(buf, ',');
		print_value(item, buf);
	}
	ts_buf_putc(buf, ']');
}

static void print_object(json_t *object, struct ts_buf *buf)
{
	char before = '{';
	const char *name;
	size_t len;
	json_t *value;

	json_object_keylen_foreach(object, name, len, value)
	{
		ts_buf_putc(buf, before);
		ts_json_text_print(name, len, buf);
		ts_buf_putc(buf, ':');
		print_value(value, buf);
		before = ',';
	}
	ts_buf_puts(buf, before == '{' ? "{}" : "}");
}

static int append(const char *bytes, size_t len, void *opaque)
{
	ts_buf_add(opaque, bytes, len);
	return 0;
}

static void print_value(const json_t *value, struct ts_buf *buf)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		print_object((json_t *)(uintptr_t)value, buf);
		break;
	case JSON_ARRAY:
		print_array(value, buf);
		break;
	case JSON_STRING:
		ts_json_text_print(json_string_value(value), json_string_length(value),
				   buf);
		break;
	case JSON_INTEGER:
		ts_buf_printf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		json_dump_callback(value, append, buf, JSON_ENCODE_ANY);
		break;
	case JSON_TRUE:
		ts_buf_puts(buf, "true");
		break;
	case JSON_FALSE:
		ts_buf_puts(buf, "false");
		break;
	case JSON_NULL:
		ts_buf_puts(buf, "null");
		break;
	}
}

void ts_json_print(const json_t *value, struct ts_buf *buf)
{
	if (value)
		print_value(value, buf);
}

const char *ts_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}
