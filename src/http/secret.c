/* secret.c - see secret.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/secret.h"
#include "base/mem.h"
#include "base/str.h"
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <string.h>

/* 62^43 is above 2^256, 62^6 above 2^32: the lengths are always the same. */
enum {
	BASE = 62,
	SECRET_LEN = TS_SECRET_TEXT_SIZE - 1,
	SUM_LEN = 6,
	SUM_BYTES = 4,
	ID_LEN = 19,
};

static const char alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char prefix[] = "tbs_";

/* `bytes`, a number whose first byte is the highest, as `len` digits; it is used up. */
static void print_number(unsigned char *bytes, size_t count, size_t len, char *ret_text)
{
	ret_text[len] = '\0';
	while (len--) {
		unsigned rest = 0;

		for (size_t i = 0; i < count; i++) {
			rest = rest << 8 | bytes[i];
			bytes[i] = (unsigned char)(rest / BASE);
			rest %= BASE;
		}
		ret_text[len] = alphabet[rest];
	}
}

bool ts_secret_make(char ret_text[TS_SECRET_TEXT_SIZE], struct ts_error *err)
{
	unsigned char bytes[TS_SECRET_BYTES];
	const int failure = gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes));

	if (failure < 0)
		return ts_fail(err, TS_E_SYSTEM, "no random bytes: %s",
			       gnutls_strerror(failure));
	print_number(bytes, sizeof(bytes), SECRET_LEN, ret_text);
	return true;
}

void ts_secret_hash(const char *text, size_t len, unsigned char ret_hash[TS_HASH_BYTES])
{
	/* It asks for memory, and nothing else can fail. */
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, len, ret_hash) < 0)
		ts_out_of_memory();
}

bool ts_secret_is_same(const unsigned char one[TS_HASH_BYTES],
		       const unsigned char other[TS_HASH_BYTES])
{
	return gnutls_memcmp(one, other, TS_HASH_BYTES) == 0;
}

/* CRC-32 as in zlib and Ethernet, bit by bit: a token is short. */
static void print_sum(const char *text, size_t len, char ret_sum[SUM_LEN + 1])
{
	const uint32_t polynomial = 0xedb88320;
	unsigned char bytes[SUM_BYTES];
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		sum ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? polynomial : 0);
	}
	sum = ~sum;
	for (size_t i = 0; i < SUM_BYTES; i++)
		bytes[i] = (unsigned char)(sum >> 8 * (SUM_BYTES - 1 - i));
	print_number(bytes, SUM_BYTES, SUM_LEN, ret_sum);
}

void ts_secret_print_token(int64_t id, const char *secret, struct ts_buf *ret_token)
{
	const size_t begin = ret_token->len;
	char sum[SUM_LEN + 1];

	ts_buf_printf(ret_token, "%s%" PRId64 "_%s", prefix, id, secret);
	print_sum(ret_token->data + begin, ret_token->len - begin, sum);
	ts_buf_printf(ret_token, "_%s", sum);
}

bool ts_secret_parse_token(const char *token, int64_t *ret_id,
			   char ret_secret[TS_SECRET_TEXT_SIZE])
{
	char digits[ID_LEN + 1] = "", sum[SUM_LEN + 1];
	const char *id = token + strlen(prefix), *secret, *end;
	size_t len;

	if (!ts_str_has_prefix(token, prefix))
		return false;
	len = strspn(id, "0123456789");
	secret = id + len + 1;
	if (*id == '0' || len > ID_LEN || id[len] != '_' ||
	    strspn(secret, alphabet) != SECRET_LEN || secret[SECRET_LEN] != '_')
		return false;
	end = secret + SECRET_LEN;
	print_sum(token, (size_t)(end - token), sum);
	memcpy(digits, id, len);
	if (strcmp(end + 1, sum) != 0 || !ts_int64_parse(digits, 1, INT64_MAX, ret_id))
		return false;
	memcpy(ret_secret, secret, SECRET_LEN);
	ret_secret[SECRET_LEN] = '\0';
	return true;
}
