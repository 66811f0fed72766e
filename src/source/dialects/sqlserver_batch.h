/* sqlserver_batch.h - tables of one catalog that are read at once; inside the dialect
 * only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_BATCH_H
#define TS_SQLSERVER_BATCH_H
#include "source/dialect.h"
#include "source/dialects/sqlserver_rows.h"

enum { TS_SQLSERVER_TABLES = 64 }; /* of a batch; the server takes 2,100 parameters */

/* Zero-initialised is empty; then `conn` and `catalog`. */
struct ts_sqlserver_batch {
	struct ts_conn *conn;
	const char *catalog; /* borrowed, as the lookups are */
	struct ts_lookup *lookups[TS_SQLSERVER_TABLES];
	struct ts_buf names[TS_SQLSERVER_TABLES]; /* encoded; blank: not a name */
	size_t count;
	struct ts_sqlserver_rows rows;      /* what was found */
	bool is_whole[TS_SQLSERVER_TABLES]; /* … of one state of the table */
	char *changed[TS_SQLSERVER_TABLES]; /* when and what, looked up last; owned */
};

void ts_sqlserver_batch_release(struct ts_sqlserver_batch *batch);
/* There must be room for it. */
void ts_sqlserver_batch_add(struct ts_sqlserver_batch *batch, struct ts_lookup *lookup);
/* Fill `rows`, and is_whole: false for a table that is altered again and again. */
TS_MUST_CHECK bool ts_sqlserver_batch_read(struct ts_sqlserver_batch *batch,
					   struct ts_error *err);

#endif
