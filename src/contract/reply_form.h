/* reply_form.h - what a reply looks like when it is complete, and when it has to be
 * short.
 *
 * A reply is held in pieces, most of them JSON text already, which are put together
 * anew for each loss until it is short enough.  Only reply.c and reply_shrink.c need
 * it, and who answers with a part of a reply. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPLY_FORM_H
#define TS_REPLY_FORM_H
#include "base/json_index.h"
#include <stdbool.h>
#include <stddef.h>

/* What a reply that is too long goes without, each with all that stand before it. */
enum ts_loss {
	TS_LOSS_NONE,
	TS_LOSS_COLUMNS, /* `columns` and what follows */
	TS_LOSS_CHANGE,  /* the lists of `change` */
	TS_LOSS_JOB,
	TS_LOSS_TEXTS, /* what people wrote, the database's comment */
	TS_LOSS_COUNT,
};

struct ts_slice {
	const char *bytes; /* NULL: it is not there */
	size_t len;
};

/* All borrowed. */
struct ts_pieces {
	struct ts_slice head; /* from the brace to `replay` */
	struct ts_slice job;  /* its value */
	bool is_ok;           /* has `change` and `table` */
	struct ts_slice change, table;
	struct ts_slice tail; /* from the comma behind those to `warnings` */
};

/* Append the reply with the least loss, from `loss` on, that makes it at most
 * `max_bytes`; the shortest one and false where none does. */
bool ts_pieces_put(const struct ts_pieces *pieces, enum ts_loss loss, size_t max_bytes,
		   struct ts_buf *buf);

/* Append what the trigger API answers of a reply's `table`, an object: its first twelve
 * members, and no more. */
void ts_table_put_answer(const struct ts_json_node *table, struct ts_buf *buf);

#endif
