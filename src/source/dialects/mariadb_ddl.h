/* mariadb_ddl.h - what only SHOW CREATE TABLE tells everybody; inside the dialect only.
 *
 * Whoever has no right but SELECT does not see the rules of foreign keys, nor check
 * constraints, in the information schema: they are read out of the server's own text.
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_DDL_H
#define TS_MARIADB_DDL_H
#include "source/dialects/mariadb_rows.h"

/* Add a row for each column (its name and place alone), foreign key (TS_MARIADB_RULE)
 * and check constraint in the text, as the information schema would show them. */
void ts_mariadb_ddl_read(const char *ddl, struct ts_mariadb_rows *rows);

#endif
