/* put.h - documents of the sync on their way into the storage.
 *
 * What people wrote is never touched here; an id never changes, also when a table
 * vanishes and comes back.
 *
 * Thread: any; see writer.h for what runs where. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PUT_H
#define TS_PUT_H
#include "store/change.h"
#include "store/row.h"
#include "store/writer.h"

/* One document and what came of it. */
struct ts_put {
	struct ts_submission document;
	struct ts_error err; /* of the document; TS_OK: it is to be written */
	struct ts_row row;   /* as it is afterwards; id 0: there is no such table */
	enum ts_change_kind kind;
	char *change; /* JSON; owned */
};

struct ts_put_list {
	struct ts_put *puts;
	size_t count;
	const struct ts_scope *scope; /* what is outside is not touched; borrowed */
};

/* A ts_writer_work; `opaque` is a struct ts_put_list. */
ts_writer_work ts_put_write;

void ts_put_release(struct ts_put *put);

/* Append the answer's item for this document. */
TS_MUST_CHECK bool ts_put_print(const struct ts_put *put, struct ts_buf *results,
				struct ts_error *err);

#endif
