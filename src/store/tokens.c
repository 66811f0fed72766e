/* tokens.c - see tokens.h; the tokens.  Their sessions are in sessions.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tokens.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/parts.h"
#include "store/reading.h"
#include "store/token_row.h"
#include "store_files.h"
#include <stdlib.h>
#include <string.h>

static const struct {
	enum ts_role role;
	const char *name;
} roles[] = {
    {TS_ROLE_VIEWER, "viewer"}, {TS_ROLE_SYNC, "sync"}, {TS_ROLE_ADMIN, "admin"}};

enum { ROLE_COUNT = sizeof(roles) / sizeof(roles[0]) };

const char *ts_role_name(enum ts_role role)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "none";
}

bool ts_role_find(const char *name, enum ts_role *ret_role)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (strcmp(roles[i].name, name) == 0) {
			*ret_role = roles[i].role;
			return true;
		}
	return false;
}

void ts_token_release(struct ts_token *token)
{
	free(token->name);
	ts_scope_release(&token->scope);
	*token = (struct ts_token){0};
}

/* A token that is added or revoked, in the writer's transaction. */
struct change {
	struct ts_token *token; /* its id alone for a revocation */
	int64_t now_us;
	bool is_there;
};

static bool add(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct change *change = opaque;
	struct ts_token *token = change->token;
	char created[TS_NUMBER_SIZE], expires[TS_NUMBER_SIZE], hash[TS_HASH_TEXT_SIZE];
	TS_AUTO(ts_buf) scope = {0};
	bool has_row;

	ts_scope_print(&token->scope, &scope);
	ts_hash_print(token->hash, hash);
	const char *const params[] = {token->name,
				      ts_role_name(token->role),
				      ts_buf_text(&scope),
				      ts_storage_number(change->now_us, created),
				      ts_storage_number(token->expires_us, expires),
				      hash};
	const char *const key[] = {hash};

	if (!ts_storage_query(conn, ts_store_sql_add_token_sql, params, 6, err) ||
	    !ts_storage_query(conn, ts_store_sql_find_new_token_sql, key, 1, err) ||
	    !ts_storage_fetch(conn, &has_row, err))
		return false;
	if (!has_row)
		return ts_fail(err, TS_E_INTERNAL, "a new token was not kept");
	token->id = ts_storage_cell_number(conn, 0);
	token->created_us = change->now_us;
	return true;
}

bool ts_store_token_add(struct ts_store *store, struct ts_token *token,
			struct ts_error *err)
{
	struct change change = {.token = token, .now_us = ts_unix_us()};

	return ts_writer_run(store->writer, add, &change, err);
}

bool ts_store_token_find(struct ts_store *store, int64_t id, bool *ret_is_there,
			 struct ts_token *ret_token, struct ts_error *err)
{
	char number[TS_NUMBER_SIZE];
	const char *const key[] = {ts_storage_number(id, number)};
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && ts_token_query(conn, ts_store_sql_get_token_sql, key, 1,
					    ret_is_there, ret_token, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}

static bool read_all(struct ts_conn *conn, struct ts_token **tokens, size_t *count,
		     struct ts_error *err)
{
	bool has_row;

	if (!ts_storage_query(conn, ts_store_sql_list_tokens_sql, NULL, 0, err))
		return false;
	for (;; (*count)++) {
		if (!ts_storage_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			return true;
		*tokens = ts_realloc(*tokens, *count + 1, sizeof(**tokens));
		if (!ts_token_read(conn, &(*tokens)[*count], err))
			return false;
	}
}

bool ts_store_token_list(struct ts_store *store, struct ts_token **ret_tokens,
			 size_t *ret_count, struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	struct ts_token *tokens = NULL;
	size_t count = 0;
	bool is_ok = conn && read_all(conn, &tokens, &count, err);

	ts_readers_give(store->readers, conn);
	if (!is_ok) {
		ts_tokens_free(tokens, count);
		return false;
	}
	*ret_tokens = tokens;
	*ret_count = count;
	return true;
}

void ts_tokens_free(struct ts_token *tokens, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ts_token_release(&tokens[i]);
	free(tokens);
}

static bool revoke(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct change *change = opaque;
	char now[TS_NUMBER_SIZE], id[TS_NUMBER_SIZE];
	const char *const params[] = {ts_storage_number(change->now_us, now),
				      ts_storage_number(change->token->id, id)};
	const char *const key[] = {id};

	return ts_storage_query(conn, ts_store_sql_get_token_sql, key, 1, err) &&
	       ts_storage_fetch(conn, &change->is_there, err) &&
	       (!change->is_there ||
		ts_storage_query(conn, ts_store_sql_revoke_token_sql, params, 2, err));
}

bool ts_store_token_revoke(struct ts_store *store, int64_t id, bool *ret_is_there,
			   struct ts_error *err)
{
	struct ts_token token = {.id = id};
	struct change change = {.token = &token, .now_us = ts_unix_us()};

	if (!ts_writer_run(store->writer, revoke, &change, err))
		return false;
	*ret_is_there = change.is_there;
	return true;
}

static bool judge_place(struct ts_conn *conn, const struct ts_scope *scope,
			int64_t table_id, struct ts_error *err)
{
	char number[TS_NUMBER_SIZE];
	const char *const key[] = {ts_storage_number(table_id, number)};
	const char *schema;
	bool has_row;

	if (!ts_storage_query(conn, ts_store_sql_get_place_sql, key, 1, err) ||
	    !ts_storage_fetch(conn, &has_row, err))
		return false;
	schema = has_row ? ts_conn_cell(conn, 1) : NULL;
	return (schema &&
		ts_scope_has_schema(scope, ts_storage_cell_number(conn, 0), schema)) ||
	       ts_reading_not_found(table_id, err);
}

bool ts_store_covers(struct ts_store *store, const struct ts_scope *scope,
		     int64_t table_id, struct ts_error *err)
{
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok = conn && judge_place(conn, scope, table_id, err);

	ts_readers_give(store->readers, conn);
	return is_ok;
}
