/* secret.h - tokens and session secrets: random, shown once, kept as a hash.
 *
 *   tbs_<id>_<43 characters: 256 random bits in base 62>_<6 characters: CRC-32>
 *
 * The checksum tells a token that was copied wrongly, and lets scanners find one in a
 * text; it protects nothing.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_HTTP_SECRET_H
#define TS_HTTP_SECRET_H
#include "base/buf.h"
#include "base/error.h"
#include "store/tokens.h"

enum { TS_SECRET_BYTES = 32, TS_SECRET_TEXT_SIZE = 44 };

/* A new secret, as text of base 62.  TS_E_SYSTEM where there is no randomness. */
TS_MUST_CHECK bool ts_secret_make(char ret_text[TS_SECRET_TEXT_SIZE],
				  struct ts_error *err);
/* What is kept of it. */
void ts_secret_hash(const char *text, size_t len,
		    unsigned char ret_hash[TS_HASH_BYTES]);
/* In a time that does not tell where they differ. */
bool ts_secret_is_same(const unsigned char one[TS_HASH_BYTES],
		       const unsigned char other[TS_HASH_BYTES]);

/* Append the whole token. */
void ts_secret_print_token(int64_t id, const char *secret, struct ts_buf *ret_token);
/* Take a token apart.  False where it is not one, also by its checksum. */
bool ts_secret_parse_token(const char *token, int64_t *ret_id,
			   char ret_secret[TS_SECRET_TEXT_SIZE]);

#endif
