/* mariadb_ask.h - questions about one name; inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MARIADB_ASK_H
#define TS_MARIADB_ASK_H
#include "source/lookup.h"

/* Run `sql`, "{name}" in it replaced by the table's.  *ret_answer is how it ended, and
 * *ret_text, unless `ret_text` is NULL, the second cell of its row; the caller frees
 * it. False: it is the connection that fails. */
TS_MUST_CHECK bool ts_mariadb_ask(struct ts_conn *conn, const char *sql,
				  const struct ts_lookup *lookup,
				  struct ts_error *ret_answer, char **ret_text,
				  struct ts_error *err);

/* Is there a schema of that name, as far as the account may see?  Offers `near` those
 * that may have been meant. */
TS_MUST_CHECK bool ts_mariadb_find_schema(struct ts_conn *conn, const char *schema,
					  struct ts_near *near, bool *ret_is_there,
					  struct ts_error *err);

/* Fill the outcome of a lookup that found nothing at `observed_at`: absent for sure, or
 * absent as far as the account may see. */
TS_MUST_CHECK bool ts_mariadb_explain_absent(struct ts_conn *conn,
					     struct ts_lookup *lookup,
					     const char *observed_at,
					     struct ts_error *err);

#endif
