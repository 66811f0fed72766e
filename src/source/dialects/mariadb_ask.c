/* mariadb_ask.c - see mariadb_ask.h.
 *
 * The information schema hides what an account has no right to.  Whether a table would
 * be shown if it were there is told by SHOW CREATE TABLE: whoever has some right to the
 * name, however granted, hears that it does not exist, anybody else that it is denied.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_ask.h"
#include "base/buf.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/dialects/mariadb_table.h"
#include "source_files.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool ts_mariadb_ask(struct ts_conn *conn, const char *sql,
		    const struct ts_lookup *lookup, struct ts_error *ret_answer,
		    char **ret_text, struct ts_error *err)
{
	struct ts_error answer = {0};
	TS_AUTO(ts_buf) name = {0};
	TS_AUTO(ts_buf) text = {0};
	bool has_row = false;

	ts_mariadb_add_quoted(&name, lookup->schema);
	ts_buf_putc(&name, '.');
	ts_mariadb_add_quoted(&name, lookup->table);
	ts_buf_fill(&text, sql, "{name}", ts_buf_text(&name));
	if ((!ts_conn_query(conn, ts_buf_text(&text), NULL, 0, &answer) ||
	     !ts_conn_fetch(conn, &has_row, &answer)) &&
	    (!ts_conn_is_healthy(conn) || answer.code == TS_E_SOURCE_TIMEOUT)) {
		*err = answer;
		return false;
	}
	*ret_answer = answer;
	if (ret_text)
		*ret_text = ts_strdup(has_row ? ts_conn_cell(conn, 1) : NULL);
	return true;
}

static bool is_same(const char *one, const char *other, const char *ignore_case)
{
	return (strcmp(ignore_case, "0") == 0 ? strcmp(one, other)
					      : strcasecmp(one, other)) == 0;
}

bool ts_mariadb_find_schema(struct ts_conn *conn, const char *schema,
			    struct ts_near *near, bool *ret_is_there,
			    struct ts_error *err)
{
	bool has_row = true, is_there = false;

	if (!ts_conn_query(conn, ts_source_sql_mariadb_schemas_sql, NULL, 0, err))
		return false;
	while (has_row) {
		const char *name;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		name = has_row ? ts_conn_cell(conn, 0) : NULL;
		if (name && is_same(name, schema, ts_conn_cell(conn, 1)))
			is_there = true;
		else if (name)
			ts_near_offer(near, name);
	}
	*ret_is_there = is_there;
	return true;
}

/* Find what may have been meant by the table's name.  A hint is worth no failure. */
static void find_near_table(struct ts_conn *conn, const char *schema,
			    struct ts_near *near)
{
	char length[24];
	const char *params[] = {schema, length};
	struct ts_error ignored = {0};
	bool has_row;

	snprintf(length, sizeof(length), "%zu", strlen(near->wanted));
	if (!ts_conn_query(conn, ts_source_sql_mariadb_near_sql, params, 2, &ignored))
		return;
	while (ts_conn_fetch(conn, &has_row, &ignored) && has_row)
		ts_near_offer(near, ts_conn_cell(conn, 0));
}

/* Would the table be shown if it were there?  The lookup's error is set where that
 * cannot be told now. */
static bool judge_absence(struct ts_conn *conn, struct ts_lookup *lookup,
			  bool *ret_is_sure, struct ts_error *err)
{
	struct ts_error answer = {0};

	*ret_is_sure =
	    !ts_mariadb_can_be(lookup->schema) || !ts_mariadb_can_be(lookup->table);
	if (*ret_is_sure)
		return true;
	if (!ts_mariadb_ask(conn, ts_source_sql_mariadb_ddl_sql, lookup, &answer, NULL,
			    err))
		return false;
	if (answer.code == TS_OK)
		ts_fail(&lookup->read->err, TS_E_SOURCE_BUSY,
			"'%s' was made while it was read", lookup->table);
	else if (answer.code == TS_E_TABLE_NOT_FOUND ||
		 answer.code == TS_E_SCHEMA_NOT_FOUND)
		*ret_is_sure = true;
	else if (answer.code != TS_E_SOURCE_DENIED)
		lookup->read->err = answer;
	return true;
}

static void not_there(struct ts_lookup *lookup, const char *observed_at,
		      bool has_schema, bool is_sure, const char *near)
{
	TS_AUTO(ts_buf) schema_name = {0};
	struct ts_place place;

	ts_schema_name_print(&lookup->schema, 1, &schema_name);
	place = (struct ts_place){NULL, ts_buf_text(&schema_name), observed_at};
	if (is_sure && has_schema)
		ts_lookup_no_table(lookup, &place, near);
	else if (is_sure)
		ts_lookup_no_schema(lookup, &place, near);
	else if (has_schema)
		ts_fail(&lookup->read->err, TS_E_TABLE_NOT_FOUND,
			"no table '%s' in schema '%s' that the account may see%s%s%s",
			lookup->table, place.schema_name, TS_HINT(near));
	else
		ts_fail(&lookup->read->err, TS_E_SCHEMA_NOT_FOUND,
			"no schema '%s' that the account may see%s%s%s", lookup->schema,
			TS_HINT(near));
}

bool ts_mariadb_explain_absent(struct ts_conn *conn, struct ts_lookup *lookup,
			       const char *observed_at, struct ts_error *err)
{
	TS_AUTO(ts_near) near_schema = {.wanted = lookup->schema};
	TS_AUTO(ts_near) near_table = {.wanted = lookup->table};
	bool has_schema, is_sure;

	if (!judge_absence(conn, lookup, &is_sure, err))
		return false;
	if (lookup->read->err.code != TS_OK)
		return true;
	if (!ts_mariadb_find_schema(conn, lookup->schema, &near_schema, &has_schema,
				    err))
		return false;
	if (has_schema)
		find_near_table(conn, lookup->schema, &near_table);
	not_there(lookup, observed_at, has_schema, is_sure,
		  has_schema ? near_table.best : near_schema.best);
	return true;
}
