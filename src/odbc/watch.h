/* watch.h - calls into drivers that end by their deadline.
 *
 * No time-out attribute works on every driver, and a driver whose server is frozen
 * waits for ever.  So the program knows the sockets that a driver opens (hook.c defines
 * connect() for the whole process), and one watchdog thread shuts them down when the
 * deadline of the call passes: the driver then sees a broken connection and returns.
 *
 * Not covered: name resolution, and drivers that open no socket.
 *
 * Thread: a watch belongs to the thread that uses the connection; watchdog and
 * connect() are process-wide, behind one lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_WATCH_H
#define TS_WATCH_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sockets of one connection; zero-initialised is empty. */
struct ts_watch {
	/* Guarded by the lock in watch.c. */
	int *sockets; /* our own duplicates, so that no number can be reused; owned */
	size_t count;
	int64_t deadline_ms;
	bool is_expired;               /* the sockets were shut down; stays */
	struct ts_watch *next, **link; /* among the calls under way; link NULL: none */
};

/* Start the watchdog, once a process.  Fails where the program was linked so that
 * drivers do not find connect() of hook.c. */
TS_MUST_CHECK bool ts_watch_start(struct ts_error *err);

/* A call into the driver begins on this thread. */
void ts_watch_enter(struct ts_watch *watch, int64_t deadline_ms);
/* It has returned.  True when the deadline had passed before. */
bool ts_watch_leave(struct ts_watch *watch);
/* The connection is closed. */
void ts_watch_release(struct ts_watch *watch);

/* For hook.c: this thread connects the socket `fd`.  False: its deadline has passed. */
bool ts_watch_connecting(int fd);

/* In hook.c: do drivers find our connect()? */
bool ts_hook_is_found(void);

#endif
