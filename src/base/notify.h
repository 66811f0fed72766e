/* notify.h - telling a supervisor how we are (systemd's Type=notify and WatchdogSec).
 *
 * Nothing happens where NOTIFY_SOCKET is not set.  The only place that knows
 * libsystemd.
 *
 * Thread: any, but ts_notify_alive: one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_NOTIFY_H
#define TS_NOTIFY_H

/* It does what it is for. */
void ts_notify_ready(void);
/* It is told to stop, and finishes. */
void ts_notify_stopping(void);
/* It turns: to be called at least once a second; tells as often as the supervisor wants
 * to hear it (WATCHDOG_USEC). */
void ts_notify_alive(void);
/* One line for whoever asks for its status. */
void ts_notify_status(const char *text);

#endif
