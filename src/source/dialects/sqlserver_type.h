/* sqlserver_type.h - what is printed from a column's or an index's facts; inside the
 * dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_TYPE_H
#define TS_SQLSERVER_TYPE_H
#include "base/buf.h"
#include "source/dialects/sqlserver_rows.h"

/* Append a column's type as it stands in DDL.  False where it is a type of the users'
 * that the account may not see: then it is told by the type that it is made from. */
bool ts_sqlserver_print_type(const struct ts_sqlserver_row *column, struct ts_buf *buf);
/* Append the DDL of an index, whose rows these are; nothing for one that the catalog
 * does not tell enough of. */
void ts_sqlserver_print_index(const struct ts_sqlserver_row *table,
			      const struct ts_sqlserver_row *rows, size_t count,
			      struct ts_buf *buf);
/* Does the row name a column between the brackets of the index? */
bool ts_sqlserver_is_key_column(const struct ts_sqlserver_row *index);

#endif
