/* shape.c - see shape.h; what a document may hold is the tables below. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/shape.h"
#include <stdint.h>
#include <string.h>

enum shape {
	FLAG,    /* true or false */
	COUNT,   /* a whole number from 1 on */
	TEXT,    /* any text */
	WORD,    /* one of `words` */
	TEXTS,   /* a list of texts; null for one that has none */
	OBJECT,  /* `members` */
	OBJECTS, /* a list of such objects */
};

struct member {
	const char *name;
	enum shape shape;
	bool is_nullable;
	const struct member *members;
	const char *const *words;
};

static const char *const kinds[] = {"TABLE",
				    "PARTITIONED TABLE",
				    "FOREIGN TABLE",
				    "VIRTUAL TABLE",
				    "SYSTEM VERSIONED TABLE",
				    "VIEW",
				    "MATERIALIZED VIEW",
				    NULL};
static const char *const generated[] = {"stored", "virtual", NULL};
static const char *const identity[] = {"always", "by default", NULL};
static const char *const actions[] = {"NO ACTION", "RESTRICT",    "CASCADE",
				      "SET NULL",  "SET DEFAULT", NULL};

static const struct member column[] = {
    {"name", TEXT, false, NULL, NULL},
    {"position", COUNT, false, NULL, NULL},
    {"type", TEXT, true, NULL, NULL},
    {"nullable", FLAG, true, NULL, NULL},
    {"default", TEXT, true, NULL, NULL},
    {"comment", TEXT, true, NULL, NULL},
    {"primary_key_position", COUNT, true, NULL, NULL},
    {"generated", WORD, true, NULL, generated},
    {"identity", WORD, true, NULL, identity},
    {0},
};
static const struct member key[] = {
    {"name", TEXT, true, NULL, NULL},
    {"columns", TEXTS, false, NULL, NULL},
    {0},
};
static const struct member check[] = {
    {"name", TEXT, true, NULL, NULL},
    {"expression", TEXT, true, NULL, NULL},
    {0},
};
static const struct member foreign_key[] = {
    {"name", TEXT, true, NULL, NULL},
    {"columns", TEXTS, false, NULL, NULL},
    {"referenced_schema", TEXT, true, NULL, NULL},
    {"referenced_table", TEXT, false, NULL, NULL},
    {"referenced_columns", TEXTS, false, NULL, NULL},
    {"on_update", WORD, true, NULL, actions},
    {"on_delete", WORD, true, NULL, actions},
    {0},
};
static const struct member index_[] = {
    {"name", TEXT, true, NULL, NULL},       {"unique", FLAG, true, NULL, NULL},
    {"primary", FLAG, true, NULL, NULL},    {"columns", TEXTS, false, NULL, NULL},
    {"definition", TEXT, true, NULL, NULL}, {0},
};
static const struct member table[] = {
    {"is_view", FLAG, false, NULL, NULL},
    {"synonyms", TEXTS, true, NULL, NULL},
    {"db_comment", TEXT, true, NULL, NULL},
    {"kind", WORD, false, NULL, kinds},
    {"columns", OBJECTS, false, column, NULL},
    {"primary_key", OBJECT, true, key, NULL},
    {"unique_constraints", OBJECTS, false, key, NULL},
    {"check_constraints", OBJECTS, false, check, NULL},
    {"foreign_keys", OBJECTS, false, foreign_key, NULL},
    {"indexes", OBJECTS, false, index_, NULL},
    {"view_definition", TEXT, true, NULL, NULL},
    {0},
};

bool ts_shape_is_name(size_t len)
{
	return len > 0 && len <= TS_NAME_BYTES;
}

static bool is_word(const struct ts_json_node *value, const char *const *words)
{
	for (; *words; words++)
		if (ts_json_node_equals(value, *words))
			return true;
	return false;
}

static bool are_texts(const struct ts_json_node *value)
{
	const struct ts_json_node *item;

	if (!ts_json_node_is_array(value))
		return false;
	for (item = ts_json_node_first(value); item;
	     item = ts_json_node_next(value, item))
		if (!ts_json_node_is_text(item) &&
		    !ts_json_node_is_literal(item, "null"))
			return false;
	return true;
}

static bool is_flag(const struct ts_json_node *value)
{
	return ts_json_node_is_literal(value, "true") ||
	       ts_json_node_is_literal(value, "false");
}

/* What is expected where `value` is not of this shape; NULL where it is. */
static const char *complaint(const struct member *member,
			     const struct ts_json_node *value)
{
	int64_t number;

	switch (member->shape) {
	case FLAG:
		return is_flag(value) ? NULL : "neither true nor false";
	case COUNT:
		return ts_json_node_integer(value, 1, INT32_MAX, &number)
			   ? NULL
			   : "not a whole number from 1 on";
	case TEXT:
		return ts_json_node_is_text(value) ? NULL : "not a text";
	case WORD:
		return is_word(value, member->words) ? NULL
						     : "not one of the known words";
	case TEXTS:
		return are_texts(value) ? NULL : "not a list of texts";
	case OBJECT:
		return ts_json_node_is_object(value) ? NULL : "not an object";
	case OBJECTS:
		return ts_json_node_is_array(value) ? NULL : "not a list";
	}
	return "unknown";
}

void ts_shape_print_text(const char *text, struct ts_buf *buf)
{
	const char *plain = text; /* from here on nothing needs escaping */

	ts_buf_putc(buf, '"');
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		ts_buf_add(buf, plain, (size_t)(text - plain));
		plain = text + 1;
		if (byte < ' ')
			ts_buf_printf(buf, "\\u%04x", byte);
		else
			ts_buf_add(buf, (const char[]){'\\', *text}, 2);
	}
	ts_buf_add(buf, plain, (size_t)(text - plain));
	ts_buf_putc(buf, '"');
}

/* One text is written in one way only, however it was sent. */
static void print_node(const struct ts_json_node *node, struct ts_buf *text)
{
	TS_AUTO(ts_buf) decoded = {0};

	if (!node->is_escaped) {
		ts_json_node_copy(node, text);
		return;
	}
	ts_json_node_decode(node, &decoded);
	ts_shape_print_text(ts_buf_text(&decoded), text);
}

static bool print_object(const struct member *members,
			 const struct ts_json_node *object, struct ts_buf *text,
			 struct ts_error *err);

static bool print_objects(const struct member *member, const struct ts_json_node *list,
			  struct ts_buf *text, struct ts_error *err)
{
	const struct ts_json_node *item = ts_json_node_first(list);

	ts_buf_putc(text, '[');
	for (size_t i = 1; item; i++, item = ts_json_node_next(list, item)) {
		if (i > 1)
			ts_buf_putc(text, ',');
		if (!print_object(member->members, item, text, err))
			return ts_wrap(err, "'%s' %zu", member->name, i);
	}
	ts_buf_putc(text, ']');
	return true;
}

static void print_texts(const struct ts_json_node *list, struct ts_buf *text)
{
	const struct ts_json_node *item = ts_json_node_first(list);

	ts_buf_putc(text, '[');
	while (item) {
		print_node(item, text);
		item = ts_json_node_next(list, item);
		if (item)
			ts_buf_putc(text, ',');
	}
	ts_buf_putc(text, ']');
}

/* The value has the shape already. */
static bool print_value(const struct member *member, const struct ts_json_node *value,
			struct ts_buf *text, struct ts_error *err)
{
	switch (member->shape) {
	case FLAG:
	case COUNT:
	case TEXT:
	case WORD:
		print_node(value, text);
		return true;
	case TEXTS:
		print_texts(value, text);
		return true;
	case OBJECT:
		return print_object(member->members, value, text, err) ||
		       ts_wrap(err, "'%s'", member->name);
	case OBJECTS:
		return print_objects(member, value, text, err);
	}
	return true;
}

static bool print_member(const struct member *member, const struct ts_json_node *value,
			 struct ts_buf *text, struct ts_error *err)
{
	const char *wrong;

	if (!value && !member->is_nullable)
		return ts_fail(err, TS_E_MISSING_VALUE, "'%s'", member->name);
	ts_buf_putc(text, '"');
	ts_buf_puts(text, member->name);
	ts_buf_puts(text, "\":");
	if (member->is_nullable && (!value || ts_json_node_is_literal(value, "null"))) {
		ts_buf_puts(text, "null");
		return true;
	}
	wrong = complaint(member, value);
	if (wrong)
		return ts_fail(err, TS_E_BAD_VALUE, "'%s' is %s", member->name, wrong);
	return print_value(member, value, text, err);
}

static bool print_object(const struct member *members,
			 const struct ts_json_node *object, struct ts_buf *text,
			 struct ts_error *err)
{
	const struct ts_json_node *at;

	if (!ts_json_node_is_object(object))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	at = ts_json_node_first(object);
	for (const struct member *member = members; member->name; member++) {
		ts_buf_putc(text, member == members ? '{' : ',');
		if (!print_member(member, ts_json_node_take(object, &at, member->name),
				  text, err))
			return false;
	}
	ts_buf_putc(text, '}');
	return true;
}

bool ts_shape_print(const struct ts_json_node *document, struct ts_buf *text,
		    struct ts_error *err)
{
	return print_object(table, document, text, err);
}
