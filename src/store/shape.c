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

bool ts_shape_is_name(const json_t *value)
{
	size_t len = json_string_length(value);

	return json_is_string(value) && len > 0 && len <= TS_NAME_BYTES;
}

static bool is_word(const json_t *value, const char *const *words)
{
	const char *text = json_string_value(value);

	for (; text && *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool are_texts(const json_t *value)
{
	const json_t *text;
	size_t i;

	json_array_foreach(value, i, text)
	{
		if (!json_is_string(text) && !json_is_null(text))
			return false;
	}
	return json_is_array(value);
}

/* What is expected where `value` is not of this shape; NULL where it is. */
static const char *complaint(const struct member *member, const json_t *value)
{
	json_int_t number = json_integer_value(value);

	switch (member->shape) {
	case FLAG:
		return json_is_boolean(value) ? NULL : "neither true nor false";
	case COUNT:
		return json_is_integer(value) && number >= 1 && number <= INT32_MAX
			   ? NULL
			   : "not a whole number from 1 on";
	case TEXT:
		return json_is_string(value) ? NULL : "not a text";
	case WORD:
		return is_word(value, member->words) ? NULL
						     : "not one of the known words";
	case TEXTS:
		return are_texts(value) ? NULL : "not a list of texts";
	case OBJECT:
		return json_is_object(value) ? NULL : "not an object";
	case OBJECTS:
		return json_is_array(value) ? NULL : "not a list";
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

static bool print_object(const struct member *members, const json_t *object,
			 struct ts_buf *text, struct ts_error *err);

static bool print_objects(const struct member *member, const json_t *list,
			  struct ts_buf *text, struct ts_error *err)
{
	const json_t *item;
	size_t i;

	ts_buf_putc(text, '[');
	json_array_foreach(list, i, item)
	{
		if (i)
			ts_buf_putc(text, ',');
		if (!print_object(member->members, item, text, err))
			return ts_wrap(err, "'%s' %zu", member->name, i + 1);
	}
	ts_buf_putc(text, ']');
	return true;
}

static void print_names(const json_t *list, struct ts_buf *text)
{
	const json_t *item;
	size_t i;

	ts_buf_putc(text, '[');
	json_array_foreach(list, i, item)
	{
		if (i)
			ts_buf_putc(text, ',');
		if (json_is_null(item))
			ts_buf_puts(text, "null");
		else
			ts_shape_print_text(json_string_value(item), text);
	}
	ts_buf_putc(text, ']');
}

/* The value has the shape already. */
static bool print_value(const struct member *member, const json_t *value,
			struct ts_buf *text, struct ts_error *err)
{
	switch (member->shape) {
	case FLAG:
		ts_buf_puts(text, json_is_true(value) ? "true" : "false");
		return true;
	case COUNT:
		ts_buf_printf(text, "%d", (int)json_integer_value(value));
		return true;
	case TEXT:
	case WORD:
		ts_shape_print_text(json_string_value(value), text);
		return true;
	case TEXTS:
		print_names(value, text);
		return true;
	case OBJECT:
		return print_object(member->members, value, text, err) ||
		       ts_wrap(err, "'%s'", member->name);
	case OBJECTS:
		return print_objects(member, value, text, err);
	}
	return true;
}

static bool print_member(const struct member *member, const json_t *value,
			 struct ts_buf *text, struct ts_error *err)
{
	const char *wrong;

	if (!value && !member->is_nullable)
		return ts_fail(err, TS_E_MISSING_VALUE, "'%s'", member->name);
	ts_buf_putc(text, '"');
	ts_buf_puts(text, member->name);
	ts_buf_puts(text, "\":");
	if (member->is_nullable && (!value || json_is_null(value))) {
		ts_buf_puts(text, "null");
		return true;
	}
	wrong = complaint(member, value);
	if (wrong)
		return ts_fail(err, TS_E_BAD_VALUE, "'%s' is %s", member->name, wrong);
	return print_value(member, value, text, err);
}

static bool print_object(const struct member *members, const json_t *object,
			 struct ts_buf *text, struct ts_error *err)
{
	if (!json_is_object(object))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	for (const struct member *member = members; member->name; member++) {
		ts_buf_putc(text, member == members ? '{' : ',');
		if (!print_member(member, json_object_get(object, member->name), text,
				  err))
			return false;
	}
	ts_buf_putc(text, '}');
	return true;
}

bool ts_shape_print(const json_t *document, struct ts_buf *text, struct ts_error *err)
{
	return print_object(table, document, text, err);
}
