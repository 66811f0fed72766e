/* curated.h - what people write about a table: title, description, custom fields.
 *
 * Description and rich text are HTML, which is made safe before it is kept
 * (rich_text.h); other texts are kept as they were sent.  A storage of an older program
 * may hold HTML that nobody has made safe: pages do it again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CURATED_H
#define TS_CURATED_H
#include "store/row.h"
#include "store/writer.h"

enum {
	TS_TITLE_BYTES = 1024,
	TS_CUSTOM_FIELDS = 256, /* of one table */
};

/* Judge {"title", "description", "custom_fields"}, each optional and nothing else.
 * TS_E_BAD_VALUE or TS_E_MISSING_VALUE, which name the member.  Pure. */
TS_MUST_CHECK bool ts_curated_judge(const json_t *patch, struct ts_error *err);

/* One PATCH and what came of it. */
struct ts_curated {
	int64_t id;
	int64_t expected;    /* the row's `curated` that the author saw; -1: any */
	const json_t *patch; /* judged; borrowed */
	bool is_there, is_conflict;
	struct ts_row row; /* as it is afterwards */
};

/* A ts_writer_work; `opaque` is a struct ts_curated. */
ts_writer_work ts_curated_write;

#endif
