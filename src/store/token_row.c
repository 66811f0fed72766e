/* token_row.c - see token_row.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/token_row.h"
#include "base/mem.h"
#include <inttypes.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void ts_hash_print(const unsigned char hash[TS_HASH_BYTES],
		   char ret_text[TS_HASH_TEXT_SIZE])
{
	for (size_t i = 0; i < TS_HASH_BYTES; i++) {
		ret_text[2 * i] = digits[hash[i] >> 4];
		ret_text[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_text[2 * TS_HASH_BYTES] = '\0';
}

static bool parse_hash(const char *text, unsigned char ret_hash[TS_HASH_BYTES])
{
	if (!text || strlen(text) != 2 * TS_HASH_BYTES ||
	    strspn(text, digits) != 2 * TS_HASH_BYTES)
		return false;
	for (size_t i = 0; i < TS_HASH_BYTES; i++)
		ret_hash[i] =
		    (unsigned char)((strchr(digits, text[2 * i]) - digits) << 4 |
				    (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}

bool ts_token_read(struct ts_conn *conn, struct ts_token *ret_token,
		   struct ts_error *err)
{
	struct ts_token token = {
	    .id = ts_storage_cell_number(conn, 0),
	    .created_us = ts_storage_cell_number(conn, 4),
	    .expires_us = ts_storage_cell_number(conn, 5),
	    .revoked_us = ts_storage_cell_number(conn, 6),
	};
	const char *name = ts_conn_cell(conn, 1), *role = ts_conn_cell(conn, 2);
	const char *scope = ts_conn_cell(conn, 3);

	if (!name || !role || !scope || !ts_role_find(role, &token.role) ||
	    !parse_hash(ts_conn_cell(conn, 7), token.hash) ||
	    !ts_scope_parse(scope, &token.scope, err))
		return ts_fail(err, TS_E_INTERNAL,
			       "token %" PRId64 " is damaged in the storage", token.id);
	token.name = ts_strdup(name);
	*ret_token = token;
	return true;
}

bool ts_token_query(struct ts_conn *conn, const char *sql, const char *const *params,
		    size_t count, bool *ret_is_there, struct ts_token *ret_token,
		    struct ts_error *err)
{
	bool has_row;

	if (!ts_storage_query(conn, sql, params, count, err) ||
	    !ts_storage_fetch(conn, &has_row, err) ||
	    (has_row && !ts_token_read(conn, ret_token, err)))
		return false;
	*ret_is_there = has_row;
	return true;
}
