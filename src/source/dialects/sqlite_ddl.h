/* sqlite_ddl.h - what SQLite keeps only as the text of a CREATE statement.
 *
 * Its pragmas tell everything about a table but the names of constraints, CHECK and
 * generated expressions, AUTOINCREMENT, and what an index on an expression is made of.
 * These are read here, from any text, as far as it can be understood: nothing is made
 * up, and what is not understood is missing.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLITE_DDL_H
#define TS_SQLITE_DDL_H
#include "config/config.h"
#include "base/attr.h"

enum ts_ddl_kind { TS_DDL_PRIMARY, TS_DDL_UNIQUE, TS_DDL_CHECK, TS_DDL_FOREIGN };

struct ts_ddl_constraint {
	enum ts_ddl_kind kind;
	char *name;                /* NULL: it has none */
	struct ts_strings columns; /* of a key; of no CHECK */
	char *expression;          /* of a CHECK, as it was written; else NULL */
	char *table;               /* that a foreign key refers to; else NULL */
};

struct ts_ddl_column {
	char *name;
	char *generated; /* the expression; NULL: it is an ordinary column */
};

/* A table.  Zero-initialised is empty; everything in it is owned. */
struct ts_ddl {
	struct ts_ddl_column *columns;
	size_t column_count;
	struct ts_ddl_constraint *constraints; /* in the order of the text */
	size_t constraint_count;
	bool is_autoincrement; /* the primary key is AUTOINCREMENT */
};

void ts_ddl_release(struct ts_ddl *ddl);
/* Read the text of a CREATE TABLE; anything else gives an empty table. */
void ts_ddl_read(const char *sql, struct ts_ddl *ret_ddl);

/* What each part of a CREATE INDEX says, without ASC and DESC; empty for any other
 * text. The caller frees texts and array. */
void ts_ddl_read_index(const char *sql, struct ts_strings *ret_parts);

/* Do two names mean the same?  SQLite's idea of it: ASCII letters of either case. */
bool ts_ddl_same(const char *one, const char *other);

#endif
