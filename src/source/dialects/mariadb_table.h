/* mariadb_table.h - rows of one table to its document; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_TABLE_H
#define TS_MARIADB_TABLE_H
#include "base/buf.h"
#include "source/dialects/mariadb_rows.h"

/* "TABLE", "VIEW" … (design.md 4.2), NULL for what is no table. */
const char *ts_mariadb_kind_of(const struct ts_mariadb_row *table);

/* Append a name as SQL writes it. */
void ts_mariadb_add_quoted(struct ts_buf *sql, const char *name);

/* The document of a table or view. */
json_t *ts_mariadb_document(const struct ts_mariadb_facts *facts);

#endif
