/* mariadb_rows.h - what the server tells of tables, as rows; inside the dialect only.
 *
 * A table's facets come from several places, one after the other, and DDL may get in
 * between.  So a statement goes over all of them twice: if both passes tell the same,
 * the table was like this at the moment between them, which is when the clock is read.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_ROWS_H
#define TS_MARIADB_ROWS_H
#include "source/dialect.h"

/* What a row tells of, in the order in which they are sorted. */
enum ts_mariadb_kind {
	TS_MARIADB_CLOCK,
	TS_MARIADB_GRANTS,
	TS_MARIADB_TABLE,
	TS_MARIADB_COLUMN,
	TS_MARIADB_INDEX,
	TS_MARIADB_FOREIGN,
	TS_MARIADB_RULE,
	TS_MARIADB_CHECK,
	TS_MARIADB_VIEW,
	TS_MARIADB_END
};

/* The texts of a row, by its kind. */
enum { TS_CLOCK_NOW, TS_CLOCK_CONSTRAINTS, TS_CLOCK_ROLE };
enum { TS_GRANTS_COUNT };
/* `nth` is lower_case_table_names. */
enum {
	TS_TABLE_SCHEMA,
	TS_TABLE_TYPE,
	TS_TABLE_ENGINE,
	TS_TABLE_COMMENT,
	TS_TABLE_SERVER
};
enum {
	TS_COLUMN_TYPE,
	TS_COLUMN_NULLABLE,
	TS_COLUMN_DEFAULT,
	TS_COLUMN_EXTRA,
	TS_COLUMN_COMMENT,
	TS_COLUMN_EXPRESSION
};
enum {
	TS_INDEX_COLUMN,
	TS_INDEX_NON_UNIQUE,
	TS_INDEX_COLLATION,
	TS_INDEX_PREFIX,
	TS_INDEX_TYPE,
	TS_INDEX_COMMENT,
	TS_INDEX_EXPRESSION
};
enum { TS_FOREIGN_COLUMN, TS_FOREIGN_SCHEMA, TS_FOREIGN_TABLE, TS_FOREIGN_REFERENCED };
enum { TS_RULE_UPDATE, TS_RULE_DELETE };
enum { TS_CHECK_CLAUSE };
enum { TS_VIEW_TEXT };
enum { TS_END_WARNINGS };
enum { TS_MARIADB_TEXTS = 7 };

struct ts_mariadb_row {
	enum ts_mariadb_kind kind;
	char *name;
	int64_t nth;
	char *texts[TS_MARIADB_TEXTS];
};

/* Zero-initialised is empty. */
struct ts_mariadb_rows {
	struct ts_mariadb_row *items;
	size_t count;
};

void ts_mariadb_rows_release(struct ts_mariadb_rows *rows);
void ts_mariadb_rows_add(struct ts_mariadb_rows *rows,
			 const struct ts_mariadb_row *row); /* its texts are copied */
void ts_mariadb_rows_sort(struct ts_mariadb_rows *rows);
/* Take those of one kind away. */
void ts_mariadb_rows_drop(struct ts_mariadb_rows *rows, enum ts_mariadb_kind kind);
bool ts_mariadb_rows_are_same(const struct ts_mariadb_rows *one,
			      const struct ts_mariadb_rows *other);
/* The first of that kind and, unless it is NULL, name; or NULL. */
const struct ts_mariadb_row *ts_mariadb_rows_find(const struct ts_mariadb_rows *rows,
						  enum ts_mariadb_kind kind,
						  const char *name);
size_t ts_mariadb_rows_count(const struct ts_mariadb_rows *rows,
			     enum ts_mariadb_kind kind);

/* Can there be such a name?  It has at most 64 characters, none of four bytes, and does
 * not end in a blank: for others the server would look in vain, or fail. */
bool ts_mariadb_can_be(const char *name);

/* One table, as one statement told it.  Zero-initialised is nothing. */
struct ts_mariadb_facts {
	struct ts_mariadb_rows rows; /* sorted: the facets */
	char *observed_at;           /* when they were so; owned */
	bool is_whole;               /* did both passes tell the same? */
	bool has_warnings;           /* could something not be opened? */
	bool sees_constraints;       /* for sure: if there are none, it has none */
	bool sees_columns;           /* for sure: no column is hidden */
};

void ts_mariadb_facts_release(struct ts_mariadb_facts *facts);

enum { TS_MARIADB_BATCH = 16 }; /* a statement takes some 2 MB of the server a table */

/* Read `count` tables, at most TS_MARIADB_BATCH, with one statement: facts[i] for
 * lookups[i]. */
TS_MUST_CHECK bool ts_mariadb_facts_read(struct ts_conn *conn, bool with_view,
					 const struct ts_lookup *const *lookups,
					 struct ts_mariadb_facts *const *facts,
					 size_t count, struct ts_error *err);

#endif
