/* conditions.h - what a list is narrowed by, as a part of its statement.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CONDITIONS_H
#define TS_CONDITIONS_H
#include "base/buf.h"
#include "store/scope.h"
#include "store/storage.h"

enum { TS_PARAMS_MAX = 24 };

/* A statement and its parameters in the order of their `?`.  Zero-initialised is empty;
 * the texts are owned. */
struct ts_conditions {
	struct ts_buf sql; /* " and …" */
	char *params[TS_PARAMS_MAX];
	size_t count;
};

void ts_conditions_release(struct ts_conditions *conditions);

/* A parameter alone. */
void ts_conditions_add_text(struct ts_conditions *conditions, const char *text);
void ts_conditions_add_number(struct ts_conditions *conditions, int64_t number);
/* A condition whose only `?` is the text, or the number. */
void ts_conditions_where_text(struct ts_conditions *conditions, const char *sql,
			      const char *text);
void ts_conditions_where(struct ts_conditions *conditions, const char *sql,
			 int64_t number);
/* That the columns `ds_id` and `schema` are within the scope (NULL: no condition). */
void ts_conditions_where_scope(struct ts_conditions *conditions, const char *ds_id,
			       const char *schema, const char *each,
			       const struct ts_scope *scope);

/* Run a statement in which {conditions}, {each} and {order} are filled in. */
TS_MUST_CHECK bool ts_conditions_query(struct ts_conn *conn, const char *sql,
				       const char *order,
				       const struct ts_conditions *conditions,
				       struct ts_error *err);

#endif
