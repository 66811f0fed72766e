/* access.h - who asks, and may they?
 *
 * The API takes the header `Token` alone; pages take it or the cookie of a session.
 * Each request asks the storage: a token that was revoked opens nothing from then on.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ACCESS_H
#define TS_ACCESS_H
#include "http/secret.h"

#define TS_SESSION_COOKIE "tablesync_session"

/* Zero-initialised is nobody.  Released by ts_access_release. */
struct ts_access {
	struct ts_token token; /* its hash is not told */
	char *session;         /* the cookie's secret, where one was used; owned */
};

void ts_access_release(struct ts_access *access);

/* What a request shows; NULL where it does not.  `session` is the cookie's value, and
 * NULL where only the header counts. */
struct ts_credentials {
	const char *token, *session;
};

/* Find out who it is, and whether the role is among `roles`.  TS_E_NOT_AUTHENTICATED,
 * with the same words whatever is wrong with the token; TS_E_NOT_ADMIN where the role
 * does not do. */
TS_MUST_CHECK bool ts_access_judge(struct ts_store *store,
				   const struct ts_credentials *shown, unsigned roles,
				   struct ts_access *ret_access, struct ts_error *err);
/* TS_E_NOT_ADMIN where the token is limited to others. */
TS_MUST_CHECK bool ts_access_covers(const struct ts_access *access, int64_t ds_id,
				    const char *schema, struct ts_error *err);
/* The same for a table of the catalog: TS_E_TABLE_NOT_FOUND outside the token's limits,
 * as if it were not there.  Asks the storage only where the token has limits. */
TS_MUST_CHECK bool ts_access_covers_table(const struct ts_access *access,
					  struct ts_store *store, int64_t id,
					  struct ts_error *err);

/* Make a new token for `token`, whose name, role, scope and expires_us are set, and
 * keep it: it gets its id, created_us and hash.  `ret_text` is what its owner is shown,
 * once; it is kept nowhere. */
TS_MUST_CHECK bool ts_access_issue(struct ts_store *store, struct ts_token *token,
				   struct ts_buf *ret_text, struct ts_error *err);

/* Begin a session with a token: what the cookie is to hold, for `lifetime_ms` at most.
 * Fails as ts_access_judge does. */
TS_MUST_CHECK bool ts_access_log_in(struct ts_store *store, const char *token,
				    int64_t lifetime_ms,
				    char ret_session[TS_SECRET_TEXT_SIZE],
				    struct ts_error *err);
/* End the session that was used; nothing where it was a token. */
TS_MUST_CHECK bool ts_access_log_out(struct ts_store *store,
				     const struct ts_access *access,
				     struct ts_error *err);

#endif
