/* mariadb_judge.c - see mariadb_judge.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_judge.h"
#include "base/buf.h"
#include "contract/schema_name.h"
#include "source/dialects/mariadb_ask.h"
#include "source/dialects/mariadb_table.h"
#include "source_files.h"
#include <string.h>

static const struct ts_mariadb_row *table_row(const struct ts_mariadb_facts *facts)
{
	return ts_mariadb_rows_find(&facts->rows, TS_MARIADB_TABLE, NULL);
}

static bool is_type(const struct ts_mariadb_facts *facts, const char *type)
{
	const struct ts_mariadb_row *table = table_row(facts);

	return table && strcmp(table->texts[TS_TABLE_TYPE], type) == 0;
}

bool ts_mariadb_is_found(const struct ts_lookup *lookup,
			 const struct ts_mariadb_facts *facts)
{
	const struct ts_mariadb_row *table = table_row(facts);

	return table && (table->nth != 0 /* lower_case_table_names */ ||
			 (strcmp(table->name, lookup->table) == 0 &&
			  strcmp(table->texts[TS_TABLE_SCHEMA], lookup->schema) == 0));
}

bool ts_mariadb_is_view(const struct ts_mariadb_facts *facts)
{
	return is_type(facts, "VIEW");
}

static bool is_table(const struct ts_mariadb_facts *facts)
{
	return is_type(facts, "BASE TABLE") || is_type(facts, "SYSTEM VERSIONED");
}

bool ts_mariadb_is_closed(const struct ts_mariadb_facts *facts)
{
	return is_table(facts) &&
	       (facts->has_warnings || !table_row(facts)->texts[TS_TABLE_ENGINE]);
}

bool ts_mariadb_is_open_table(const struct ts_mariadb_facts *facts)
{
	return is_table(facts) && !ts_mariadb_is_closed(facts);
}

void ts_mariadb_deny_columns(struct ts_lookup *lookup)
{
	ts_fail(&lookup->read->err, TS_E_SOURCE_DENIED,
		"table '%s' in schema '%s': not all of its columns are shown",
		lookup->table, lookup->schema);
}

static void add_warning(struct ts_lookup *lookup, const char *warning)
{
	struct ts_read *read = lookup->read;

	if (!read->warnings)
		read->warnings = json_array();
	json_array_append_new(read->warnings, json_string(warning));
}

static void describe(struct ts_lookup *lookup, const struct ts_mariadb_facts *facts)
{
	if (ts_mariadb_rows_find(&facts->rows, TS_MARIADB_COLUMN, NULL))
		ts_lookup_found(lookup, ts_mariadb_document(facts));
	else
		ts_mariadb_deny_columns(lookup);
}

/* `reason` NULL: the view is sound. */
static void describe_view(struct ts_lookup *lookup,
			  const struct ts_mariadb_facts *facts, const char *reason)
{
	const struct ts_mariadb_row *view =
	    ts_mariadb_rows_find(&facts->rows, TS_MARIADB_VIEW, NULL);
	TS_AUTO(ts_buf) warning = {0};

	if (!reason) {
		describe(lookup, facts);
		if (lookup->read->err.code != TS_OK)
			return;
	} else {
		/* It uses what is not there any more. */
		ts_buf_printf(&warning, "the view's columns are not known: %s", reason);
		add_warning(lookup, ts_buf_text(&warning));
		ts_lookup_found(lookup, ts_mariadb_document(facts));
	}
	if (!view || !view->texts[TS_VIEW_TEXT] || !*view->texts[TS_VIEW_TEXT])
		add_warning(lookup, "view_definition is null: the account may not see "
				    "it (SHOW VIEW)");
}

/* Where not all may have been told, to compile a query tells why. */
static bool judge_view(struct ts_conn *conn, struct ts_lookup *lookup,
		       const struct ts_mariadb_facts *facts, struct ts_error *err)
{
	struct ts_error answer = {0};

	if ((facts->has_warnings || !facts->sees_columns) &&
	    !ts_mariadb_ask(conn, ts_source_sql_mariadb_probe_sql, lookup, &answer,
			    NULL, err))
		return false;
	if (answer.code == TS_E_SOURCE_DENIED)
		ts_mariadb_deny_columns(lookup);
	else if (answer.code == TS_E_SOURCE_BUSY)
		lookup->read->err = answer;
	else if (answer.code != TS_OK)
		describe_view(lookup, facts, answer.text);
	else if (facts->has_warnings)
		ts_fail(&lookup->read->err, TS_E_SOURCE_BUSY,
			"'%s' was altered while it was read", lookup->table);
	else
		describe_view(lookup, facts, NULL);
	return true;
}

/* Why can it not be opened? */
static bool judge_closed(struct ts_conn *conn, struct ts_lookup *lookup,
			 struct ts_error *err)
{
	struct ts_error answer = {0};

	if (!ts_mariadb_ask(conn, ts_source_sql_mariadb_ddl_sql, lookup, &answer, NULL,
			    err))
		return false;
	if (answer.code == TS_OK || answer.code == TS_E_TABLE_NOT_FOUND ||
	    answer.code == TS_E_SCHEMA_NOT_FOUND)
		ts_fail(&lookup->read->err, TS_E_SOURCE_BUSY,
			"'%s' was altered while it was read", lookup->table);
	else
		lookup->read->err = answer;
	return true;
}

static void tell_kind(struct ts_lookup *lookup, const struct ts_mariadb_facts *facts)
{
	const char *schema = table_row(facts)->texts[TS_TABLE_SCHEMA];
	TS_AUTO(ts_buf) schema_name = {0};

	ts_schema_name_print(&schema, 1, &schema_name);
	ts_lookup_no_kind(
	    lookup,
	    &(struct ts_place){NULL, ts_buf_text(&schema_name), facts->observed_at},
	    is_type(facts, "SEQUENCE") ? "a sequence" : "something else");
}

bool ts_mariadb_judge(struct ts_conn *conn, struct ts_lookup *lookup,
		      const struct ts_mariadb_facts *facts, struct ts_error *err)
{
	if (!ts_mariadb_is_found(lookup, facts))
		return ts_mariadb_explain_absent(conn, lookup, facts->observed_at, err);
	if (ts_mariadb_is_closed(facts))
		return judge_closed(conn, lookup, err);
	if (ts_mariadb_is_view(facts))
		return judge_view(conn, lookup, facts, err);
	if (ts_mariadb_kind_of(table_row(facts)))
		describe(lookup, facts);
	else
		tell_kind(lookup, facts);
	return true;
}
