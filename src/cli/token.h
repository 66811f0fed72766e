/* token.h - what the actions of `tablesync token` share.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TOKEN_H
#define TS_TOKEN_H
#include "base/json.h"
#include "cli/flags.h"
#include "store/tokens.h"

struct ts_token_flags {
	const char *name, *role, *expires;
	struct ts_flag_list datasources, schemas;
};

/* What an action works with; all borrowed. */
struct ts_token_work {
	const struct ts_token_flags *own;
	const struct ts_flags *line;
	const struct ts_config *config;
	struct ts_store *store;
};

/* Make a token as the flags say, and print it this once. */
enum ts_exit ts_token_create(const struct ts_token_work *work);

/* Everything of a token but its secret.  The caller's. */
json_t *ts_token_json(const struct ts_token *token);
/* Print a line of JSON. */
void ts_token_put_json(TS_TAKES json_t *value);

#endif
