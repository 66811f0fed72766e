/* sqlserver_double.h - rows as SQL Server would give them, for the tests of its
 * dialect.
 *
 * They are answered by conn_double.h: no driver and no server are behind them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_DOUBLE_H
#define TS_SQLSERVER_DOUBLE_H
#include "source/dialect.h"
#include "conn_double.h"

extern const struct ts_dialect ts_dialect_sqlserver;

/* Rows of sqlserver_read.sql: nth|part|seq, eight numbers, a name and five texts. */
#define CATALOG_OF(sees_all, alike)                                                    \
	"0|0|0|" sees_all "|" alike "|-|-|-|-|-|-|~main|~2026-11-23T05:00:00.1234567|" \
	"~2026-11-23 06:00:00.100|-|-|-"
#define CATALOG CATALOG_OF("1", "1")
#define OLD "2026-11-23 05:59:00.100 77"
#define TABLE_OF(nth, may, external, temporal, parts, name, type, stamp)               \
	"\n" nth "|1|0|" may "|" external "|" temporal "|" parts "|-|-|-|-|~" name     \
	"|~dbo|~" type "|-|-|~" stamp
#define TABLE(nth, name) TABLE_OF(nth, "1", "0", "0", "0", name, "U ", OLD)
#define INT_COLUMN(nth, seq, name)                                                     \
	"\n" nth "|2|" seq "|4|10|0|0|0|0|0|0|~" name "|~int|~sys|~int|-|-"

/* Read main.SCHEMA.TABLE. */
struct ts_read sqlserver_read(const char *schema, const char *table);
void sqlserver_release(struct ts_read *read);
/* The rows of sqlserver_read.sql for the next question. */
void sqlserver_answer(const char *rows);
/* The first table was last altered at OLD. */
void sqlserver_answer_unchanged(void);
/* Fail unless the parameter is this, with blanks behind it to one of two lengths. */
void sqlserver_assert_param(size_t question, size_t at, const char *expected);
/* Fail unless the member is this, as compact JSON. */
void sqlserver_assert_member(const json_t *document, const char *member,
			     const char *expected);

#endif
