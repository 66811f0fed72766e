/* test_watch.c - calls that end by their deadline, on pairs of sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "odbc/watch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct pair {
	int ours, theirs;
};

static struct pair make_pair(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	return (struct pair){fds[0], fds[1]};
}

static void close_pair(struct pair pair)
{
	close(pair.ours);
	close(pair.theirs);
}

static void a_wait_ends_at_the_deadline(void **state)
{
	struct ts_watch watch = {0};
	struct pair pair = make_pair();
	int64_t began = ts_now_ms();
	char byte;

	(void)state;
	ts_watch_enter(&watch, began + 50);
	assert_true(ts_watch_connecting(pair.ours));
	assert_int_equal(read(pair.ours, &byte, 1), 0);
	assert_true(ts_watch_leave(&watch));
	assert_in_range(ts_now_ms() - began, 50, 5000);
	ts_watch_release(&watch);
	close_pair(pair);
}

static void a_call_in_time_leaves_its_socket_alone(void **state)
{
	struct ts_watch watch = {0};
	struct pair pair = make_pair();
	char byte = 'x';

	(void)state;
	ts_watch_enter(&watch, ts_now_ms() + 60000);
	assert_true(ts_watch_connecting(pair.ours));
	assert_int_equal(write(pair.theirs, &byte, 1), 1);
	assert_int_equal(read(pair.ours, &byte, 1), 1);
	assert_false(ts_watch_leave(&watch));
	ts_watch_release(&watch);
	close_pair(pair);
}

static void the_earlier_of_two_deadlines_counts_though_entered_later(void **state)
{
	struct ts_watch late = {0}, early = {0};
	struct pair one = make_pair(), other = make_pair();
	char byte;

	(void)state;
	ts_watch_enter(&late, ts_now_ms() + 60000);
	assert_true(ts_watch_connecting(one.ours));
	ts_watch_enter(&early, ts_now_ms() + 30);
	assert_true(ts_watch_connecting(other.ours));
	assert_int_equal(read(other.ours, &byte, 1), 0);
	assert_true(ts_watch_leave(&early));
	assert_false(ts_watch_leave(&late));
	ts_watch_release(&late);
	ts_watch_release(&early);
	close_pair(one);
	close_pair(other);
}

static void a_reused_number_is_not_shut_down(void **state)
{
	struct ts_watch watch = {0};
	struct pair pair = make_pair(), stranger;
	char byte = 'x';
	int number = pair.ours;

	(void)state;
	ts_watch_enter(&watch, ts_now_ms() + 30);
	assert_true(ts_watch_connecting(pair.ours));
	close(pair.ours); /* as a driver does that tries another address */
	stranger = make_pair();
	assert_int_equal(stranger.ours, number);
	assert_int_equal(read(pair.theirs, &byte, 1), 0);
	assert_true(ts_watch_leave(&watch));
	assert_int_equal(write(stranger.theirs, &byte, 1), 1);
	assert_int_equal(read(stranger.ours, &byte, 1), 1);
	ts_watch_release(&watch);
	close(pair.theirs);
	close_pair(stranger);
}

static void after_the_deadline_no_connection_is_begun(void **state)
{
	struct ts_watch watch = {0};
	struct pair pair = make_pair();

	(void)state;
	ts_watch_enter(&watch, ts_now_ms() - 1);
	assert_false(ts_watch_connecting(pair.ours));
	ts_watch_leave(&watch);
	ts_watch_release(&watch);
	close_pair(pair);
}

static void a_thread_outside_of_drivers_is_not_watched(void **state)
{
	struct pair pair = make_pair();

	(void)state;
	assert_true(ts_watch_connecting(pair.ours));
	close_pair(pair);
}

static int start(void **state)
{
	struct ts_error err = {0};

	(void)state;
	return ts_watch_start(&err) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wait_ends_at_the_deadline),
	    cmocka_unit_test(a_call_in_time_leaves_its_socket_alone),
	    cmocka_unit_test(the_earlier_of_two_deadlines_counts_though_entered_later),
	    cmocka_unit_test(a_reused_number_is_not_shut_down),
	    cmocka_unit_test(after_the_deadline_no_connection_is_begun),
	    cmocka_unit_test(a_thread_outside_of_drivers_is_not_watched),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
