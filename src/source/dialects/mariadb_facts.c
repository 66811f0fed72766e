/* mariadb_facts.c - see mariadb_rows.h; the statement, and its rows sorted out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/mem.h"
#include "source/dialects/mariadb_rows.h"
#include "source_files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns of each row. */
enum { AT, PASS, KIND, NAME, NTH, TEXTS };

/* The parts of the statement for one table, in their order. */
struct part {
	const char *sql;
	size_t facets; /* each has schema and table as its parameters */
	const char *pass;
	bool is_view; /* only for views */
};

static const struct part parts[] = {
    {ts_source_sql_mariadb_facets_sql, 6, "1", false},
    {ts_source_sql_mariadb_view_sql, 1, "1", true},
    {ts_source_sql_mariadb_clock_sql, 2, "", false},
    {ts_source_sql_mariadb_facets_sql, 6, "2", false},
    {ts_source_sql_mariadb_view_sql, 1, "2", true},
    {ts_source_sql_mariadb_end_sql, 0, "", false},
};

enum {
	PART_COUNT = sizeof(parts) / sizeof(parts[0]),
	MOST_FACETS = 16,
	LONGEST_NAME = 64
};

void ts_mariadb_facts_release(struct ts_mariadb_facts *facts)
{
	ts_mariadb_rows_release(&facts->rows);
	free(facts->observed_at);
	*facts = (struct ts_mariadb_facts){0};
}

bool ts_mariadb_can_be(const char *name)
{
	size_t characters = 0;

	for (; *name; name++) {
		if ((unsigned char)*name >= 0xf0 || (*name == ' ' && !name[1]))
			return false;
		characters += ((unsigned char)*name & 0xc0) != 0x80;
	}
	return characters <= LONGEST_NAME;
}

/* Append what asks for table number `at`; returns the count of its facets. */
static size_t add_parts(struct ts_buf *sql, size_t at, bool with_view)
{
	TS_AUTO(ts_buf) half = {0};
	size_t facets = 0;
	char number[24];

	snprintf(number, sizeof(number), "%zu", at);
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (parts[i].is_view && !with_view)
			continue;
		if (sql->len)
			ts_buf_puts(sql, "union all\n");
		ts_buf_clear(&half);
		ts_buf_fill(&half, parts[i].sql, "{at}", number);
		ts_buf_fill(sql, ts_buf_text(&half), "{pass}", parts[i].pass);
		facets += parts[i].facets;
	}
	return facets;
}

/* Ask for the tables.  Where the last one is asked for again, its rows are left out
 * later: few counts make few statements, and the connection keeps those. */
static bool query(struct ts_conn *conn, bool with_view,
		  const struct ts_lookup *const *lookups, size_t count,
		  struct ts_error *err)
{
	const char *params[TS_MARIADB_BATCH * MOST_FACETS * 2];
	TS_AUTO(ts_buf) sql = {0};
	size_t rounded = 1, used = 0;

	while (rounded < count)
		rounded *= 2;
	for (size_t at = 0; at < rounded; at++) {
		const struct ts_lookup *lookup = lookups[at < count ? at : count - 1];
		size_t facets = add_parts(&sql, at, with_view);
		bool can_be = ts_mariadb_can_be(lookup->schema) &&
			      ts_mariadb_can_be(lookup->table);

		for (size_t i = 0; i < facets; i++) {
			params[used++] = can_be ? lookup->schema : "";
			params[used++] = can_be ? lookup->table : "";
		}
	}
	return ts_conn_query(conn, ts_buf_text(&sql), params, used, err);
}

static int64_t number(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

/* What is told of one table while its rows come in. */
struct intake {
	struct ts_mariadb_rows passes[2];
	bool sees_constraints, sees_columns;
	int64_t warnings; /* so far, in the whole statement */
};

static void add_row(struct ts_conn *conn, struct intake *intake,
		    struct ts_mariadb_facts *facts)
{
	const char *name = ts_conn_cell(conn, NAME);
	struct ts_mariadb_row row = {
	    .kind = (enum ts_mariadb_kind)number(ts_conn_cell(conn, KIND)),
	    .name = (char *)(uintptr_t)(name ? name : ""),
	    .nth = number(ts_conn_cell(conn, NTH)),
	};

	for (size_t i = 0; i < TS_MARIADB_TEXTS; i++)
		row.texts[i] = (char *)(uintptr_t)ts_conn_cell(conn, TEXTS + i);
	switch (row.kind) {
	case TS_MARIADB_CLOCK:
		facts->observed_at = ts_strdup(row.texts[TS_CLOCK_NOW]);
		intake->sees_constraints = number(row.texts[TS_CLOCK_CONSTRAINTS]) > 0;
		intake->sees_columns = !row.texts[TS_CLOCK_ROLE];
		break;
	case TS_MARIADB_GRANTS:
		intake->sees_columns &= number(row.texts[TS_GRANTS_COUNT]) == 0;
		break;
	case TS_MARIADB_END:
		intake->warnings = number(row.texts[TS_END_WARNINGS]);
		break;
	case TS_MARIADB_TABLE:
	case TS_MARIADB_COLUMN:
	case TS_MARIADB_INDEX:
	case TS_MARIADB_FOREIGN:
	case TS_MARIADB_RULE:
	case TS_MARIADB_CHECK:
	case TS_MARIADB_VIEW:
		ts_mariadb_rows_add(
		    &intake->passes[number(ts_conn_cell(conn, PASS)) == 2], &row);
		break;
	}
}

static bool fetch(struct ts_conn *conn, struct intake *intakes,
		  struct ts_mariadb_facts *const *facts, size_t count,
		  struct ts_error *err)
{
	bool has_row = true;

	while (has_row) {
		size_t at;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		at = (size_t)number(ts_conn_cell(conn, AT));
		if (at < count)
			add_row(conn, &intakes[at], facts[at]);
	}
	for (size_t i = 0; i < count; i++)
		if (!facts[i]->observed_at)
			return ts_fail(err, TS_E_SOURCE_ERROR, "its clock gave no row");
	return true;
}

static void conclude(struct intake *intake, int64_t warnings_before,
		     struct ts_mariadb_facts *facts)
{
	for (size_t i = 0; i < 2; i++)
		ts_mariadb_rows_sort(&intake->passes[i]);
	facts->is_whole =
	    ts_mariadb_rows_are_same(&intake->passes[0], &intake->passes[1]);
	facts->has_warnings = intake->warnings > warnings_before;
	facts->sees_constraints = intake->sees_constraints;
	facts->sees_columns = intake->sees_columns;
	facts->rows = intake->passes[0];
	intake->passes[0] = (struct ts_mariadb_rows){0};
}

bool ts_mariadb_facts_read(struct ts_conn *conn, bool with_view,
			   const struct ts_lookup *const *lookups,
			   struct ts_mariadb_facts *const *facts, size_t count,
			   struct ts_error *err)
{
	struct intake intakes[TS_MARIADB_BATCH] = {0};
	int64_t warnings = 0;
	bool is_ok;

	for (size_t i = 0; i < count; i++)
		ts_mariadb_facts_release(facts[i]);
	is_ok = query(conn, with_view, lookups, count, err) &&
		fetch(conn, intakes, facts, count, err);
	for (size_t i = 0; i < count; i++) {
		if (is_ok)
			conclude(&intakes[i], warnings, facts[i]);
		warnings = intakes[i].warnings;
		for (size_t j = 0; j < 2; j++)
			ts_mariadb_rows_release(&intakes[i].passes[j]);
	}
	return is_ok;
}
