/* virtuoso_closed.h - what most accounts may not read; inside the dialect only.
 *
 * The tables that describe tables are open to everybody but two: those of the texts of
 * views and of check constraints. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_VIRTUOSO_CLOSED_H
#define TS_VIRTUOSO_CLOSED_H
#include "source/source.h"
#include "source/dialects/virtuoso_table.h"

/* Add the view's text, or the check constraints, to the document; where the account may
 * not read them, a warning to `read`. */
TS_MUST_CHECK bool ts_virtuoso_add_closed(struct ts_conn *conn,
					  const struct ts_virtuoso_table *table,
					  struct ts_read *read, struct ts_error *err);

#endif
