/* crash_signal.h - what a thread of the pool is doing, written down when it crashes;
 * inside pool/ only.
 *
 * A signal handler is of the whole process, and can be told nothing: what it needs is
 * in variables of its file, where the thread's note is reached through a thread-local
 * pointer.
 *
 * Thread: as crashes.h says; one `catch` at a time in a process. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CRASH_SIGNAL_H
#define TS_CRASH_SIGNAL_H
#include "pool/crash_file.h"
#include "sync/task.h"

/* What a task is called in notes and files. */
uint64_t ts_crash_job(const struct ts_task *task);

/* Catch the signals from now on, and write what a thread noted into `mark`. */
void ts_crash_signal_catch(struct ts_crash_mark *mark);
/* Handle them as before. */
void ts_crash_signal_release(void);

#endif
