/* submission.h - what a writer says about a table, judged and brought into one form.
 *
 * A document (design.md 4.6) says whose table it is (`ds_id`, `schema_name`, `name`),
 * when it was seen (`observed_at`) and what it was: the members from `is_view` on.
 * Those are written in a fixed order, without what is unknown and with null for what
 * may be null and is missing, so that two documents say the same exactly when their
 * texts are equal.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SUBMISSION_H
#define TS_SUBMISSION_H
#include "base/json_index.h"
#include <stdint.h>

/* Zero-initialised is empty. */
struct ts_submission {
	int64_t ds_id;
	char *schema_name, *name; /* owned */
	int64_t observed_us;      /* Unix time */
	bool is_removed;          /* the table is gone; `text` is NULL, … */
	bool ignores_case;        /* … and its name may have been spelt otherwise */
	char *text;               /* what the table was, as JSON in our form; owned */
};

void ts_submission_release(struct ts_submission *document);

/* TS_E_MISSING_VALUE or TS_E_BAD_VALUE, which name the member. */
TS_MUST_CHECK bool ts_submission_make(const struct ts_json_node *value,
				      struct ts_submission *ret_document,
				      struct ts_error *err);

/* The moment that counts: the writer's clock may be ahead, but nothing was seen after
 * `now_us`.  What is held already (`held_us`) was seen, whatever the clock says now:
 * the catalog's clock may step back without making new observations old. */
int64_t ts_submission_cut(int64_t observed_us, int64_t now_us, int64_t held_us);

#endif
