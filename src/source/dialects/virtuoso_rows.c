/* virtuoso_rows.c - see virtuoso_rows.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/virtuoso_rows.h"
#include "base/mem.h"
#include "source_files.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_virtuoso_rows_release(struct ts_virtuoso_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->items[i].name);
		for (size_t j = 0; j < TS_ROW_TEXTS; j++)
			free(rows->items[i].texts[j]);
	}
	free(rows->items);
	*rows = (struct ts_virtuoso_rows){0};
}

static int compare(int64_t one, int64_t other)
{
	return one < other ? -1 : one > other;
}

static int compare_rows(const void *left, const void *right)
{
	const struct ts_virtuoso_row *one = left, *other = right;
	int order = compare(one->kind, other->kind);

	if (order == 0)
		order = strcmp(one->name, other->name);
	return order ? order : compare(one->nth, other->nth);
}

static void add_row(struct ts_conn *conn, struct ts_virtuoso_rows *rows)
{
	const char *name = ts_conn_cell(conn, 1);
	const char *kind = ts_conn_cell(conn, 0), *nth = ts_conn_cell(conn, 2);
	struct ts_virtuoso_row row = {.kind = kind ? strtoll(kind, NULL, 10) : 0,
				      .name = ts_strdup(name ? name : ""),
				      .nth = nth ? strtoll(nth, NULL, 10) : 0};

	for (size_t i = 0; i < TS_ROW_TEXTS; i++)
		row.texts[i] = ts_strdup(ts_conn_cell(conn, 3 + i));
	rows->items = ts_realloc(rows->items, rows->count + 1, sizeof(*rows->items));
	rows->items[rows->count++] = row;
}

static bool fetch_rows(struct ts_conn *conn, struct ts_virtuoso_rows *rows,
		       struct ts_error *err)
{
	bool has_row = true;

	while (has_row) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (has_row)
			add_row(conn, rows);
	}
	return true;
}

bool ts_virtuoso_rows_read(struct ts_conn *conn, const char *full,
			   struct ts_virtuoso_rows *ret_rows, struct ts_error *err)
{
	const char *params[] = {full, full, full, full};
	TS_AUTO(ts_virtuoso_rows) rows = {0};

	if (!ts_conn_query(conn, ts_source_sql_virtuoso_read_sql, params, 4, err) ||
	    !fetch_rows(conn, &rows, err))
		return false;
	if (!rows.count)
		return ts_fail(err, TS_E_SOURCE_ERROR, "the clock gave no row");
	/* The server would take longer for it than for the reading. */
	qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
	*ret_rows = rows;
	rows = (struct ts_virtuoso_rows){0};
	return true;
}

/* The id of the main key that a row was found by; NULL for a row that was not. */
static const char *main_key_id(const struct ts_virtuoso_row *row)
{
	switch (row->kind) {
	case TS_ROW_TABLE:
		return row->texts[TS_TABLE_ID];
	case TS_ROW_COLUMN:
		return row->texts[TS_COLUMN_ID];
	case TS_ROW_KEY:
		return strcmp(row->texts[TS_KEY_IS_MAIN], "1") == 0
			   ? row->texts[TS_KEY_ID]
			   : NULL;
	default:
		return NULL;
	}
}

/* A column that is being dropped is first renamed, to its name with "__" and its id. */
static bool is_being_dropped(const struct ts_virtuoso_row *row)
{
	const char *name = row->kind == TS_ROW_COLUMN ? row->texts[TS_COLUMN_NAME] : "";
	char suffix[24];
	int len = snprintf(suffix, sizeof(suffix), "__%" PRId64, row->nth);

	return strlen(name) > (size_t)len &&
	       strcmp(name + strlen(name) - (size_t)len, suffix) == 0;
}

bool ts_virtuoso_rows_are_whole(const struct ts_virtuoso_rows *rows)
{
	const struct ts_virtuoso_row *table = &rows->items[1];
	size_t tables = 0, columns = 0, main_parts = 0;

	if (rows->count < 2 || table->kind != TS_ROW_TABLE)
		return true;
	for (size_t i = 1; i < rows->count; i++) {
		const struct ts_virtuoso_row *row = &rows->items[i];
		const char *id = main_key_id(row);

		if (!id)
			continue;
		if (strcmp(id, table->texts[TS_TABLE_ID]) != 0 || is_being_dropped(row))
			return false;
		tables += row->kind == TS_ROW_TABLE;
		columns += row->kind == TS_ROW_COLUMN;
		main_parts += row->kind == TS_ROW_KEY;
	}
	return tables == 1 && columns && main_parts;
}
