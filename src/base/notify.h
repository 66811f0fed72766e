/* notify.h - telling a supervisor how we are (systemd's Type=notify and WatchdogSec).
 *
 * Nothing happens where NOTIFY_SOCKET is not set.  No call ever waits: a supervisor
 * that is slow to read hears that we are ready, or stop, by a later ts_notify_alive.
 *
 * Thread: any, but ts_notify_alive: one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_NOTIFY_H
#define TS_NOTIFY_H

/* It does what it is for. */
void ts_notify_ready(void);
/* It is told to stop, and finishes. */
void ts_notify_stopping(void);
/* It turns: to be called at least once a second, and as often as is convenient; tells
 * it three times in the time that the supervisor waits for it (WATCHDOG_USEC). */
void ts_notify_alive(void);
/* One line for whoever asks for its status. */
void ts_notify_status(const char *text);

#endif
