/* sqlserver_text.h - names and statements on their way; inside the dialect only.
 *
 * How a driver converts characters depends on its options, the locale and the collation
 * of a database; a parameter that is not NVARCHAR loses most of Unicode.  So names and
 * texts travel both ways as hexadecimal UTF-16, which is ASCII to all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_TEXT_H
#define TS_SQLSERVER_TEXT_H
#include "base/buf.h"
#include <stdbool.h>

/* Append UTF-8 as hexadecimal UTF-16, low byte first. */
void ts_sqlserver_encode(const char *text, struct ts_buf *buf);
/* Put blanks behind a parameter.  The server keeps a plan for each combination of the
 * lengths that a driver declares, so that there must not be many. */
enum { TS_SQLSERVER_SHORT = 512, TS_SQLSERVER_LONG = 3104 };
void ts_sqlserver_pad(struct ts_buf *buf, size_t len);
/* Append such a text as UTF-8; what is no character becomes U+FFFD. */
void ts_sqlserver_decode(const char *hex, struct ts_buf *buf);
/* False for a text that is longer than any name, and so names nothing. */
bool ts_sqlserver_is_name(const char *text);

/* Append "[name]". */
void ts_sqlserver_quote(const char *name, struct ts_buf *buf);
/* Append "[catalog].[schema].[table]". */
void ts_sqlserver_quote_table(const char *catalog, const char *schema,
			      const char *table, struct ts_buf *buf);
/* Append `sql` with its hole {catalog} filled. */
void ts_sqlserver_in_catalog(const char *sql, const char *catalog, struct ts_buf *buf);
/* The same for a statement on `count` names, and its hole {names}. */
void ts_sqlserver_for_names(const char *sql, const char *catalog, size_t count,
			    struct ts_buf *buf);

#endif
