/* tokens.h - who may call the HTTP API, as the storage keeps it.
 *
 * Of a token's secret only a hash is kept (http/secret.h makes both).  Everything is
 * asked of the storage anew: what one instance revokes is revoked in all.
 *
 * A session is a browser's: it stands for the token that was used to log in, and ends
 * with it.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TOKENS_H
#define TS_TOKENS_H
#include "store/scope.h"
#include "store/store.h"

enum {
	TS_HASH_BYTES = 32, /* SHA-256 */
	TS_TOKEN_NAME_BYTES = 128,
};

/* Bits: a route says which of them may use it. */
enum ts_role {
	TS_ROLE_VIEWER = 1, /* reads */
	TS_ROLE_SYNC = 2,   /* writes what was read from data sources: the worker's */
	TS_ROLE_ADMIN = 4,  /* everything */
};

const char *ts_role_name(enum ts_role role);
bool ts_role_find(const char *name, enum ts_role *ret_role);

/* Zero-initialised is nobody. */
struct ts_token {
	int64_t id;
	char *name; /* what it is for; owned */
	enum ts_role role;
	struct ts_scope scope;
	int64_t created_us, expires_us; /* Unix time; expires_us 0: never */
	int64_t revoked_us;             /* 0: it is not */
	unsigned char hash[TS_HASH_BYTES];
};

void ts_token_release(struct ts_token *token);

/* Keep a new token: its id and created_us are given to it. */
TS_MUST_CHECK bool ts_store_token_add(struct ts_store *store, struct ts_token *token,
				      struct ts_error *err);
/* By id, also one that is revoked or expired; *ret_is_there false where there is none.
 */
TS_MUST_CHECK bool ts_store_token_find(struct ts_store *store, int64_t id,
				       bool *ret_is_there, struct ts_token *ret_token,
				       struct ts_error *err);
/* All, by id, for ts_tokens_free. */
TS_MUST_CHECK bool ts_store_token_list(struct ts_store *store,
				       struct ts_token **ret_tokens, size_t *ret_count,
				       struct ts_error *err);
void ts_tokens_free(struct ts_token *tokens, size_t count);
/* *ret_is_there false where there is none.  Once more changes nothing. */
TS_MUST_CHECK bool ts_store_token_revoke(struct ts_store *store, int64_t id,
					 bool *ret_is_there, struct ts_error *err);

/* Keep a session by the hash of its secret; those that have expired are forgotten. */
TS_MUST_CHECK bool ts_store_session_add(struct ts_store *store,
					const unsigned char hash[TS_HASH_BYTES],
					int64_t token_id, int64_t expires_us,
					struct ts_error *err);
/* The token of a session that has not expired; *ret_is_there false where there is
 * none.  Whether the token itself still holds is the caller's to judge. */
TS_MUST_CHECK bool ts_store_session_find(struct ts_store *store,
					 const unsigned char hash[TS_HASH_BYTES],
					 bool *ret_is_there, struct ts_token *ret_token,
					 struct ts_error *err);
TS_MUST_CHECK bool ts_store_session_remove(struct ts_store *store,
					   const unsigned char hash[TS_HASH_BYTES],
					   struct ts_error *err);

/* TS_E_TABLE_NOT_FOUND where the table is outside the scope, as where there is none. */
TS_MUST_CHECK bool ts_store_covers(struct ts_store *store, const struct ts_scope *scope,
				   int64_t table_id, struct ts_error *err);

#endif
