/* crashes.h - which jobs were running in a thread that crashed the process?
 *
 *   worker thread: note ─▶ run ─▶ note nothing
 *                           │ SEGV, BUS, ILL, FPE, ABRT
 *                  handler  ▼ on a stack of its own
 *             state_dir/worker-N.crashes ─▶ the next start, and others' next look
 *
 * Each thread of the pool notes in memory what it begins.  When a signal of its own
 * making kills the process, a handler writes what the crashing thread was doing into a
 * mapped file, and lets the signal go on.  The next start, and each process that is
 * given partitions later, reads all such files: a job that stands there is a suspect,
 * and is run alone.  A SIGKILL, and a signal that somebody sends, blame nobody.
 *
 * Each process holds a file of its own, locked while it lives; counts are sums over
 * all files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CRASHES_H
#define TS_CRASHES_H
#include "sync/task.h"

enum { TS_CRASHES_MAX = 3 }; /* times that a job may crash a process */

struct ts_crashes;

/* Take a file in `state_dir`, count what processes that are gone have left there, and
 * catch the signals.  TS_E_SYSTEM where the folder cannot be used: it says so.  At most
 * one at a time in a process. */
TS_MUST_CHECK bool ts_crashes_open(const char *state_dir,
				   struct ts_crashes **ret_crashes,
				   struct ts_error *err);
/* No thread may be in it any more.  NULL is fine. */
void ts_crashes_close(struct ts_crashes *crashes);

/* Read what other processes have left meanwhile.  Thread: the engine's. */
void ts_crashes_look(struct ts_crashes *crashes);
/* How many times has this job crashed a process?  Thread: the engine's. */
int ts_crashes_count(const struct ts_crashes *crashes, const struct ts_task *task);
/* It has its terminal record: forget it.  Thread: the engine's. */
void ts_crashes_forget(struct ts_crashes *crashes, const struct ts_task *task);

/* The calling thread runs these from now on; NULL: it has done so.  Thread: a worker's;
 * ts_crashes_enter once before the first of them (NULL: nothing is noted),
 * ts_crashes_leave at its end.  Of a batch beyond TS_CRASH_JOBS the rest is not noted.
 */
void ts_crashes_enter(struct ts_crashes *crashes);
void ts_crashes_note(const struct ts_chain *tasks);
void ts_crashes_leave(void);

#endif
