/* lookup.c - see lookup.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lookup.h"
#include "base/mem.h"
#include "base/str.h"
#include "source/document.h"
#include <stdlib.h>
#include <string.h>

enum { NEAR_EDITS = 2 }; /* edits that a name may be away and still be meant, … */

void ts_near_release(struct ts_near *near)
{
	free(near->best);
	*near = (struct ts_near){0};
}

void ts_near_offer(struct ts_near *near, const char *name)
{
	int distance = ts_str_distance(near->wanted, name, NEAR_EDITS);

	if (distance > NEAR_EDITS || (near->best && distance >= near->distance))
		return;
	/* … but not when hardly a letter is the same. */
	if ((size_t)distance * 2 > strlen(near->wanted))
		return;
	free(near->best);
	near->best = ts_strdup(name);
	near->distance = distance;
}

bool ts_lookup_each(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		    bool (*read)(struct ts_conn *conn, struct ts_lookup *lookup,
				 struct ts_error *err),
		    struct ts_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!read(conn, &lookups[i], err))
			return false;
	return true;
}

void ts_lookup_found(struct ts_lookup *lookup, json_t *document)
{
	lookup->read->document = document;
}

static void absent(struct ts_lookup *lookup, const struct ts_place *place)
{
	lookup->read->document =
	    ts_document_removed(place->schema_name, lookup->table, place->observed_at);
}

void ts_lookup_no_schema(struct ts_lookup *lookup, const struct ts_place *place,
			 const char *near)
{
	ts_fail(&lookup->read->err, TS_E_SCHEMA_NOT_FOUND, "no schema '%s'%s%s%s%s%s%s",
		lookup->schema, place->catalog ? " in catalog '" : "",
		place->catalog ? place->catalog : "", place->catalog ? "'" : "",
		TS_HINT(near));
	absent(lookup, place);
}

void ts_lookup_no_table(struct ts_lookup *lookup, const struct ts_place *place,
			const char *near)
{
	ts_fail(&lookup->read->err, TS_E_TABLE_NOT_FOUND,
		"no table '%s' in schema '%s'%s%s%s", lookup->table, place->schema_name,
		TS_HINT(near));
	absent(lookup, place);
}

void ts_lookup_no_kind(struct ts_lookup *lookup, const struct ts_place *place,
		       const char *what)
{
	ts_fail(&lookup->read->err, TS_E_TABLE_NOT_FOUND,
		"'%s' in schema '%s' is %s, not a table", lookup->table,
		place->schema_name, what);
	absent(lookup, place);
}

void ts_lookup_denied(struct ts_lookup *lookup, const char *schema_name)
{
	ts_fail(&lookup->read->err, TS_E_SOURCE_DENIED, "table '%s' in schema '%s'",
		lookup->table, schema_name);
}

void ts_list_add(json_t *tables, const char *table, bool is_view)
{
	json_t *row = json_object();
	char *name = ts_strdup(table);

	if (!ts_utf8_is_valid(name, strlen(name)))
		ts_utf8_clean(name); /* better shown than lost */
	json_object_set_new(row, "table", json_string(name));
	free(name);
	json_object_set_new(row, "is_view", json_boolean(is_view));
	json_array_append_new(tables, row);
}

bool ts_list_no_schema(const char *schema, const char *near, struct ts_error *err)
{
	return ts_fail(err, TS_E_SCHEMA_NOT_FOUND, "no schema '%s'%s%s%s", schema,
		       TS_HINT(near));
}

static int compare_rows(const void *one, const void *other)
{
	const json_t *const *a = one, *const *b = other;

	return strcmp(ts_json_text(*a, "table"), ts_json_text(*b, "table"));
}

void ts_list_sort(json_t *tables)
{
	size_t count = json_array_size(tables);
	json_t **rows = ts_calloc(count, sizeof(json_t *));

	for (size_t i = 0; i < count; i++)
		rows[i] = json_incref(json_array_get(tables, i));
	if (count)
		qsort(rows, count, sizeof(json_t *), compare_rows);
	json_array_clear(tables);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(tables, rows[i]);
	free(rows);
}
