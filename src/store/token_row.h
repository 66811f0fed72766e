/* token_row.h - a token as the storage holds it; for the files of this folder alone.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TOKEN_ROW_H
#define TS_TOKEN_ROW_H
#include "store/storage.h"
#include "store/tokens.h"

enum { TS_HASH_TEXT_SIZE = 2 * TS_HASH_BYTES + 1 };

/* Hexadecimal. */
void ts_hash_print(const unsigned char hash[TS_HASH_BYTES],
		   char ret_text[TS_HASH_TEXT_SIZE]);

/* Run get_token.sql or its like and take its row; *ret_is_there false where there is
 * none. */
TS_MUST_CHECK bool ts_token_query(struct ts_conn *conn, const char *sql,
				  const char *const *params, size_t count,
				  bool *ret_is_there, struct ts_token *ret_token,
				  struct ts_error *err);
/* The row that was fetched last.  TS_E_INTERNAL where the storage was damaged: what is
 * not understood must not open anything. */
TS_MUST_CHECK bool ts_token_read(struct ts_conn *conn, struct ts_token *ret_token,
				 struct ts_error *err);

#endif
