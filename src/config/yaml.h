/* yaml.h - a file of maps, lists and texts, read strictly.
 *
 * The part of YAML that a configuration needs: scalars stay text whatever they look
 * like.  Anchors, aliases, tags, a second document, a key that comes twice, a value
 * that is not there (`key:`, `~`, `null`) are findings, as is what is larger or deeper
 * than the limits.
 *
 * Plain data.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_YAML_H
#define TS_YAML_H
#include "config/findings.h"
#include <stdbool.h>

enum {
	TS_YAML_BYTES = 1024 * 1024,
	TS_YAML_DEPTH = 8,
	TS_YAML_KEYS = 1000,   /* of one map */
	TS_YAML_ITEMS = 10000, /* of one list */
};

enum ts_node_kind {
	TS_NODE_EMPTY, /* nothing was written: for a map, one without members */
	TS_NODE_SCALAR,
	TS_NODE_MAP,
	TS_NODE_LIST,
};

struct ts_node {
	enum ts_node_kind kind;
	int line, column; /* of the key, in a list of the item; from 1 */
	char *key;        /* in a map; owned */
	char *text;       /* of a scalar, without NUL inside; owned */
	struct ts_node *children;
	size_t count;
};

void ts_node_release(struct ts_node *node);

/* Read `len` bytes of the file named `file`.  False: something is so wrong that what
 * follows it was not read.  In any case the root is a map or empty; release it. */
bool ts_yaml_read(const char *file, const char *text, size_t len,
		  struct ts_node *ret_root, struct ts_findings *findings);

#endif
