/* mariadb_read.h - tables read, judged and described; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_READ_H
#define TS_MARIADB_READ_H
#include "source/dialect.h"

/* As ts_dialect.read, for at most TS_MARIADB_BATCH tables. */
TS_MUST_CHECK bool ts_mariadb_read(struct ts_conn *conn, struct ts_lookup *lookups,
				   size_t count, struct ts_error *err);

#endif
