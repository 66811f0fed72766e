/* json_index.c - see json_index.h; the one pass over the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_index.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

enum {
	NODE_BYTES = 8,     /* of text behind which the next node comes, as a rule */
	FIRST_NODES = 8192, /* made room for at first, at the most */
	FEW_MEMBERS = 32,   /* whose names are compared each with each */
};

/* The text, and what was found in it up to now. */
struct pass {
	const char *at, *end;
	struct ts_json_index *index;
	size_t open[TS_JSON_DEPTH]; /* the arrays and objects that `at` is within */
	size_t depth;
	const char *wrong; /* where it cannot go on; NULL: no more is known */
};

void ts_json_index_release(struct ts_json_index *index)
{
	free(index->nodes);
	*index = (struct ts_json_index){0};
}

/* `at` is at the beginning. */
static size_t guess_nodes(const struct pass *pass)
{
	size_t guess = (size_t)(pass->end - pass->at) / NODE_BYTES + 8;

	return guess < FIRST_NODES ? guess : FIRST_NODES;
}

static struct ts_json_node *add_node(struct pass *pass, const char *begin)
{
	struct ts_json_index *index = pass->index;

	if (index->count == index->capacity) {
		index->capacity =
		    index->capacity ? index->capacity * 2 : guess_nodes(pass);
		index->nodes =
		    ts_realloc(index->nodes, index->capacity, sizeof(*index->nodes));
	}
	index->nodes[index->count] = (struct ts_json_node){.text = begin, .span = 1};
	return &index->nodes[index->count++];
}

static void end_node(const struct pass *pass, struct ts_json_node *node)
{
	node->len = (uint32_t)(pass->at - node->text);
}

static bool stop(struct pass *pass, const char *wrong)
{
	pass->wrong = wrong;
	return false;
}

static void skip_blanks(struct pass *pass)
{
	while (pass->at < pass->end && (*pass->at == ' ' || *pass->at == '\n' ||
					*pass->at == '\r' || *pass->at == '\t'))
		pass->at++;
}

static bool skip(struct pass *pass, char c)
{
	if (pass->at == pass->end || *pass->at != c)
		return false;
	pass->at++;
	return true;
}

static bool take_text(struct pass *pass)
{
	struct ts_json_node *node = add_node(pass, pass->at);

	bool is_escaped = false;

	if (!skip(pass, '"'))
		return false;
	if (!ts_json_text_skip(&pass->at, pass->end, &is_escaped))
		return stop(pass, "a text without an end, or with a character or "
				  "escape that no text has");
	end_node(pass, node);
	node->is_escaped = is_escaped;
	return true;
}

static bool take_literal(struct pass *pass, const char *literal)
{
	struct ts_json_node *node = add_node(pass, pass->at);

	for (; *literal; literal++)
		if (!skip(pass, *literal))
			return false;
	end_node(pass, node);
	return true;
}

static bool skip_digits(struct pass *pass)
{
	const char *begin = pass->at;

	while (pass->at < pass->end && *pass->at >= '0' && *pass->at <= '9')
		pass->at++;
	return pass->at > begin;
}

/* As RFC 8259 writes it. */
static bool take_number(struct pass *pass)
{
	struct ts_json_node *node = add_node(pass, pass->at);

	skip(pass, '-');
	if (!skip(pass, '0') && !skip_digits(pass))
		return false;
	if (skip(pass, '.') && !skip_digits(pass))
		return false;
	if (skip(pass, 'e') || skip(pass, 'E')) {
		if (!skip(pass, '-'))
			skip(pass, '+');
		if (!skip_digits(pass))
			return false;
	}
	end_node(pass, node);
	return true;
}

static bool is_same_name(const struct ts_json_node *one,
			 const struct ts_json_node *other)
{
	return one->len == other->len && memcmp(one->text, other->text, one->len) == 0;
}

/* Many names, or some that may be written in several ways. */
static bool differ_decoded(const struct ts_json_node *object)
{
	json_t *seen = json_object();
	TS_AUTO(ts_buf) text = {0};
	bool differ = true;

	for (const struct ts_json_node *name = ts_json_node_first(object);
	     name && differ; name = ts_json_node_next(object, name + 1)) {
		ts_buf_clear(&text);
		ts_json_node_decode(name, &text);
		differ = !json_object_getn(seen, ts_buf_text(&text), text.len);
		if (json_object_setn_new_nocheck(seen, ts_buf_text(&text), text.len,
						 json_null()) != 0)
			ts_out_of_memory();
	}
	json_decref(seen);
	return differ;
}

static bool names_differ(const struct ts_json_node *object)
{
	const struct ts_json_node *names[FEW_MEMBERS];
	size_t count = 0;

	for (const struct ts_json_node *name = ts_json_node_first(object); name;
	     name = ts_json_node_next(object, name + 1)) {
		if (count == FEW_MEMBERS || name->is_escaped)
			return differ_decoded(object);
		for (size_t i = 0; i < count; i++)
			if (is_same_name(names[i], name))
				return false;
		names[count++] = name;
	}
	return true;
}

/* The array or object that was begun last ends here. */
static bool close_last(struct pass *pass)
{
	size_t at = pass->open[--pass->depth];
	struct ts_json_node *node = &pass->index->nodes[at];

	end_node(pass, node);
	node->span = (uint32_t)(pass->index->count - at) & INT32_MAX;
	return *node->text == '[' || names_differ(node) ||
	       stop(pass, "the object that ends here has a member twice");
}

static bool open_next(struct pass *pass)
{
	if (pass->depth == TS_JSON_DEPTH)
		return stop(pass, "one level too deep");
	pass->open[pass->depth++] = pass->index->count;
	add_node(pass, pass->at++);
	return true;
}

/* A text, number or literal; or the beginning of an array or object. */
static bool take_value(struct pass *pass)
{
	if (pass->at == pass->end)
		return false;
	switch (*pass->at) {
	case '{':
	case '[':
		return open_next(pass);
	case '"':
		return take_text(pass);
	case 't':
		return take_literal(pass, "true");
	case 'f':
		return take_literal(pass, "false");
	case 'n':
		return take_literal(pass, "null");
	default:
		return take_number(pass);
	}
}

/* The name of the member that comes next, where we are within an object. */
static bool take_name(struct pass *pass)
{
	if (*pass->index->nodes[pass->open[pass->depth - 1]].text == '[')
		return true;
	if (!take_text(pass))
		return false;
	skip_blanks(pass);
	if (!skip(pass, ':'))
		return false;
	skip_blanks(pass);
	return true;
}

/* Behind a value: close what ends with it.  Then another value comes, or it was the
 * last (depth 0). */
static bool go_on(struct pass *pass)
{
	while (pass->depth) {
		char open = *pass->index->nodes[pass->open[pass->depth - 1]].text;

		skip_blanks(pass);
		if (skip(pass, ',')) {
			skip_blanks(pass);
			return take_name(pass);
		}
		if (!skip(pass, open == '[' ? ']' : '}') || !close_last(pass))
			return false;
	}
	return true;
}

/* Within an array or object that was begun just now: is there nothing in it? */
static bool take_empty(struct pass *pass, bool *ret_is_empty)
{
	char open = *pass->index->nodes[pass->open[pass->depth - 1]].text;

	skip_blanks(pass);
	*ret_is_empty = skip(pass, open == '[' ? ']' : '}');
	return *ret_is_empty ? close_last(pass) : take_name(pass);
}

static bool run(struct pass *pass)
{
	skip_blanks(pass);
	do {
		size_t depth = pass->depth;
		bool is_over = true;

		if (!take_value(pass))
			return false;
		if (pass->depth > depth && !take_empty(pass, &is_over))
			return false;
		if (is_over && !go_on(pass))
			return false;
	} while (pass->depth);
	skip_blanks(pass);
	return pass->at == pass->end;
}

/* Where in the text the pass stopped. */
static bool fail_place(const struct pass *pass, const char *text, struct ts_error *err)
{
	const char *line = text;
	size_t lines = 1;

	for (const char *byte = text; byte < pass->at; byte++)
		if (*byte == '\n') {
			line = byte + 1;
			lines++;
		}
	return ts_fail(err, TS_E_BAD_MESSAGE, "line %zu, column %zu: %s", lines,
		       (size_t)(pass->at - line) + 1,
		       pass->wrong ? pass->wrong : "this is not JSON");
}

bool ts_json_index_make(const char *text, size_t len, size_t max_bytes,
			struct ts_json_index *ret_index, struct ts_error *err)
{
	struct ts_json_index index = {0};
	struct pass pass = {.at = text, .end = text + len, .index = &index};

	if (len == 0)
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is empty");
	if (len > max_bytes || len > INT32_MAX)
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "%zu bytes, at most %zu are taken", len,
			       max_bytes < INT32_MAX ? max_bytes : INT32_MAX);
	if (!ts_utf8_is_valid(text, len))
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is not UTF-8");
	if (run(&pass)) {
		*ret_index = index;
		return true;
	}
	ts_json_index_release(&index);
	if (memchr(text, '\0', len))
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "it holds a NUL byte: send UTF-8, without a NUL "
			       "at its end");
	return fail_place(&pass, text, err);
}
