/* token_create.c - `tablesync token create`: a new token, shown once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/token.h"
#include "config/datasources.h"
#include "config/duration.h"
#include "http/access.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool check_name(const char *name, struct ts_error *err)
{
	if (!name || !*name)
		return ts_fail(err, TS_E_USAGE,
			       "token create: whose token is it?  Give --name NAME");
	if (strlen(name) > TS_TOKEN_NAME_BYTES || !ts_utf8_is_valid(name, strlen(name)))
		return ts_fail(err, TS_E_USAGE,
			       "--name: it is longer than %d bytes, or no UTF-8",
			       TS_TOKEN_NAME_BYTES);
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return ts_fail(err, TS_E_USAGE,
				       "--name: it has a control character");
	return true;
}

static bool parse_expiry(const char *text, int64_t *ret_us, struct ts_error *err)
{
	int64_t ms;

	*ret_us = 0;
	if (!text)
		return true;
	if (!ts_duration_parse(text, &ms) || ms == 0 || ms > INT64_MAX / 2000)
		return ts_fail(err, TS_E_USAGE,
			       "--expires: '%.40s' is not how long, such as 90d or 12h",
			       text);
	*ret_us = ts_unix_us() + ms * 1000;
	return true;
}

static bool make_scope(const struct ts_token_work *work, struct ts_scope *scope,
		       struct ts_error *err)
{
	const struct ts_token_flags *own = work->own;
	int32_t ds_id;

	for (size_t i = 0; i < own->datasources.count; i++) {
		if (!ts_datasource_id(work->config, own->datasources.items[i], &ds_id,
				      err))
			return false;
		ts_scope_add_datasource(scope, ds_id);
	}
	for (size_t i = 0; i < own->schemas.count; i++) {
		const char *schema = own->schemas.items[i];

		if (!*schema || !ts_utf8_is_valid(schema, strlen(schema)))
			return ts_fail(err, TS_E_USAGE,
				       "--schema: it is empty, or no UTF-8");
		ts_scope_add_schema(scope, schema);
	}
	return true;
}

static bool create_one(const struct ts_token_work *work, struct ts_token *token,
		       struct ts_buf *ret_text, struct ts_error *err)
{
	const struct ts_token_flags *own = work->own;

	if (!check_name(own->name, err) ||
	    !parse_expiry(own->expires, &token->expires_us, err) ||
	    !make_scope(work, &token->scope, err))
		return false;
	if (!own->role || !ts_role_find(own->role, &token->role))
		return ts_fail(err, TS_E_USAGE,
			       "token create: which role?  Give --role viewer, sync or "
			       "admin");
	token->name = ts_strdup(own->name);
	return ts_access_issue(work->store, token, ret_text, err);
}

enum ts_exit ts_token_create(const struct ts_token_work *work)
{
	TS_AUTO(ts_token) token = {0};
	TS_AUTO(ts_buf) text = {0};
	struct ts_error err = {0};

	if (!create_one(work, &token, &text, &err))
		return ts_command_fail(&err);
	if (work->line->wants_json) {
		json_t *item = ts_token_json(&token);

		json_object_set_new(item, "token", json_string(ts_buf_text(&text)));
		ts_token_put_json(item);
	} else {
		puts(ts_buf_text(&text));
	}
	fprintf(stderr,
		"tablesync: token %" PRId64 " of the role %s: it is shown only now, "
		"keep it safe\n",
		token.id, ts_role_name(token.role));
	return TS_EXIT_OK;
}
