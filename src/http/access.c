/* access.c - see access.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/access.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/secret.h"
#include <stdlib.h>
#include <string.h>

void ts_access_release(struct ts_access *access)
{
	ts_token_release(&access->token);
	free(access->session);
	*access = (struct ts_access){0};
}

/* Whatever is wrong, the words are these: they tell nobody which ids there are. */
static bool refuse(struct ts_error *err)
{
	return ts_fail(err, TS_E_NOT_AUTHENTICATED,
		       "send a token that is valid in the header 'Token' "
		       "(tablesync token create makes one)");
}

static bool is_valid(const struct ts_token *token)
{
	return !token->revoked_us &&
	       (!token->expires_us || token->expires_us > ts_unix_us());
}

/* False only for an error of the storage; otherwise *ret_is_known. */
static bool find_token(struct ts_store *store, const char *text,
		       struct ts_token *ret_token, bool *ret_is_known,
		       struct ts_error *err)
{
	unsigned char hash[TS_HASH_BYTES];
	char secret[TS_SECRET_TEXT_SIZE];
	bool is_there, is_same;
	int64_t id;

	*ret_is_known = false;
	if (!ts_secret_parse_token(text, &id, secret))
		return true;
	ts_secret_hash(secret, strlen(secret), hash);
	if (!ts_store_token_find(store, id, &is_there, ret_token, err))
		return false;
	/* An unknown id costs as much as a known one: it has a hash of zeroes. */
	is_same = ts_secret_is_same(hash, ret_token->hash);
	*ret_is_known = is_there && is_same;
	return true;
}

static bool find_session(struct ts_store *store, const char *secret,
			 struct ts_token *ret_token, bool *ret_is_known,
			 struct ts_error *err)
{
	unsigned char hash[TS_HASH_BYTES];

	/* The storage looks it up by its hash: how long that takes tells about the
	 * hash, of which nobody can choose a part. */
	ts_secret_hash(secret, strlen(secret), hash);
	return ts_store_session_find(store, hash, ret_is_known, ret_token, err);
}

static bool refuse_role(const struct ts_token *token, unsigned roles,
			struct ts_error *err)
{
	static const enum ts_role all[] = {TS_ROLE_VIEWER, TS_ROLE_SYNC, TS_ROLE_ADMIN};
	TS_AUTO(ts_buf) names = {0};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (roles & all[i])
			ts_buf_printf(&names, "%s%s", names.len ? " or " : "",
				      ts_role_name(all[i]));
	return ts_fail(err, TS_E_NOT_ADMIN,
		       "the token has the role %s, and this needs %s",
		       ts_role_name(token->role), ts_buf_text(&names));
}

bool ts_access_judge(struct ts_store *store, const struct ts_credentials *shown,
		     unsigned roles, struct ts_access *ret_access, struct ts_error *err)
{
	struct ts_token token = {0};
	bool is_known = false, is_ok = true;

	/* A header that is wrong is not made good by a cookie. */
	if (shown->token)
		is_ok = find_token(store, shown->token, &token, &is_known, err);
	else if (shown->session)
		is_ok = find_session(store, shown->session, &token, &is_known, err);
	if (is_ok && !(is_known && is_valid(&token)))
		is_ok = refuse(err);
	else if (is_ok && !(token.role & roles))
		is_ok = refuse_role(&token, roles, err);
	if (!is_ok) {
		ts_token_release(&token);
		return false;
	}
	memset(token.hash, 0, sizeof(token.hash));
	ret_access->token = token;
	ret_access->session = shown->token ? NULL : ts_strdup(shown->session);
	return true;
}

bool ts_access_covers(const struct ts_access *access, int64_t ds_id, const char *schema,
		      struct ts_error *err)
{
	return ts_scope_has_schema(&access->token.scope, ds_id, schema) ||
	       ts_fail(err, TS_E_NOT_ADMIN,
		       "the token is limited to other data sources or schemas");
}

bool ts_access_covers_table(const struct ts_access *access, struct ts_store *store,
			    int64_t id, struct ts_error *err)
{
	const struct ts_scope *scope = &access->token.scope;

	return ts_scope_is_everything(scope) || ts_store_covers(store, scope, id, err);
}

bool ts_access_issue(struct ts_store *store, struct ts_token *token,
		     struct ts_buf *ret_text, struct ts_error *err)
{
	char secret[TS_SECRET_TEXT_SIZE];

	if (!ts_secret_make(secret, err))
		return false;
	ts_secret_hash(secret, strlen(secret), token->hash);
	if (!ts_store_token_add(store, token, err))
		return false;
	ts_secret_print_token(token->id, secret, ret_text);
	return true;
}

bool ts_access_log_in(struct ts_store *store, const char *token, int64_t lifetime_ms,
		      char ret_session[TS_SECRET_TEXT_SIZE], struct ts_error *err)
{
	const struct ts_credentials shown = {.token = token};
	const unsigned any = TS_ROLE_VIEWER | TS_ROLE_SYNC | TS_ROLE_ADMIN;
	unsigned char hash[TS_HASH_BYTES];
	TS_AUTO(ts_access) access = {0};

	if (!ts_access_judge(store, &shown, any, &access, err) ||
	    !ts_secret_make(ret_session, err))
		return false;
	ts_secret_hash(ret_session, strlen(ret_session), hash);
	return ts_store_session_add(store, hash, access.token.id,
				    ts_unix_us() + lifetime_ms * 1000, err);
}

bool ts_access_log_out(struct ts_store *store, const struct ts_access *access,
		       struct ts_error *err)
{
	unsigned char hash[TS_HASH_BYTES];

	if (!access->session)
		return true;
	ts_secret_hash(access->session, strlen(access->session), hash);
	return ts_store_session_remove(store, hash, err);
}
