/* virtuoso_closed.c - see virtuoso_closed.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/virtuoso_closed.h"
#include "source/document.h"
#include "source_files.h"
#include <string.h>

/* Query a table that is closed to most accounts: then a warning takes its place. */
static bool query_closed(struct ts_conn *conn, struct ts_read *read, const char *sql,
			 const char *full, const char *warning, bool *ret_is_open,
			 struct ts_error *err)
{
	struct ts_error refused = {0};

	*ret_is_open = ts_conn_query(conn, sql, &full, 1, &refused);
	if (*ret_is_open)
		return true;
	if (refused.code != TS_E_SOURCE_DENIED) {
		*err = refused;
		return false;
	}
	if (!read->warnings)
		read->warnings = json_array();
	json_array_append_new(read->warnings, json_string(warning));
	return true;
}

static bool add_view(struct ts_conn *conn, struct ts_read *read,
		     const struct ts_virtuoso_table *table, struct ts_error *err)
{
	bool is_open, has_row;

	if (!query_closed(conn, read, ts_source_sql_virtuoso_view_sql, table->name.full,
			  "view_definition is null: the account may not read "
			  "DB.DBA.SYS_VIEWS",
			  &is_open, err))
		return false;
	if (!is_open)
		return true;
	if (!ts_conn_fetch(conn, &has_row, err))
		return false;
	if (has_row) {
		const char *text = ts_conn_cell(conn, 0);

		if (!text || !*text)
			text = ts_conn_cell(conn, 1);
		ts_document_set_view(table->document, text);
	}
	return true;
}

static bool add_checks(struct ts_conn *conn, struct ts_read *read,
		       const struct ts_virtuoso_table *table, struct ts_error *err)
{
	bool is_open, has_row;

	if (!query_closed(conn, read, ts_source_sql_virtuoso_checks_sql,
			  table->name.full,
			  "check_constraints are not known: the account may not read "
			  "DB.DBA.SYS_CONSTRAINTS",
			  &is_open, err))
		return false;
	while (is_open) {
		const char *name;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		name = ts_conn_cell(conn, 0);
		ts_document_add_check(table->document,
				      name && strcmp(name, "0") == 0 ? NULL : name,
				      NULL);
	}
	return true;
}

bool ts_virtuoso_add_closed(struct ts_conn *conn, const struct ts_virtuoso_table *table,
			    struct ts_read *read, struct ts_error *err)
{
	return table->is_view ? add_view(conn, read, table, err)
			      : add_checks(conn, read, table, err);
}
