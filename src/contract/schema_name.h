/* schema_name.h - the grammar of schema names (design.md 4.4).
 *
 *   schema := part { "." part }      a part is bare or quoted: "a.b" [a.b] `a.b`
 *
 * So main.dbo is two parts and "main.dbo" is one.  Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SCHEMA_NAME_H
#define TS_SCHEMA_NAME_H
#include "base/buf.h"
#include "base/error.h"

enum { TS_SCHEMA_PARTS = 4 }; /* more than any DBMS has above a table */

/* Zero-initialised is empty. */
struct ts_schema_name {
	char *parts[TS_SCHEMA_PARTS]; /* owned; parts[count - 1] is the schema itself */
	size_t count;
};

void ts_schema_name_release(struct ts_schema_name *name);

/* Split `text` for a DBMS with `levels` names above a table: 2 (catalog and schema), of
 * which the first may be left out, or 1 (schema), where a text that does not begin with
 * a quote is one name whatever it holds.  TS_E_BAD_SCHEMA_NAME with the reason. */
TS_MUST_CHECK bool ts_schema_name_parse(const char *text, size_t levels,
					struct ts_schema_name *ret_name,
					struct ts_error *err);

/* Append the parts in the form that parses to the same parts. */
void ts_schema_name_print(const char *const *parts, size_t count, struct ts_buf *buf);

/* Append a text that is the same for any two ways of writing one schema, whatever the
 * DBMS is (what follows the last dot, in lower case and without quotes); two schemas
 * may share it.  What keeps two runs of one table apart before a connection
 * tells its name. */
void ts_schema_name_fold(const char *text, struct ts_buf *buf);

#endif
