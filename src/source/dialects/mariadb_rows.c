/* mariadb_rows.c - see mariadb_rows.h; rows and how they are put side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_rows.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

static void release_row(struct ts_mariadb_row *row)
{
	free(row->name);
	for (size_t i = 0; i < TS_MARIADB_TEXTS; i++)
		free(row->texts[i]);
}

void ts_mariadb_rows_release(struct ts_mariadb_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		release_row(&rows->items[i]);
	free(rows->items);
	*rows = (struct ts_mariadb_rows){0};
}

void ts_mariadb_rows_add(struct ts_mariadb_rows *rows, const struct ts_mariadb_row *row)
{
	struct ts_mariadb_row copy = {row->kind, ts_strdup(row->name), row->nth, {0}};

	for (size_t i = 0; i < TS_MARIADB_TEXTS; i++)
		copy.texts[i] = ts_strdup(row->texts[i]);
	rows->items = ts_realloc(rows->items, rows->count + 1, sizeof(*rows->items));
	rows->items[rows->count++] = copy;
}

void ts_mariadb_rows_drop(struct ts_mariadb_rows *rows, enum ts_mariadb_kind kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->items[i].kind == kind)
			release_row(&rows->items[i]);
		else
			rows->items[kept++] = rows->items[i];
	}
	rows->count = kept;
}

static int compare_numbers(int64_t one, int64_t other)
{
	return one < other ? -1 : one > other;
}

static int compare_texts(const char *one, const char *other)
{
	if (!one || !other)
		return (one ? 1 : 0) - (other ? 1 : 0);
	return strcmp(one, other);
}

/* Columns in their own order, everything else by name. */
static int compare_rows(const void *left, const void *right)
{
	const struct ts_mariadb_row *one = left, *other = right;
	int by_nth = compare_numbers(one->nth, other->nth);
	int by_name = strcmp(one->name, other->name);

	if (one->kind != other->kind)
		return compare_numbers(one->kind, other->kind);
	if (by_nth && (one->kind == TS_MARIADB_COLUMN || !by_name))
		return by_nth;
	if (by_name)
		return by_name;
	return compare_texts(one->texts[0], other->texts[0]);
}

void ts_mariadb_rows_sort(struct ts_mariadb_rows *rows)
{
	if (rows->count)
		qsort(rows->items, rows->count, sizeof(*rows->items), compare_rows);
}

static bool is_same(const struct ts_mariadb_row *one,
		    const struct ts_mariadb_row *other)
{
	for (size_t i = 0; i < TS_MARIADB_TEXTS; i++)
		if (compare_texts(one->texts[i], other->texts[i]) != 0)
			return false;
	return one->kind == other->kind && one->nth == other->nth &&
	       strcmp(one->name, other->name) == 0;
}

bool ts_mariadb_rows_are_same(const struct ts_mariadb_rows *one,
			      const struct ts_mariadb_rows *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (!is_same(&one->items[i], &other->items[i]))
			return false;
	return true;
}

const struct ts_mariadb_row *ts_mariadb_rows_find(const struct ts_mariadb_rows *rows,
						  enum ts_mariadb_kind kind,
						  const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->items[i].kind == kind &&
		    (!name || strcmp(rows->items[i].name, name) == 0))
			return &rows->items[i];
	return NULL;
}

size_t ts_mariadb_rows_count(const struct ts_mariadb_rows *rows,
			     enum ts_mariadb_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		count += rows->items[i].kind == kind;
	return count;
}
