/* mariadb_read.c - see mariadb_read.h.
 *
 * One statement tells all of a table to an account that is shown its constraints.  A
 * view's text costs a second one; so does an account with SELECT alone, whose tables
 * are also told by SHOW CREATE TABLE, between two readings that must be alike. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_read.h"
#include "source/dialects/mariadb_ask.h"
#include "source/dialects/mariadb_ddl.h"
#include "source/dialects/mariadb_judge.h"
#include "source/dialects/mariadb_table.h"
#include "source_files.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_READS = 5 }; /* of a table that is altered all the time */

struct target {
	struct ts_lookup *lookup;
	struct ts_mariadb_facts facts;
	bool has_outcome;
	int hidden_rounds; /* in which the text had more columns than were shown */
};

/* Those of one batch that a step is for. */
struct chosen {
	struct target *items[TS_MARIADB_BATCH];
	size_t count;
};

static void give_up(struct target *target)
{
	ts_fail(&target->lookup->read->err, TS_E_SOURCE_BUSY,
		"'%s' was altered while it was read", target->lookup->table);
	target->has_outcome = true;
}

static bool read_facts(struct ts_conn *conn, bool with_view,
		       const struct chosen *chosen, struct ts_error *err)
{
	const struct ts_lookup *lookups[TS_MARIADB_BATCH];
	struct ts_mariadb_facts *facts[TS_MARIADB_BATCH];

	for (size_t i = 0; i < chosen->count; i++) {
		lookups[i] = chosen->items[i]->lookup;
		facts[i] = &chosen->items[i]->facts;
	}
	return ts_mariadb_facts_read(conn, with_view, lookups, facts, chosen->count,
				     err);
}

/* Read until it is known of each how it was at one moment, with nothing left out.  Why
 * some cannot be opened is asked later. */
static bool settle(struct ts_conn *conn, bool with_view, struct chosen left,
		   struct ts_error *err)
{
	for (int reads = 0; reads < MAX_READS && left.count; reads++) {
		size_t unsettled = 0;

		if (!read_facts(conn, with_view, &left, err))
			return false;
		for (size_t i = 0; i < left.count; i++)
			if (!left.items[i]->facts.is_whole ||
			    ts_mariadb_is_closed(&left.items[i]->facts))
				left.items[unsettled++] = left.items[i];
		left.count = unsettled;
	}
	for (size_t i = 0; i < left.count; i++)
		if (!left.items[i]->facts.is_whole)
			give_up(left.items[i]);
	return true;
}

static void choose(struct target *targets, size_t count,
		   bool (*is_meant)(const struct ts_mariadb_facts *facts),
		   struct chosen *chosen)
{
	chosen->count = 0;
	for (size_t i = 0; i < count; i++)
		if (!targets[i].has_outcome &&
		    ts_mariadb_is_found(targets[i].lookup, &targets[i].facts) &&
		    is_meant(&targets[i].facts))
			chosen->items[chosen->count++] = &targets[i];
}

/* Does the information schema hide anything of the table? */
static bool needs_ddl(const struct ts_mariadb_facts *facts)
{
	return ts_mariadb_is_open_table(facts) &&
	       !(facts->sees_constraints && facts->sees_columns);
}

/* A table in the server's own words, between two readings. */
struct wording {
	char *ddl; /* owned */
	struct ts_mariadb_rows before;
};

static void wording_release(struct wording *wording)
{
	free(wording->ddl);
	ts_mariadb_rows_release(&wording->before);
	*wording = (struct wording){0};
}

static bool read_ddl(struct ts_conn *conn, struct target *target,
		     struct wording *wording, struct ts_error *err)
{
	struct ts_error answer = {0};

	if (!ts_mariadb_ask(conn, ts_source_sql_mariadb_ddl_sql, target->lookup,
			    &answer, &wording->ddl, err))
		return false;
	wording->before = target->facts.rows;
	target->facts.rows = (struct ts_mariadb_rows){0};
	if (wording->ddl)
		return true;
	target->has_outcome = true;
	if (answer.code == TS_E_SOURCE_DENIED)
		ts_mariadb_deny_columns(target->lookup);
	else if (answer.code == TS_E_SOURCE_ERROR || answer.code == TS_E_SOURCE_BUSY)
		target->lookup->read->err = answer;
	else
		give_up(target); /* it has gone */
	return true;
}

/* How many columns `all` has beside those of `some`; -1: it does not have those. */
static int count_others(const struct ts_mariadb_rows *some,
			const struct ts_mariadb_rows *all)
{
	int others = 0;
	size_t at = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].kind != TS_MARIADB_COLUMN)
			continue;
		while (at < some->count && some->items[at].kind != TS_MARIADB_COLUMN)
			at++;
		if (at < some->count &&
		    strcmp(some->items[at].name, all->items[i].name) == 0)
			at++;
		else
			others++;
	}
	for (; at < some->count; at++)
		if (some->items[at].kind == TS_MARIADB_COLUMN)
			return -1;
	return others;
}

/* Take over what the text tells.  False: it was altered in between, or the columns in
 * it are not all shown. */
static bool use_wording(struct target *target, const struct wording *wording)
{
	struct ts_mariadb_rows *rows = &target->facts.rows, told = {0};
	int others;
	bool is_usable;

	ts_mariadb_ddl_read(wording->ddl, &told);
	others = count_others(rows, &told);
	is_usable = ts_mariadb_rows_are_same(&wording->before, rows) && others == 0;
	if (is_usable) {
		ts_mariadb_rows_drop(rows, TS_MARIADB_RULE);
		ts_mariadb_rows_drop(rows, TS_MARIADB_CHECK);
		ts_mariadb_rows_drop(&told, TS_MARIADB_COLUMN);
		for (size_t i = 0; i < told.count; i++)
			ts_mariadb_rows_add(rows, &told.items[i]);
		ts_mariadb_rows_sort(rows);
	}
	target->hidden_rounds += others > 0;
	ts_mariadb_rows_release(&told);
	return is_usable;
}

/* One round: the texts of all, then all again. */
static bool add_wordings(struct ts_conn *conn, struct chosen *chosen,
			 struct wording *wordings, struct ts_error *err)
{
	struct chosen asked = {.count = 0};
	size_t left = 0;

	for (size_t i = 0; i < chosen->count; i++) {
		if (!read_ddl(conn, chosen->items[i], &wordings[asked.count], err))
			return false;
		if (chosen->items[i]->has_outcome)
			wording_release(&wordings[asked.count]);
		else
			asked.items[asked.count++] = chosen->items[i];
	}
	if (!settle(conn, false, asked, err))
		return false;
	for (size_t i = 0; i < asked.count; i++)
		if (!asked.items[i]->has_outcome &&
		    !use_wording(asked.items[i], &wordings[i]))
			chosen->items[left++] = asked.items[i];
	chosen->count = left;
	return true;
}

static bool complete_tables(struct ts_conn *conn, struct chosen chosen,
			    struct ts_error *err)
{
	struct wording wordings[TS_MARIADB_BATCH] = {0};
	bool is_ok = true;

	for (int rounds = 0; is_ok && chosen.count && rounds < MAX_READS; rounds++) {
		is_ok = add_wordings(conn, &chosen, wordings, err);
		for (size_t i = 0; i < TS_MARIADB_BATCH; i++)
			wording_release(&wordings[i]);
	}
	for (size_t i = 0; i < chosen.count; i++) {
		/* That is how it is, and not how it was once. */
		if (chosen.items[i]->hidden_rounds == MAX_READS) {
			ts_mariadb_deny_columns(chosen.items[i]->lookup);
			chosen.items[i]->has_outcome = true;
		} else {
			give_up(chosen.items[i]);
		}
	}
	return is_ok;
}

static bool read_all(struct ts_conn *conn, struct target *targets, size_t count,
		     struct ts_error *err)
{
	struct chosen chosen = {.count = count};

	for (size_t i = 0; i < count; i++)
		chosen.items[i] = &targets[i];
	if (!settle(conn, false, chosen, err))
		return false;
	choose(targets, count, ts_mariadb_is_view, &chosen);
	if (!settle(conn, true, chosen, err))
		return false;
	choose(targets, count, needs_ddl, &chosen);
	if (!complete_tables(conn, chosen, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!targets[i].has_outcome &&
		    !ts_mariadb_judge(conn, targets[i].lookup, &targets[i].facts, err))
			return false;
	return true;
}

bool ts_mariadb_read(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
		     struct ts_error *err)
{
	struct target targets[TS_MARIADB_BATCH] = {0};
	bool is_ok;

	for (size_t i = 0; i < count; i++)
		targets[i].lookup = &lookups[i];
	is_ok = read_all(conn, targets, count, err);
	for (size_t i = 0; i < count; i++)
		ts_mariadb_facts_release(&targets[i].facts);
	return is_ok;
}
