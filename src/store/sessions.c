/* sessions.c - see tokens.h; browsers that have logged in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "store/parts.h"
#include "store/token_row.h"
#include "store_files.h"

/* A session that begins or ends, in the writer's transaction. */
struct session {
	char hash[TS_HASH_TEXT_SIZE];
	int64_t token_id, expires_us;
};

static bool add(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct session *session = opaque;
	char now[TS_NUMBER_SIZE], token_id[TS_NUMBER_SIZE], expires[TS_NUMBER_SIZE];
	const char *const expired[] = {ts_storage_number(ts_unix_us(), now)};
	const char *const params[] = {session->hash,
				      ts_storage_number(session->token_id, token_id),
				      ts_storage_number(session->expires_us, expires)};

	return ts_storage_query(conn, ts_store_sql_remove_sessions_sql, expired, 1,
				err) &&
	       ts_storage_query(conn, ts_store_sql_add_session_sql, params, 3, err);
}

bool ts_store_session_add(struct ts_store *store,
			  const unsigned char hash[TS_HASH_BYTES], int64_t token_id,
			  int64_t expires_us, struct ts_error *err)
{
	struct session session = {.token_id = token_id, .expires_us = expires_us};

	ts_hash_print(hash, session.hash);
	return ts_writer_run(store->writer, add, &session, err);
}

bool ts_store_session_find(struct ts_store *store,
			   const unsigned char hash[TS_HASH_BYTES], bool *ret_is_there,
			   struct ts_token *ret_token, struct ts_error *err)
{
	char text[TS_HASH_TEXT_SIZE], now[TS_NUMBER_SIZE];
	const char *const params[] = {text, ts_storage_number(ts_unix_us(), now)};
	struct ts_conn *conn = ts_readers_take(store->readers, err);
	bool is_ok;

	ts_hash_print(hash, text);
	is_ok = conn && ts_token_query(conn, ts_store_sql_get_session_sql, params, 2,
				       ret_is_there, ret_token, err);
	ts_readers_give(store->readers, conn);
	return is_ok;
}

static bool remove_one(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct session *session = opaque;
	const char *const key[] = {session->hash};

	return ts_storage_query(conn, ts_store_sql_remove_session_sql, key, 1, err);
}

bool ts_store_session_remove(struct ts_store *store,
			     const unsigned char hash[TS_HASH_BYTES],
			     struct ts_error *err)
{
	struct session session = {0};

	ts_hash_print(hash, session.hash);
	return ts_writer_run(store->writer, remove_one, &session, err);
}
