/* postgresql_array.h - arrays of texts as PostgreSQL writes them: {a,"b c",NULL}. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POSTGRESQL_ARRAY_H
#define TS_POSTGRESQL_ARRAY_H
#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>

/* Append an element to a literal, which begins empty and which a `}` completes. */
void ts_postgresql_array_add(struct ts_buf *literal, const char *text);

/* An array that was read; zero-initialised is empty, and it can be read into again. */
struct ts_postgresql_array {
	char **items; /* NULL for SQL's null; those of inner arrays one after the other
		       */
	size_t count;
	size_t capacity;     /* of items */
	struct ts_buf bytes; /* what the items point into */
};

void ts_postgresql_array_release(struct ts_postgresql_array *array);
/* Read a literal, whose elements come in rows of `width`; NULL is an empty array. */
TS_MUST_CHECK bool ts_postgresql_array_read(struct ts_postgresql_array *array,
					    const char *literal, size_t width,
					    struct ts_error *err);

#endif
