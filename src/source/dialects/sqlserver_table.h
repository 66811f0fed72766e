/* sqlserver_table.h - the rows of one table to its document; inside the dialect only.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_TABLE_H
#define TS_SQLSERVER_TABLE_H
#include "base/json.h"
#include "source/dialects/sqlserver_rows.h"
#include "source/source.h"

/* What the catalog's row tells, ready for use. */
struct ts_sqlserver_scene {
	const char *catalog; /* in its own spelling; borrowed */
	char *observed_at;   /* owned */
	bool is_sure;        /* is absent what is not seen? */
	bool compares_alike; /* … and is it so for all spellings of the name? */
};

void ts_sqlserver_scene_release(struct ts_sqlserver_scene *scene);
/* `catalog` is what it was called in the question; borrowed. */
TS_MUST_CHECK bool ts_sqlserver_scene_make(const struct ts_sqlserver_row *row,
					   const char *catalog,
					   struct ts_sqlserver_scene *ret_scene,
					   struct ts_error *err);

/* What this is where it is no table ("a sequence"); NULL for a table or view. */
const char *ts_sqlserver_other_kind(const struct ts_sqlserver_row *table);
/* The document; what the account may not see of it becomes warnings of `read`. */
json_t *ts_sqlserver_document(const struct ts_sqlserver_scene *scene,
			      const struct ts_sqlserver_row *rows, size_t count,
			      struct ts_read *read);

#endif
