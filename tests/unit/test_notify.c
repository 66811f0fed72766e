/* test_notify.c - base/notify: a socket of ours in the place of the supervisor's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/notify.h"

enum { WAIT_MS = 10000, BEAT_MS = 20 };

static char folder[] = "/tmp/test_notify_XXXXXX";
static int supervisor; /* of the test under way */

/* A supervisor that can be told at `name`, as NOTIFY_SOCKET has it. */
static int supervise(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static int set_up(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "%s/socket", folder);
	unlink(name);
	supervisor = supervise(name);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static int tear_down(void **state)
{
	char name[64];

	(void)state;
	close(supervisor);
	snprintf(name, sizeof(name), "%s/socket", folder);
	return unlink(name);
}

/* What it was told next; "" where nothing was said within the time. */
static const char *heard(int fd, int wait_ms)
{
	static char text[512];
	struct pollfd waited = {.fd = fd, .events = POLLIN};
	ssize_t len = 0;

	if (poll(&waited, 1, wait_ms) == 1)
		len = recv(fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void each_call_tells_one_thing(void **state)
{
	char longest[202] = "";
	(void)state;

	ts_notify_ready();
	assert_string_equal(heard(supervisor, 0), "READY=1");
	ts_notify_status("12 partitions");
	assert_string_equal(heard(supervisor, 0), "STATUS=12 partitions");
	ts_notify_stopping();
	assert_string_equal(heard(supervisor, 0), "STOPPING=1");
	ts_notify_status("one\nMAINPID=1");
	assert_string_equal(heard(supervisor, 0), "STATUS=one");
	memset(longest, 'a', 199);
	strcpy(longest + 199, "\xc3\xa9");
	ts_notify_status(longest);
	longest[199] = '\0';
	assert_string_equal(heard(supervisor, 0) + strlen("STATUS="), longest);
	assert_string_equal(heard(supervisor, 0), "");
}

static void a_name_that_is_no_path_is_told_too(void **state)
{
	char name[64];
	int fd;
	(void)state;

	snprintf(name, sizeof(name), "@test_notify_%d", (int)getpid());
	fd = supervise(name);
	ts_notify_ready();
	assert_string_equal(heard(fd, 0), "READY=1");
	close(fd);
}

static void nobody_who_is_not_there_is_told(void **state)
{
	char too_long[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 1] = "";
	const char *const names[] = {
	    "", "/", "@", "socket", "vsock:2:1234", "/no/such/folder/socket", too_long};
	(void)state;

	memset(too_long, '/', sizeof(too_long) - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		ts_notify_ready();
		ts_notify_status("text");
		ts_notify_stopping();
	}
	unsetenv("NOTIFY_SOCKET");
	ts_notify_ready();
	assert_string_equal(heard(supervisor, 0), "");
}

static void a_supervisor_that_does_not_read_holds_up_nobody(void **state)
{
	const int64_t begin_ms = ts_now_ms();
	const char *text;
	int count = 0;
	(void)state;

	while (count++ < 2000) /* far more than the system keeps for a reader */
		ts_notify_status("busy");
	ts_notify_ready();
	ts_notify_stopping();
	assert_true(ts_now_ms() - begin_ms < WAIT_MS);
	/* It reads again: what it must hear comes, only the latest of it, and once. */
	for (count = 0; *(text = heard(supervisor, 0)); count++)
		assert_string_equal(text, "STATUS=busy");
	assert_in_range(count, 1, 1999);
	do {
		assert_true(ts_now_ms() - begin_ms < WAIT_MS);
		ts_notify_alive();
		text = heard(supervisor, BEAT_MS);
	} while (!*text);
	assert_string_equal(text, "STOPPING=1");
	assert_string_equal(heard(supervisor, 0), "");
}

/* Turn in a process of its own, whose first beat has not been, for ever or a while. */
static pid_t turn_elsewhere(int64_t turns_ms)
{
	const int64_t end_ms = ts_now_ms() + turns_ms;
	const pid_t child = fork();

	if (child)
		return child;
	while (ts_now_ms() < end_ms)
		ts_notify_alive();
	_exit(0);
}

static void it_is_alive_as_often_as_the_supervisor_wants_to_hear(void **state)
{
	const int64_t begin_ms = ts_now_ms();
	pid_t child;
	(void)state;

	setenv("WATCHDOG_USEC", "60000", 1); /* three times in 60 ms */
	child = turn_elsewhere(WAIT_MS);
	for (int count = 0; count < 6; count++)
		assert_string_equal(heard(supervisor, WAIT_MS), "WATCHDOG=1");
	assert_true(ts_now_ms() - begin_ms >= 5 * BEAT_MS);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void who_is_not_watched_does_not_say_that_it_is_alive(void **state)
{
	static const struct {
		const char *limit, *pid;
	} cases[] = {
	    {"60000", "1"}, {"60000", "x"}, {"soon", NULL}, {"0", NULL}, {NULL, NULL}};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (cases[i].limit)
			setenv("WATCHDOG_USEC", cases[i].limit, 1);
		if (cases[i].pid)
			setenv("WATCHDOG_PID", cases[i].pid, 1);
		assert_int_equal(waitpid(turn_elsewhere(2 * BEAT_MS), NULL, 0) > 0, 1);
		assert_string_equal(heard(supervisor, 0), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_call_tells_one_thing, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_name_that_is_no_path_is_told_too, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(nobody_who_is_not_there_is_told, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(
		it_is_alive_as_often_as_the_supervisor_wants_to_hear, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		who_is_not_watched_does_not_say_that_it_is_alive, set_up, tear_down),
	    /* The last: it turns in this process. */
	    cmocka_unit_test_setup_teardown(
		a_supervisor_that_does_not_read_holds_up_nobody, set_up, tear_down),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
