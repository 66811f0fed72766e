/* sqlserver_rows.c - see sqlserver_rows.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_rows.h"
#include "base/mem.h"
#include "source/dialects/sqlserver_text.h"
#include <stdlib.h>
#include <string.h>

/* The columns of sqlserver_read.sql. */
enum { TOTAL, NTH, PART, SEQ, NUMBERS, NAME = NUMBERS + TS_SQLSERVER_NUMBERS, TEXTS };

void ts_sqlserver_rows_release(struct ts_sqlserver_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->items[i].name);
		for (size_t j = 0; j < TS_SQLSERVER_TEXTS; j++)
			free(rows->items[i].texts[j]);
	}
	free(rows->items);
	*rows = (struct ts_sqlserver_rows){0};
}

static int compare(long one, long other)
{
	return one < other ? -1 : one > other;
}

static int compare_rows(const void *left, const void *right)
{
	const struct ts_sqlserver_row *one = left, *other = right;
	int order = compare(one->nth, other->nth);

	if (order == 0)
		order = compare(one->part, other->part);
	/* The columns of a table have an order of their own. */
	if (order == 0 && one->part != TS_SQLSERVER_COLUMN)
		order = strcmp(one->name, other->name);
	return order ? order : compare(one->seq, other->seq);
}

static long number(struct ts_conn *conn, size_t at)
{
	const char *cell = ts_conn_cell(conn, at);

	return cell ? strtol(cell, NULL, 10) : -1;
}

static char *decoded(struct ts_conn *conn, size_t at)
{
	const char *cell = ts_conn_cell(conn, at);
	struct ts_buf text = {0};

	if (!cell)
		return NULL;
	ts_sqlserver_decode(cell, &text);
	return ts_buf_detach(&text);
}

static void add_row(struct ts_conn *conn, struct ts_sqlserver_rows *rows)
{
	struct ts_sqlserver_row row = {.nth = number(conn, NTH),
				       .part = number(conn, PART),
				       .seq = number(conn, SEQ),
				       .name = decoded(conn, NAME)};

	if (!row.name)
		row.name = ts_strdup("");
	for (size_t i = 0; i < TS_SQLSERVER_NUMBERS; i++)
		row.numbers[i] = number(conn, NUMBERS + i);
	for (size_t i = 0; i < TS_SQLSERVER_TEXTS; i++)
		row.texts[i] = decoded(conn, TEXTS + i);
	rows->items = ts_realloc(rows->items, rows->count + 1, sizeof(*rows->items));
	rows->items[rows->count++] = row;
}

/* A driver that loses the end of a result says no word of it, so that every row tells
 * how many there are. */
static bool fetch_all(struct ts_conn *conn, struct ts_sqlserver_rows *rows,
		      struct ts_error *err)
{
	long total = 0;
	bool has_row;

	for (;;) {
		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		total = number(conn, TOTAL);
		add_row(conn, rows);
	}
	if (rows->count && rows->count == (size_t)total)
		return true;
	return ts_fail(err, TS_E_SOURCE_ERROR, "%zu rows came of %ld", rows->count,
		       total);
}

bool ts_sqlserver_rows_fetch(struct ts_conn *conn, struct ts_sqlserver_rows *ret_rows,
			     struct ts_error *err)
{
	TS_AUTO(ts_sqlserver_rows) rows = {0};

	if (!fetch_all(conn, &rows, err))
		return false;
	qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
	if (rows.items[0].nth != 0)
		return ts_fail(err, TS_E_SOURCE_ERROR, "the clock gave no row");
	*ret_rows = rows;
	rows = (struct ts_sqlserver_rows){0};
	return true;
}

void ts_sqlserver_rows_find(const struct ts_sqlserver_rows *rows, long nth,
			    const struct ts_sqlserver_row **ret_first,
			    size_t *ret_count)
{
	size_t first = 0, end;

	while (first < rows->count && rows->items[first].nth < nth)
		first++;
	end = first;
	while (end < rows->count && rows->items[end].nth == nth)
		end++;
	/* Made while it was looked for: it has columns, but was not there yet. */
	if (first < end && rows->items[first].part != TS_SQLSERVER_TABLE)
		end = first;
	*ret_first = rows->items + first;
	*ret_count = end - first;
}
