/* generic_columns.c - columns by SQLColumns; see generic.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "source/dialects/generic.h"
#include <string.h>
#include <strings.h>

/* The columns of SQLColumns. */
enum {
	COLUMN_CAT = 0,
	COLUMN_NAME = 3,
	TYPE_NAME = 5,
	COLUMN_SIZE = 6,
	DECIMAL_DIGITS = 8,
	NULLABLE = 10,
	COLUMN_REMARKS = 11,
	COLUMN_DEF = 12,
};

/* Is it a length that somebody wrote?  Types without one have 0 or all that there is.
 */
static bool is_length(const char *size)
{
	enum { ENDLESS = 1 << 29 };
	int64_t length;

	return ts_int64_parse(size, 1, ENDLESS, &length);
}

/* The type's name, with what stands in brackets behind it where that is part of it. */
static void print_type(struct ts_conn *conn, struct ts_buf *buf)
{
	const char *name = ts_conn_cell(conn, TYPE_NAME);
	const char *size = ts_conn_cell(conn, COLUMN_SIZE);
	const char *digits = ts_conn_cell(conn, DECIMAL_DIGITS);

	ts_buf_puts(buf, name ? name : "");
	if (!name || !size || strchr(name, '('))
		return;
	if (strcasecmp(name, "numeric") == 0 || strcasecmp(name, "decimal") == 0)
		ts_buf_printf(buf, "(%s,%s)", size, digits ? digits : "0");
	else if (is_length(size) && (ts_glob_matches("*char*", name, true) ||
				     ts_glob_matches("*binary*", name, true)))
		ts_buf_printf(buf, "(%s)", size);
}

/* A default that is too long for the driver is told by this word. */
static const char *unless_truncated(const char *text)
{
	return text && strcmp(text, "TRUNCATED") == 0 ? NULL : text;
}

static void warn(struct ts_read *read, const char *warning)
{
	if (!read->warnings)
		read->warnings = json_array();
	json_array_append_new(read->warnings, json_string(warning));
}

bool ts_generic_read_columns(struct ts_generic *generic, json_t *document,
			     struct ts_error *err)
{
	struct ts_conn *conn = generic->conn;
	TS_AUTO(ts_buf) type = {0};
	bool has_row;

	if (!ts_generic_call(generic, TS_ODBC_COLUMNS, err))
		return false;
	for (;;) {
		const char *nullable;

		if (!ts_generic_next(generic, COLUMN_CAT, &has_row, err))
			return false;
		if (!has_row)
			break;
		nullable = ts_conn_cell(conn, NULLABLE);
		ts_buf_clear(&type);
		print_type(conn, &type);
		ts_document_add_column(
		    document,
		    &(struct ts_column){
			.name = ts_conn_cell(conn, COLUMN_NAME),
			.type = ts_buf_text(&type),
			.is_nullable = !nullable || strcmp(nullable, "0") != 0,
			.default_text =
			    unless_truncated(ts_conn_cell(conn, COLUMN_DEF)),
			.comment = ts_generic_text(conn, COLUMN_REMARKS),
		    });
	}
	if (json_array_size(json_object_get(document, "columns")) == 0)
		warn(generic->lookup->read,
		     "the driver tells of no columns: the view "
		     "may be broken, or the account may see none");
	return true;
}
