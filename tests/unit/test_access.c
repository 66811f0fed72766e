/* test_access.c - http/access, http/secret and the store's tokens: who gets in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/access.h"
#include "state_folder.h"

#define ZEROES "0000000000000000000000000000000000000000000"
#define MIXED "Az9Az9Az9Az9Az9Az9Az9Az9Az9Az9Az9Az9Az9Az9x"

enum {
	ANY = TS_ROLE_VIEWER | TS_ROLE_SYNC | TS_ROLE_ADMIN,
	WRITE = TS_ROLE_SYNC | TS_ROLE_ADMIN,
	HOUR_MS = 3600 * 1000,
};

static struct ts_store *store;

static int set_up(void **state)
{
	struct ts_error err = {0};
	TS_AUTO(ts_buf) connection = {0};

	if (state_folder_set_up(state) != 0)
		return -1;
	ts_buf_printf(&connection, "Driver=SQLite3;Database=%s",
		      state_folder_file("catalog.db"));
	return ts_store_open(connection.data, NULL, &store, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
	ts_store_close(store);
	return state_folder_tear_down(state);
}

/* The text of a new token; the caller frees it. */
static char *issue(enum ts_role role, struct ts_scope scope, int64_t expires_us,
		   int64_t *ret_id)
{
	struct ts_token token = {.name = ts_strdup("test"),
				 .role = role,
				 .scope = scope,
				 .expires_us = expires_us};
	TS_AUTO(ts_buf) text = {0};
	struct ts_error err = {0};

	if (!ts_access_issue(store, &token, &text, &err))
		fail_msg("%s", err.text);
	*ret_id = token.id;
	ts_token_release(&token);
	return ts_buf_detach(&text);
}

static void revoke(int64_t id, bool is_there)
{
	struct ts_error err = {0};
	bool was_there;

	assert_true(ts_store_token_revoke(store, id, &was_there, &err));
	assert_int_equal(was_there, is_there);
}

static enum ts_code judge(const char *token, const char *session, unsigned roles,
			  char ret_text[TS_ERROR_TEXT_BYTES])
{
	const struct ts_credentials shown = {.token = token, .session = session};
	TS_AUTO(ts_access) access = {0};
	struct ts_error err = {0};
	const bool is_ok = ts_access_judge(store, &shown, roles, &access, &err);

	assert_int_equal(is_ok, err.code == TS_OK);
	assert_int_equal(is_ok, access.token.id != 0);
	if (ret_text)
		memcpy(ret_text, err.text, TS_ERROR_TEXT_BYTES);
	return err.code;
}

static void a_token_is_printed_as_documented_and_read_back(void **state)
{
	static const struct {
		int64_t id;
		const char *secret, *token;
	} cases[] = {
	    {7, ZEROES, "tbs_7_" ZEROES "_3JXOfH"},
	    {INT64_MAX, MIXED, "tbs_9223372036854775807_" MIXED "_3DZIAe"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char secret[TS_SECRET_TEXT_SIZE];
		TS_AUTO(ts_buf) token = {0};
		int64_t id;

		ts_secret_print_token(cases[i].id, cases[i].secret, &token);
		assert_string_equal(token.data, cases[i].token);
		assert_true(ts_secret_parse_token(token.data, &id, secret));
		assert_int_equal(id, cases[i].id);
		assert_string_equal(secret, cases[i].secret);
	}
}

/* The checksums are right but for the last rows: it is the form that is wrong. */
static void what_is_no_token_is_not_taken_for_one(void **state)
{
	static const char *const cases[] = {
	    "",
	    "tbs_",
	    "tbs_7",
	    "tbs_7_",
	    "tbs_7_" ZEROES,
	    "tbs_7_" ZEROES "_",
	    "tbs_0_" ZEROES "_1vFG09",
	    "tbs_07_" ZEROES "_4MUlCA",
	    "tbs__" ZEROES "_2aRjjy",
	    "tbs_7_000000000000000000000000000000000000000000_3yeQfr",
	    "tbs_7_0" ZEROES "_1UPeHT",
	    "tbs_99999999999999999999_" ZEROES "_3ffwtR",
	    "tbs_9223372036854775808_" ZEROES "_1DSTRg",
	    "tbs_7_000000000000000000000000000000000000000000-_3uytiw",
	    "tbs_-7_" ZEROES "_1yzG0s",
	    "TBS_7_" ZEROES "_3ddiZm",
	    "tbs_7_" ZEROES "_3JXOfH ",
	    " tbs_7_" ZEROES "_3JXOfH",
	    "tbs_7_" ZEROES "_3JXOf",
	};
	char secret[TS_SECRET_TEXT_SIZE];
	int64_t id;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (ts_secret_parse_token(cases[i], &id, secret))
			fail_msg("'%s' is taken", cases[i]);
}

static void one_wrong_character_is_noticed_without_asking_the_storage(void **state)
{
	TS_AUTO(ts_buf) right = {0};
	char secret[TS_SECRET_TEXT_SIZE];
	int64_t id;
	(void)state;

	ts_secret_print_token(7, MIXED, &right);
	assert_true(ts_secret_parse_token(right.data, &id, secret));
	for (size_t i = strlen("tbs_"); i < right.len; i++)
		for (const char *c = "018AZaz_"; *c; c++) {
			TS_AUTO(ts_buf) wrong = {0};

			ts_buf_add(&wrong, right.data, right.len);
			wrong.data[i] = *c;
			assert_int_equal(ts_secret_parse_token(wrong.data, &id, secret),
					 right.data[i] == *c);
		}
}

static void no_secret_comes_twice_and_its_hash_is_sha_256(void **state)
{
	static const unsigned char abc[TS_HASH_BYTES] = {
	    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	    0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	    0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	enum { COUNT = 64 };
	char secrets[COUNT][TS_SECRET_TEXT_SIZE];
	unsigned char hash[TS_HASH_BYTES];
	struct ts_error err = {0};
	(void)state;

	for (size_t i = 0; i < COUNT; i++) {
		assert_true(ts_secret_make(secrets[i], &err));
		assert_int_equal(strlen(secrets[i]), TS_SECRET_TEXT_SIZE - 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(secrets[i], secrets[j]);
	}
	ts_secret_hash("abc", 3, hash);
	assert_true(ts_secret_is_same(hash, abc));
	for (size_t i = 0; i < sizeof(hash); i++) {
		hash[i] ^= 1;
		assert_false(ts_secret_is_same(hash, abc));
		hash[i] ^= 1;
	}
}

static void a_role_opens_what_it_is_for(void **state)
{
	static const struct {
		enum ts_role role;
		unsigned roles;
		enum ts_code code;
	} cases[] = {
	    {TS_ROLE_VIEWER, ANY, TS_OK},
	    {TS_ROLE_VIEWER, WRITE, TS_E_NOT_ADMIN},
	    {TS_ROLE_VIEWER, TS_ROLE_ADMIN, TS_E_NOT_ADMIN},
	    {TS_ROLE_SYNC, ANY, TS_OK},
	    {TS_ROLE_SYNC, WRITE, TS_OK},
	    {TS_ROLE_SYNC, TS_ROLE_ADMIN, TS_E_NOT_ADMIN},
	    {TS_ROLE_ADMIN, ANY, TS_OK},
	    {TS_ROLE_ADMIN, WRITE, TS_OK},
	    {TS_ROLE_ADMIN, TS_ROLE_ADMIN, TS_OK},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t id;
		char *token = issue(cases[i].role, (struct ts_scope){0}, 0, &id);

		if (judge(token, NULL, cases[i].roles, NULL) != cases[i].code)
			fail_msg("%s for %u", ts_role_name(cases[i].role),
				 cases[i].roles);
		free(token);
	}
}

/* The token of `id` with the secret of another. */
static void put_other_secret(int64_t id, const char *other, struct ts_buf *ret_token)
{
	char secret[TS_SECRET_TEXT_SIZE];
	int64_t other_id;

	assert_true(ts_secret_parse_token(other, &other_id, secret));
	ts_secret_print_token(id, secret, ret_token);
}

static void whatever_is_wrong_with_a_token_the_words_are_the_same(void **state)
{
	int64_t id, revoked_id, expired_id;
	char *right = issue(TS_ROLE_ADMIN, (struct ts_scope){0},
			    ts_unix_us() + (int64_t)HOUR_MS * 1000, &id);
	char *revoked = issue(TS_ROLE_ADMIN, (struct ts_scope){0}, 0, &revoked_id);
	char *expired =
	    issue(TS_ROLE_ADMIN, (struct ts_scope){0}, ts_unix_us() - 1, &expired_id);
	TS_AUTO(ts_buf) wrong = {0}, unknown = {0};
	char text[TS_ERROR_TEXT_BYTES], first[TS_ERROR_TEXT_BYTES];
	(void)state;

	revoke(revoked_id, true);
	revoke(revoked_id, true);
	revoke(99, false);
	put_other_secret(id, revoked, &wrong);
	put_other_secret(99, right, &unknown);
	const char *const tokens[] = {NULL,    "",         "nonsense",   ZEROES,
				      revoked, wrong.data, unknown.data, expired};

	assert_int_equal(judge(right, NULL, ANY, NULL), TS_OK);
	assert_int_equal(judge(NULL, NULL, ANY, first), TS_E_NOT_AUTHENTICATED);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		assert_int_equal(judge(tokens[i], NULL, ANY, text),
				 TS_E_NOT_AUTHENTICATED);
		assert_string_equal(text, first);
	}
	free(right);
	free(revoked);
	free(expired);
}

static void a_session_lasts_no_longer_than_its_token(void **state)
{
	char session[TS_SECRET_TEXT_SIZE], ended[TS_SECRET_TEXT_SIZE];
	int64_t id;
	char *token = issue(TS_ROLE_VIEWER, (struct ts_scope){0}, 0, &id);
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_access_log_in(store, token, -1, ended, &err));
	assert_true(ts_access_log_in(store, token, HOUR_MS, session, &err));
	assert_int_equal(judge(NULL, session, ANY, NULL), TS_OK);
	assert_int_equal(judge(NULL, session, WRITE, NULL), TS_E_NOT_ADMIN);
	assert_int_equal(judge(NULL, ended, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	assert_int_equal(judge(NULL, token, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	assert_int_equal(judge(session, NULL, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	/* A wrong header is not made good by a cookie. */
	assert_int_equal(judge("", session, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	revoke(id, true);
	assert_int_equal(judge(NULL, session, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	assert_false(ts_access_log_in(store, token, HOUR_MS, session, &err));
	free(token);
}

static void logging_out_ends_one_session_and_no_other(void **state)
{
	char session[TS_SECRET_TEXT_SIZE], other[TS_SECRET_TEXT_SIZE];
	struct ts_credentials shown = {.session = session};
	TS_AUTO(ts_access) access = {0};
	int64_t id;
	char *token = issue(TS_ROLE_VIEWER, (struct ts_scope){0}, 0, &id);
	struct ts_error err = {0};
	(void)state;

	assert_true(ts_access_log_in(store, token, HOUR_MS, session, &err));
	assert_true(ts_access_log_in(store, token, HOUR_MS, other, &err));
	assert_true(ts_access_judge(store, &shown, ANY, &access, &err));
	assert_true(ts_access_log_out(store, &access, &err));
	assert_int_equal(judge(NULL, session, ANY, NULL), TS_E_NOT_AUTHENTICATED);
	assert_int_equal(judge(NULL, other, ANY, NULL), TS_OK);
	assert_int_equal(judge(token, NULL, ANY, NULL), TS_OK);
	free(token);
}

static void a_scope_takes_in_what_it_names_and_nothing_else(void **state)
{
	static const struct {
		const char *scope;
		int64_t ds_id;
		const char *schema;
		bool covers;
	} cases[] = {
	    {"{\"datasources\":[],\"schemas\":[]}", 8, "main.dbo", true},
	    {"{\"datasources\":[7,8],\"schemas\":[]}", 8, "main.dbo", true},
	    {"{\"datasources\":[7,8],\"schemas\":[]}", 9, "main.dbo", false},
	    {"{\"datasources\":[],\"schemas\":[\"a\",\"main.dbo\"]}", 8, "main.dbo",
	     true},
	    {"{\"datasources\":[],\"schemas\":[\"main.dbo\"]}", 8, "MAIN.dbo", false},
	    {"{\"datasources\":[],\"schemas\":[\"main\"]}", 8, "main.dbo", false},
	    {"{\"datasources\":[8],\"schemas\":[\"main.dbo\"]}", 8, "main.dbo", true},
	    {"{\"datasources\":[8],\"schemas\":[\"main.dbo\"]}", 7, "main.dbo", false},
	    {"{\"datasources\":[8],\"schemas\":[\"main.dbo\"]}", 8, "other", false},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_scope) scope = {0};
		TS_AUTO(ts_buf) text = {0};
		struct ts_error err = {0};

		assert_true(ts_scope_parse(cases[i].scope, &scope, &err));
		if (ts_scope_has_schema(&scope, cases[i].ds_id, cases[i].schema) !=
		    cases[i].covers)
			fail_msg("%s: %s", cases[i].scope, cases[i].schema);
		assert_int_equal(ts_scope_is_everything(&scope), i == 0);
		ts_scope_print(&scope, &text);
		assert_string_equal(text.data, cases[i].scope);
	}
}

static void a_scope_that_is_not_understood_is_not_taken_for_none(void **state)
{
	static const char *const cases[] = {
	    "",
	    "{}",
	    "[]",
	    "{\"datasources\":[]}",
	    "{\"datasources\":null,\"schemas\":[]}",
	    "{\"datasources\":[\"8\"],\"schemas\":[]}",
	    "{\"datasources\":[-1],\"schemas\":[]}",
	    "{\"datasources\":[2147483648],\"schemas\":[]}",
	    "{\"datasources\":[],\"schemas\":[8]}",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		TS_AUTO(ts_scope) scope = {0};
		struct ts_error err = {0};

		if (ts_scope_parse(cases[i], &scope, &err))
			fail_msg("'%s' is taken", cases[i]);
	}
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_token_is_printed_as_documented_and_read_back),
	    cmocka_unit_test(what_is_no_token_is_not_taken_for_one),
	    cmocka_unit_test(one_wrong_character_is_noticed_without_asking_the_storage),
	    cmocka_unit_test(no_secret_comes_twice_and_its_hash_is_sha_256),
	    WITH_STORE(a_role_opens_what_it_is_for),
	    WITH_STORE(whatever_is_wrong_with_a_token_the_words_are_the_same),
	    WITH_STORE(a_session_lasts_no_longer_than_its_token),
	    WITH_STORE(logging_out_ends_one_session_and_no_other),
	    cmocka_unit_test(a_scope_takes_in_what_it_names_and_nothing_else),
	    cmocka_unit_test(a_scope_that_is_not_understood_is_not_taken_for_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
