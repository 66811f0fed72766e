/* stop.c - see stop.h; a thread that waits for the signals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stop.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int stop_event = -1; /* written before the thread starts, then only read */

static void stop_signals(sigset_t *ret_set)
{
	sigemptyset(ret_set);
	sigaddset(ret_set, SIGTERM);
	sigaddset(ret_set, SIGINT);
}

static void *wait_for_signals(void *unused)
{
	const uint64_t one = 1;
	sigset_t set;
	int number;

	(void)unused;
	stop_signals(&set);
	while (sigwait(&set, &number) != 0)
		;
	/* An eventfd takes eight bytes whenever it is far from full. */
	(void)!write(stop_event, &one, sizeof(one));
	while (sigwait(&set, &number) != 0)
		;
	/* As a shell tells of a process that died of the signal. */
	_exit(128 + number);
}

bool ts_stop_fd(int *ret_fd, struct ts_error *err)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	pthread_t thread;
	sigset_t set;
	int failure;

	sigaction(SIGPIPE, &ignore, NULL);
	stop_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);

	stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_event < 0)
		return ts_fail(err, TS_E_SYSTEM, "eventfd: %s", strerror(errno));
	failure = pthread_create(&thread, NULL, wait_for_signals, NULL);
	if (failure)
		return ts_fail(err, TS_E_SYSTEM, "cannot start a thread: %s",
			       strerror(failure));
	pthread_detach(thread);
	*ret_fd = stop_event;
	return true;
}

void ts_stop_wait(int stop_fd)
{
	struct pollfd waited = {.fd = stop_fd, .events = POLLIN};

	while (poll(&waited, 1, -1) < 0 && errno == EINTR)
		;
}
