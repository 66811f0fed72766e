/* watch.c - see watch.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/watch.h"
#include "base/clock.h"
#include "base/mem.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int start_error;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t earlier; /* a deadline before `wake_ms` was entered */
static struct ts_watch *under_way;
static int64_t wake_ms = TS_FOREVER; /* when the watchdog looks next */

/* The connection for which this thread is in a driver; NULL: none. */
static _Thread_local struct ts_watch *current;

static void expire_locked(struct ts_watch *watch)
{
	watch->is_expired = true;
	for (size_t i = 0; i < watch->count; i++)
		shutdown(watch->sockets[i], SHUT_RDWR);
}

/* Returns when to look next. */
static int64_t look_locked(void)
{
	int64_t now = ts_now_ms(), next = TS_FOREVER;

	for (struct ts_watch *watch = under_way; watch; watch = watch->next) {
		if (watch->is_expired)
			continue;
		if (watch->deadline_ms <= now)
			expire_locked(watch);
		else if (watch->deadline_ms < next)
			next = watch->deadline_ms;
	}
	return next;
}

static void *watchdog(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&lock);
	for (;;) {
		wake_ms = look_locked();
		if (wake_ms == TS_FOREVER) {
			pthread_cond_wait(&earlier, &lock);
		} else {
			struct timespec at = {.tv_sec = (time_t)(wake_ms / 1000),
					      .tv_nsec = (wake_ms % 1000) * 1000000};

			pthread_cond_timedwait(&earlier, &lock, &at);
		}
	}
	return NULL;
}

static void start(void)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	pthread_t thread;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&earlier, &attributes);
	pthread_condattr_destroy(&attributes);

	/* Signals are for the threads that know what to do with them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	start_error = pthread_create(&thread, NULL, watchdog, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!start_error)
		pthread_detach(thread);
}

bool ts_watch_start(struct ts_error *err)
{
	pthread_once(&once, start);
	if (start_error)
		return ts_fail(err, TS_E_SYSTEM, "no thread for the watchdog: %s",
			       strerror(start_error));
	if (!ts_hook_is_found())
		return ts_fail(err, TS_E_SYSTEM,
			       "this program does not export its connect()");
	return true;
}

void ts_watch_enter(struct ts_watch *watch, int64_t deadline_ms)
{
	current = watch;
	pthread_mutex_lock(&lock);
	watch->deadline_ms = deadline_ms;
	watch->next = under_way;
	watch->link = &under_way;
	if (under_way)
		under_way->link = &watch->next;
	under_way = watch;
	if (deadline_ms < wake_ms) {
		wake_ms = deadline_ms;
		pthread_cond_signal(&earlier);
	}
	pthread_mutex_unlock(&lock);
}

bool ts_watch_leave(struct ts_watch *watch)
{
	bool is_expired;

	pthread_mutex_lock(&lock);
	if (watch->link) {
		*watch->link = watch->next;
		if (watch->next)
			watch->next->link = watch->link;
		watch->link = NULL;
		watch->next = NULL;
	}
	is_expired = watch->is_expired;
	pthread_mutex_unlock(&lock);
	current = NULL;
	return is_expired;
}

void ts_watch_release(struct ts_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		close(watch->sockets[i]);
	free(watch->sockets);
	*watch = (struct ts_watch){0};
}

bool ts_watch_connecting(int fd)
{
	bool is_in_time = true;
	int copy;

	if (!current)
		return true;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return true; /* no descriptor left: better unguarded than not at all */
	pthread_mutex_lock(&lock);
	current->sockets =
	    ts_realloc(current->sockets, current->count + 1, sizeof(*current->sockets));
	current->sockets[current->count++] = copy;
	/* A driver that tries one address after the other would go on. */
	is_in_time = !current->is_expired && current->deadline_ms > ts_now_ms();
	pthread_mutex_unlock(&lock);
	return is_in_time;
}
