/* row.c - see row.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/row.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/shape.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void ts_row_release(struct ts_row *row)
{
	free(row->schema_name);
	free(row->name);
	free(row->title);
	free(row->description);
	free(row->custom_fields);
	free(row->document);
	*row = (struct ts_row){0};
}

static char *cell_text(struct ts_conn *conn, size_t index)
{
	const char *text = ts_conn_cell(conn, index);

	return ts_strdup(text ? text : "");
}

void ts_row_read(struct ts_conn *conn, struct ts_row *ret_row)
{
	*ret_row = (struct ts_row){
	    .id = ts_storage_cell_number(conn, 0),
	    .schema_id = ts_storage_cell_number(conn, 1),
	    .ds_id = ts_storage_cell_number(conn, 2),
	    .schema_name = cell_text(conn, 3),
	    .name = cell_text(conn, 4),
	    .version = ts_storage_cell_number(conn, 5),
	    .observed_us = ts_storage_cell_number(conn, 6),
	    .is_removed = ts_storage_cell_number(conn, 7) != 0,
	    .curated = ts_storage_cell_number(conn, 8),
	    .title = cell_text(conn, 9),
	    .description = cell_text(conn, 10),
	    .custom_fields = cell_text(conn, 11),
	    .document = cell_text(conn, 12),
	};
}

bool ts_row_query(struct ts_conn *conn, const char *sql, const char *const *params,
		  size_t count, bool *ret_is_there, struct ts_row *ret_row,
		  struct ts_error *err)
{
	bool has_row;

	if (!ts_storage_query(conn, sql, params, count, err) ||
	    !ts_storage_fetch(conn, &has_row, err))
		return false;
	if (has_row)
		ts_row_read(conn, ret_row);
	*ret_is_there = has_row;
	return true;
}

/* The parts of a document that the reply shows apart from each other; borrowed, from
 * behind a member's colon up to the next comma. */
struct parts {
	const char *is_view, *synonyms, *db_comment, *rest, *columns, *end;
};

/* In our form the first five members are always these.  Within a text, quotes are
 * escaped, so that the first match of a name in quotes behind a comma is the member. */
static bool find_parts(const char *document, struct parts *ret_parts)
{
	static const char is_view[] = "{\"is_view\":", synonyms[] = ",\"synonyms\":",
			  db_comment[] = ",\"db_comment\":", kind[] = ",\"kind\":",
			  columns[] = ",\"columns\":";
	struct parts parts;

	if (!ts_str_has_prefix(document, is_view))
		return false;
	parts.is_view = document + strlen(is_view);
	parts.synonyms = strstr(parts.is_view, synonyms);
	parts.db_comment = parts.synonyms ? strstr(parts.synonyms, db_comment) : NULL;
	parts.rest = parts.db_comment ? strstr(parts.db_comment, kind) : NULL;
	parts.columns = parts.rest ? strstr(parts.rest, columns) : NULL;
	if (!parts.columns)
		return false;
	parts.end = document + strlen(document) - 1;
	*ret_parts = parts;
	return true;
}

static void print_text(struct ts_buf *buf, const char *name, const char *text)
{
	ts_buf_puts(buf, name);
	ts_shape_print_text(text, buf);
}

static void print_part(struct ts_buf *buf, const char *begin, const char *end)
{
	ts_buf_add(buf, begin, (size_t)(end - begin));
}

static bool print(const struct ts_row *row, bool is_brief, struct ts_buf *buf,
		  struct ts_error *err)
{
	char observed_at[TS_TIMESTAMP_SIZE];
	struct parts parts;

	if (!find_parts(row->document, &parts))
		return ts_fail(err, TS_E_INTERNAL,
			       "the document of table %" PRId64 " is damaged", row->id);
	ts_timestamp_print(row->observed_us, observed_at);
	ts_buf_printf(buf, "{\"id\":%" PRId64 ",\"url\":\"/table/%" PRId64 "/\"",
		      row->id, row->id);
	print_text(buf, ",\"name\":", row->name);
	print_text(buf, ",\"schema_name\":", row->schema_name);
	print_text(buf, ",\"title\":", row->title);
	print_text(buf, ",\"description\":", row->description);
	ts_buf_printf(buf, ",\"ds_id\":%" PRId64 ",\"is_view\":", row->ds_id);
	print_part(buf, parts.is_view, parts.synonyms);
	ts_buf_puts(buf, ",\"custom_fields\":");
	ts_buf_puts(buf, row->custom_fields);
	ts_buf_printf(buf, ",\"schema_id\":%" PRId64, row->schema_id);
	print_part(buf, parts.synonyms, parts.rest); /* and db_comment */
	ts_buf_printf(buf, ",\"observed_at\":\"%s\"", observed_at);
	print_part(buf, parts.rest, is_brief ? parts.columns : parts.end);
	ts_buf_puts(buf, row->is_removed ? ",\"removed\":true}" : "}");
	return true;
}

bool ts_row_print(const struct ts_row *row, struct ts_buf *buf, struct ts_error *err)
{
	return print(row, false, buf, err);
}

bool ts_row_print_brief(const struct ts_row *row, struct ts_buf *buf,
			struct ts_error *err)
{
	return print(row, true, buf, err);
}
