/* csrf.c - see csrf.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/csrf.h"
#include "http/secret.h"
#include <stdio.h>
#include <string.h>

void ts_csrf_make(const char *session, char ret_text[TS_CSRF_SIZE])
{
	unsigned char hash[TS_HASH_BYTES];
	TS_AUTO(ts_buf) text = {0};

	/* The storage keeps the hash of the secret alone: this one is another. */
	ts_buf_printf(&text, "form %s", session);
	ts_secret_hash(text.data, text.len, hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(ret_text + 2 * i, 3, "%02x", hash[i]);
}

bool ts_csrf_is_right(const char *session, const char *given)
{
	unsigned char one[TS_HASH_BYTES], other[TS_HASH_BYTES];
	char text[TS_CSRF_SIZE];

	if (!given)
		return false;
	ts_csrf_make(session, text);
	ts_secret_hash(text, strlen(text), one);
	ts_secret_hash(given, strlen(given), other);
	return ts_secret_is_same(one, other);
}
