/* postgresql_array.c - see postgresql_array.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/postgresql_array.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

void ts_postgresql_array_add(struct ts_buf *literal, const char *text)
{
	ts_buf_puts(literal, literal->len ? ",\"" : "{\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			ts_buf_putc(literal, '\\');
		ts_buf_putc(literal, *text);
	}
	ts_buf_putc(literal, '"');
}

void ts_postgresql_array_release(struct ts_postgresql_array *array)
{
	free(array->items);
	ts_buf_release(&array->bytes);
	*array = (struct ts_postgresql_array){0};
}

static void add_item(struct ts_postgresql_array *array, char *text)
{
	if (array->count == array->capacity) {
		array->capacity = array->capacity ? 2 * array->capacity : 64;
		array->items =
		    ts_realloc(array->items, array->capacity, sizeof(*array->items));
	}
	array->items[array->count++] = text;
}

/* Take the quotes off the element that begins behind `at`; the place behind it, NULL if
 * it does not end. */
static char *unquote(char *at)
{
	char *end = at;

	for (; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		*end++ = *at;
	}
	if (!*at)
		return NULL;
	*end = '\0';
	return at + 1;
}

bool ts_postgresql_array_read(struct ts_postgresql_array *array, const char *literal,
			      size_t width, struct ts_error *err)
{
	char *at;

	array->count = 0;
	ts_buf_clear(&array->bytes);
	ts_buf_puts(&array->bytes, literal ? literal : "{}");
	for (at = array->bytes.data; at && *at;) {
		char *text = at;

		if (*at == '{' || *at == '}' || *at == ',') {
			at++;
		} else if (*at == '"') {
			at = unquote(++text);
			add_item(array, text);
		} else {
			at += strcspn(at, ",}");
			if (*at)
				*at++ = '\0';
			add_item(array, strcmp(text, "NULL") == 0 ? NULL : text);
		}
	}
	if (!at || array->count % width)
		return ts_fail(err, TS_E_SOURCE_ERROR,
			       "the table's description is not complete");
	return true;
}
