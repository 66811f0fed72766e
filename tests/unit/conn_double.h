/* conn_double.h - stands in for a connection of odbc/: replays rows, keeps questions.
 *
 * Linked before ts_source, its functions are taken instead of those of ts_odbc.  What
 * is to be answered is said before; a question that nobody expected fails the test. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CONN_DOUBLE_H
#define TS_CONN_DOUBLE_H
#include "odbc/odbc.h"

struct ts_conn *conn_double(void);
/* The next question is the statement `name`.sql, and gets these rows: lines, with cells
 * between `|`, `-` for null and `~text` for ASCII text as hexadecimal UTF-16. */
void conn_double_answer(const char *name, const char *rows);
/* The same, with the number of rows put before each. */
void conn_double_answer_counted(const char *name, const char *rows);
/* A catalog function is answered by the name "catalogs", "schemas", "tables",
 * "columns", "primary_keys", "foreign_keys" or "statistics"; its parameters are the
 * three names. */
/* The next question fails with this code. */
void conn_double_fail(const char *name, enum ts_code code);

/* What the driver says of names; without it, there are catalogs and schemas. */
void conn_double_set_naming(const struct ts_naming *naming);

/* What was asked, from 0; "" for a parameter that is null. */
size_t conn_double_count(void);
const char *conn_double_sql(size_t question);
size_t conn_double_param_count(size_t question);
const char *conn_double_param(size_t question, size_t at);

/* Forget all; fails the test where an answer was not asked for. */
void conn_double_reset(void);

#endif
