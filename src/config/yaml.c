/* yaml.c - see yaml.h; libyaml's events become a tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/yaml.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	const char *file, *text;
	struct ts_findings *findings;
};

void ts_node_release(struct ts_node *node)
{
	for (size_t i = 0; i < node->count; i++)
		ts_node_release(&node->children[i]);
	free(node->children);
	free(node->key);
	free(node->text);
	*node = (struct ts_node){0};
}

static struct ts_place place_of(const struct reader *reader, yaml_mark_t mark)
{
	/* Marks count from 0, and a file has at most TS_YAML_BYTES lines. */
	return (struct ts_place){reader->file, (int)mark.line + 1,
				 (int)mark.column + 1};
}

/* Bytes that are no UTF-8 are found before there is a mark. */
static struct ts_place place_of_byte(const struct reader *reader, size_t offset)
{
	struct ts_place place = {reader->file, 1, 1};

	for (size_t i = 0; i < offset; i++) {
		place.column++;
		if (reader->text[i] == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}

static void add_problem(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const bool is_byte = parser->error == YAML_READER_ERROR;
	const struct ts_place place =
	    is_byte ? place_of_byte(reader, parser->problem_offset)
		    : place_of(reader, parser->problem_mark);

	ts_findings_add(reader->findings, &place, "not YAML: %s%s%s",
			parser->problem ? parser->problem : "cannot be read",
			parser->context ? " " : "",
			parser->context ? parser->context : "");
}

static bool next_event(struct reader *reader, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&reader->parser, ret_event))
		return true;
	add_problem(reader);
	return false;
}

static bool is_refused(struct reader *reader, yaml_mark_t mark, const char *what)
{
	const struct ts_place place = place_of(reader, mark);

	ts_findings_add(reader->findings, &place, "%s", what);
	return false;
}

static void check_anchor_and_tag(struct reader *reader, const yaml_event_t *event,
				 const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		is_refused(reader, event->start_mark,
			   "anchors (&name) are not allowed");
	if (tag)
		is_refused(reader, event->start_mark, "tags (!name) are not allowed");
}

/* Is it what YAML calls null: nothing at all, or one of its words? */
static bool is_null(const yaml_event_t *event, const char *text)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static void read_scalar(struct reader *reader, const yaml_event_t *event,
			struct ts_node *node)
{
	const char *text = (const char *)event->data.scalar.value;
	const size_t len = event->data.scalar.length;

	check_anchor_and_tag(reader, event, event->data.scalar.anchor,
			     event->data.scalar.tag);
	if (memchr(text, '\0', len))
		is_refused(reader, event->start_mark, "a text must not hold NUL");
	if (is_null(event, text))
		return;
	node->kind = TS_NODE_SCALAR;
	node->text = ts_memdup(text, len);
}

static bool read_value(struct reader *reader, const yaml_event_t *event, int depth,
		       struct ts_node *node);

/* Room for one more child; where it comes from is set. */
static struct ts_node *add_child(struct reader *reader, const yaml_event_t *event,
				 size_t max, struct ts_node *parent)
{
	struct ts_node *child;

	if (parent->count == max) {
		is_refused(reader, event->start_mark, "too many members");
		return NULL;
	}
	parent->children =
	    ts_realloc(parent->children, parent->count + 1, sizeof(*child));
	child = &parent->children[parent->count++];
	*child = (struct ts_node){.line = (int)event->start_mark.line + 1,
				  .column = (int)event->start_mark.column + 1};
	return child;
}

static bool read_list(struct reader *reader, int depth, struct ts_node *node)
{
	for (;;) {
		struct ts_node *child;
		yaml_event_t event;
		bool is_read;

		if (!next_event(reader, &event))
			return false;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return true;
		}
		child = add_child(reader, &event, TS_YAML_ITEMS, node);
		is_read = child && read_value(reader, &event, depth, child);
		yaml_event_delete(&event);
		if (!is_read)
			return false;
	}
}

/* The last child is the new one; it goes again when its key was there before. */
static void drop_duplicate(struct reader *reader, struct ts_node *node)
{
	struct ts_node *last = &node->children[node->count - 1];
	const struct ts_place place = {reader->file, last->line, last->column};

	for (struct ts_node *other = node->children; other < last; other++) {
		if (strcmp(other->key, last->key) != 0)
			continue;
		ts_findings_add(reader->findings, &place,
				"the key '%.80s' is here twice, first in line %d",
				last->key, other->line);
		ts_node_release(last);
		node->count--;
		return;
	}
}

static bool read_member(struct reader *reader, const yaml_event_t *key, int depth,
			struct ts_node *node)
{
	struct ts_node *child = add_child(reader, key, TS_YAML_KEYS, node);
	yaml_event_t event;
	bool is_read;

	if (!child)
		return false;
	if (key->type != YAML_SCALAR_EVENT) {
		child->key = ts_strdup("");
		return is_refused(reader, key->start_mark, "a key must be a text");
	}
	check_anchor_and_tag(reader, key, key->data.scalar.anchor,
			     key->data.scalar.tag);
	child->key =
	    ts_memdup((const char *)key->data.scalar.value, key->data.scalar.length);
	if (strlen(child->key) != key->data.scalar.length)
		return is_refused(reader, key->start_mark, "a key must not hold NUL");
	if (!next_event(reader, &event))
		return false;
	is_read = read_value(reader, &event, depth, child);
	yaml_event_delete(&event);
	if (is_read)
		drop_duplicate(reader, node);
	return is_read;
}

static bool read_map(struct reader *reader, int depth, struct ts_node *node)
{
	for (;;) {
		yaml_event_t key;
		bool is_read;

		if (!next_event(reader, &key))
			return false;
		if (key.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&key);
			return true;
		}
		is_read = read_member(reader, &key, depth, node);
		yaml_event_delete(&key);
		if (!is_read)
			return false;
	}
}

/* False: reading cannot go on. */
static bool read_value(struct reader *reader, const yaml_event_t *event, int depth,
		       struct ts_node *node)
{
	if (event->type == YAML_SCALAR_EVENT) {
		read_scalar(reader, event, node);
		return true;
	}
	if (event->type == YAML_ALIAS_EVENT) {
		is_refused(reader, event->start_mark,
			   "aliases (*name) are not allowed: quote a text that begins "
			   "with '*'");
		return true;
	}
	if (depth == TS_YAML_DEPTH)
		return is_refused(reader, event->start_mark, "nested too deeply");
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		check_anchor_and_tag(reader, event, event->data.sequence_start.anchor,
				     event->data.sequence_start.tag);
		node->kind = TS_NODE_LIST;
		return read_list(reader, depth + 1, node);
	}
	check_anchor_and_tag(reader, event, event->data.mapping_start.anchor,
			     event->data.mapping_start.tag);
	node->kind = TS_NODE_MAP;
	return read_map(reader, depth + 1, node);
}

/* The first thing in a document is its root. */
static bool read_document(struct reader *reader, struct ts_node *root)
{
	yaml_event_t event;
	bool is_read;

	if (!next_event(reader, &event))
		return false;
	is_read = read_value(reader, &event, 0, root);
	if (is_read && root->kind != TS_NODE_MAP && root->kind != TS_NODE_EMPTY)
		is_read = is_refused(reader, event.start_mark,
				     "the file must be a map: key: value");
	yaml_event_delete(&event);
	if (!is_read || !next_event(reader, &event))
		return false;
	yaml_event_delete(&event); /* the document's end */
	return true;
}

/* One document, or none. */
static bool read_stream(struct reader *reader, struct ts_node *root)
{
	bool is_first = true;

	for (;;) {
		yaml_event_t event;
		bool is_read = true;

		if (!next_event(reader, &event))
			return false;
		if (event.type == YAML_STREAM_END_EVENT) {
			yaml_event_delete(&event);
			return true;
		}
		if (event.type == YAML_DOCUMENT_START_EVENT) {
			is_read = is_first ? read_document(reader, root)
					   : is_refused(reader, event.start_mark,
							"one file is one document");
			is_first = false;
		}
		yaml_event_delete(&event);
		if (!is_read)
			return false;
	}
}

bool ts_yaml_read(const char *file, const char *text, size_t len,
		  struct ts_node *ret_root, struct ts_findings *findings)
{
	struct reader reader = {.file = file, .text = text, .findings = findings};
	const struct ts_place whole = {.name = file};
	struct ts_node root = {0};
	bool is_whole = false;

	if (len > TS_YAML_BYTES) {
		ts_findings_add(findings, &whole, "larger than %d bytes",
				TS_YAML_BYTES);
	} else if (!yaml_parser_initialize(&reader.parser)) {
		ts_out_of_memory();
	} else {
		yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&reader.parser,
					     (const unsigned char *)text, len);
		is_whole = read_stream(&reader, &root);
		yaml_parser_delete(&reader.parser);
	}
	if (root.kind != TS_NODE_MAP)
		ts_node_release(&root);
	*ret_root = root;
	return is_whole;
}
