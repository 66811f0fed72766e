/* mariadb_judge.h - what the facts about a table mean; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_JUDGE_H
#define TS_MARIADB_JUDGE_H
#include "source/dialects/mariadb_rows.h"

/* Is it the table that was asked for that was found?  The server looks in a way that
 * takes other names for the same. */
bool ts_mariadb_is_found(const struct ts_lookup *lookup,
			 const struct ts_mariadb_facts *facts);
bool ts_mariadb_is_view(const struct ts_mariadb_facts *facts);
/* A table that could not be opened, or not every time: it is locked or broken. */
bool ts_mariadb_is_closed(const struct ts_mariadb_facts *facts);
/* A table, not a view, that can be described. */
bool ts_mariadb_is_open_table(const struct ts_mariadb_facts *facts);

/* It is there, but not all of its columns are shown. */
void ts_mariadb_deny_columns(struct ts_lookup *lookup);

/* Fill the outcome of a lookup from what is known. */
TS_MUST_CHECK bool ts_mariadb_judge(struct ts_conn *conn, struct ts_lookup *lookup,
				    const struct ts_mariadb_facts *facts,
				    struct ts_error *err);

#endif
