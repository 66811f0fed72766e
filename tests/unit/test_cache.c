/* test_cache.c - which connection a borrower gets, and which are closed when. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "odbc/cache.h"
#include "odbc/conn.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000, SOON_MS = 30, LATE_MS = 60 * 1000 };

/* The cache knows a loan by its address: it must not be copied. */
static void take(struct ts_cache *cache, const char *key, struct ts_loan *loan)
{
	struct ts_error err = {0};

	assert_true(ts_cache_take(cache, key, ts_now_ms() + LATE_MS, loan, &err));
}

static bool is_refused(struct ts_cache *cache, const char *key)
{
	struct ts_error err = {0};
	struct ts_loan loan;

	if (ts_cache_take(cache, key, ts_now_ms() + SOON_MS, &loan, &err)) {
		ts_cache_give(cache, key, &loan);
		return false;
	}
	assert_int_equal(err.code, TS_E_SOURCE_BUSY);
	return true;
}

static struct ts_conn *open_conn(void)
{
	struct ts_error err = {0};
	struct ts_conn *conn;

	assert_true(ts_conn_open(
	    "Driver=SQLite3;Database=:memory:", ts_now_ms() + LATE_MS, &conn, &err));
	return conn;
}

/* Borrow, open a connection, and give it back; never to be looked into afterwards. */
static struct ts_conn *keep_one(struct ts_cache *cache, const char *key)
{
	struct ts_conn *conn;
	struct ts_loan loan;

	take(cache, key, &loan);
	assert_null(loan.conn);
	conn = loan.conn = open_conn();
	ts_cache_give(cache, key, &loan);
	return conn;
}

/* Is there one for `key`?  It is given back. */
static bool has_one(struct ts_cache *cache, const char *key)
{
	struct ts_loan loan;
	bool is_there;

	take(cache, key, &loan);
	is_there = loan.conn;
	ts_cache_give(cache, key, &loan);
	return is_there;
}

static void what_was_given_is_lent_for_the_same_key(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);
	struct ts_conn *conn = keep_one(cache, "a");
	struct ts_loan loan;

	(void)state;
	take(cache, "a", &loan);
	assert_ptr_equal(loan.conn, conn);
	ts_cache_give(cache, "a", &loan);
	assert_false(has_one(cache, "b"));
	assert_true(has_one(cache, "a"));
	ts_cache_free(cache);
}

static void a_minute_of_idleness_closes(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);
	int64_t before_ms = ts_now_ms();

	(void)state;
	keep_one(cache, "a");
	ts_cache_tidy(cache, before_ms + MINUTE_MS - 1);
	assert_true(has_one(cache, "a"));
	ts_cache_tidy(cache, ts_now_ms() + MINUTE_MS);
	assert_false(has_one(cache, "a"));
	ts_cache_free(cache);
}

static void ten_minutes_of_age_close_though_it_was_used_just_now(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);

	(void)state;
	keep_one(cache, "a")->opened_ms = ts_now_ms() - 10 * MINUTE_MS + LATE_MS;
	assert_true(has_one(cache, "a"));
	keep_one(cache, "b")->opened_ms = ts_now_ms() - 10 * MINUTE_MS;
	assert_false(has_one(cache, "b")); /* it is not lent … */
	ts_cache_free(cache);

	cache = ts_cache_new(2);
	keep_one(cache, "a")->opened_ms = ts_now_ms() - 10 * MINUTE_MS;
	ts_cache_tidy(cache, ts_now_ms()); /* … and not kept */
	assert_false(has_one(cache, "a"));
	ts_cache_free(cache);
}

static void a_broken_one_is_not_kept(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);
	struct ts_loan loan;

	(void)state;
	take(cache, "a", &loan);
	loan.conn = open_conn();
	loan.conn->is_healthy = false;
	ts_cache_give(cache, "a", &loan);
	assert_false(has_one(cache, "a"));
	ts_cache_free(cache);
}

static void after_a_dead_one_the_others_that_were_kept_are_not_lent(void **state)
{
	struct ts_cache *cache = ts_cache_new(3);
	struct ts_loan lent;
	int64_t doubted_ms;

	(void)state;
	keep_one(cache, "a");
	take(cache, "b", &lent);
	ts_cache_doubt(cache);
	doubted_ms = ts_now_ms();
	assert_false(has_one(cache, "a"));
	while (ts_now_ms() <= doubted_ms)
		; /* a millisecond at the most */

	/* What is given back later was in use until then, and works. */
	lent.conn = open_conn();
	ts_cache_give(cache, "b", &lent);
	assert_true(has_one(cache, "b"));
	ts_cache_free(cache);
}

static void an_idle_one_makes_room_for_another_key(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);

	(void)state;
	keep_one(cache, "oldest");
	keep_one(cache, "newer");
	keep_one(cache, "other");
	assert_true(has_one(cache, "newer"));
	assert_true(has_one(cache, "other"));
	assert_false(has_one(cache, "oldest"));
	ts_cache_free(cache);
}

static void all_lent_means_wait_and_then_busy(void **state)
{
	struct ts_cache *cache = ts_cache_new(1);
	struct ts_loan loan;

	(void)state;
	take(cache, "a", &loan);
	assert_true(is_refused(cache, "a"));
	assert_true(is_refused(cache, "b"));
	ts_cache_give(cache, "a", &loan);
	assert_false(is_refused(cache, "b"));
	ts_cache_free(cache);
}

static void an_overdue_borrower_does_not_count(void **state)
{
	struct ts_cache *cache = ts_cache_new(1);
	struct ts_loan hanging, loan;

	(void)state;
	take(cache, "a", &hanging);
	hanging.deadline_ms = ts_now_ms() - LATE_MS;
	take(cache, "a", &loan);
	loan.conn = open_conn();
	ts_cache_give(cache, "a", &loan);
	assert_true(has_one(cache, "a"));

	/* When it comes back after all, there is no room for what it brings. */
	hanging.conn = open_conn();
	ts_cache_give(cache, "b", &hanging);
	assert_true(has_one(cache, "a"));
	ts_cache_free(cache);
}

struct waiter {
	struct ts_cache *cache;
	pthread_t thread;
};

static void *take_and_give(void *arg)
{
	struct waiter *waiter = arg;

	for (int i = 0; i < 100; i++) {
		const char *key = i % 3 ? "a" : "b";
		struct ts_loan loan;

		take(waiter->cache, key, &loan);
		if (!loan.conn)
			loan.conn = open_conn();
		ts_cache_give(waiter->cache, key, &loan);
	}
	return NULL;
}

static void nobody_waits_for_ever_where_many_share_few(void **state)
{
	struct ts_cache *cache = ts_cache_new(2);
	struct waiter waiters[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		waiters[i].cache = cache;
		assert_int_equal(pthread_create(&waiters[i].thread, NULL, take_and_give,
						&waiters[i]),
				 0);
	}
	for (size_t i = 0; i < 8; i++)
		pthread_join(waiters[i].thread, NULL);
	ts_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_given_is_lent_for_the_same_key),
	    cmocka_unit_test(a_minute_of_idleness_closes),
	    cmocka_unit_test(ten_minutes_of_age_close_though_it_was_used_just_now),
	    cmocka_unit_test(a_broken_one_is_not_kept),
	    cmocka_unit_test(after_a_dead_one_the_others_that_were_kept_are_not_lent),
	    cmocka_unit_test(an_idle_one_makes_room_for_another_key),
	    cmocka_unit_test(all_lent_means_wait_and_then_busy),
	    cmocka_unit_test(an_overdue_borrower_does_not_count),
	    cmocka_unit_test(nobody_waits_for_ever_where_many_share_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
