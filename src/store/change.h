/* change.h - what a document means for the table that the catalog holds.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CHANGE_H
#define TS_CHANGE_H
#include "base/json.h"
#include "store/submission.h"

enum ts_change_kind {
	TS_CHANGE_CREATED,
	TS_CHANGE_UPDATED,    /* also when it was removed, or comes back */
	TS_CHANGE_UNCHANGED,  /* the same again: only observed_at moves on */
	TS_CHANGE_SUPERSEDED, /* what is held was seen later: nothing is written */
};

/* The part of a held table that decides. */
struct ts_held {
	int64_t observed_us;
	bool is_removed;
	const char *text; /* its document's; borrowed */
};

/* `held` NULL: the catalog has no such table (removing it changes nothing). */
enum ts_change_kind ts_change_decide(const struct ts_held *held,
				     const struct ts_submission *document,
				     int64_t observed_us);

const char *ts_change_name(enum ts_change_kind kind);

/* The reply's `change`, a new reference.  `before` and `after` are documents in our
 * form (NULL: none had been, or none is told).  Their columns are compared by name; a
 * column that only moved is no changed one.  Version 0 is shown as
 * null. */
json_t *ts_change_make(enum ts_change_kind kind, int64_t version, const json_t *before,
		       const json_t *after);

#endif
