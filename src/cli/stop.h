/* stop.h - SIGTERM and SIGINT as something that can be waited for.
 *
 * The first of them makes a descriptor readable, for poll() and epoll; the second ends
 * the process at once, without cleaning up.  No system call is interrupted, since only
 * a thread of its own ever receives them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STOP_H
#define TS_STOP_H
#include "base/error.h"

/* Catch the signals from now on, and ignore SIGPIPE; *ret_fd becomes readable at the
 * first one and stays so.  Call it once, before any other thread is started (they
 * inherit the mask).  The descriptor lives as long as the process.  TS_E_SYSTEM. */
TS_MUST_CHECK bool ts_stop_fd(int *ret_fd, struct ts_error *err);

/* Wait until the descriptor is readable. */
void ts_stop_wait(int stop_fd);

#endif
