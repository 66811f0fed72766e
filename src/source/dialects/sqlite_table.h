/* sqlite_table.h - from what SQLite tells about a table to its document.
 *
 * Facts are a row of sqlite_read.sql: what pragmas say, and the text of the CREATE
 * statement for the rest (sqlite_ddl.h).  Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLITE_TABLE_H
#define TS_SQLITE_TABLE_H
#include "base/json.h"

/* `schema_name` as it is printed.  Facts without columns give a document without any.
 */
json_t *ts_sqlite_document(const json_t *facts, const char *schema_name,
			   const char *observed_at);

#endif
