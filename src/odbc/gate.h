/* gate.h - one driver is loaded at a time.
 *
 * The driver manager reads its ini files and loads a driver on the first connection,
 * and two threads that do so at once disturb each other (unixODBC before 2.3.13).  The
 * gate is held until the driver makes its network connection, or until it returns.
 *
 * Loading takes milliseconds.  A driver that is in there for longer than a second is
 * not loading but waiting for a file or a name server: the next one takes the gate.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_GATE_H
#define TS_GATE_H

/* Wait for the gate where no connection with this driver or DSN was made yet. */
void ts_gate_enter(const char *connection);
/* Let the next one pass; does nothing on a thread that does not hold the gate. */
void ts_gate_leave(void);

#endif
