/* crashes.h - which jobs were running in a thread that crashed the process?
 *
 * Each thread of the pool notes what it begins in a file of `state_dir` that is mapped
 * into memory.  When a signal kills the process (SEGV, BUS, ILL, FPE, ABRT), a handler
 * on a stack of its own marks what the crashing thread was doing, and lets the signal
 * go on.  The next start, and each process that is given partitions later, reads all
 * such files: a job that was marked is a suspect, and is run alone.  A SIGKILL marks
 * nothing.
 *
 * Each process holds a file of its own, locked while it lives; counts are sums over
 * all files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CRASHES_H
#define TS_CRASHES_H
#include "sync/task.h"

enum { TS_CRASHES_MAX = 3 }; /* times that a job may crash a process */

struct ts_crashes;

/* Take a file in `state_dir`, count what the process before left there, and catch the
 * signals.  TS_E_SYSTEM where the folder cannot be used: it says so. */
TS_MUST_CHECK bool ts_crashes_open(const char *state_dir,
				   struct ts_crashes **ret_crashes,
				   struct ts_error *err);
void ts_crashes_close(struct ts_crashes *crashes);

/* Read what other processes have left meanwhile.  Thread: the engine's. */
void ts_crashes_look(struct ts_crashes *crashes);
/* How many times has this job crashed a process?  Thread: the engine's. */
int ts_crashes_count(const struct ts_crashes *crashes, const struct ts_task *task);
/* It has its terminal record: forget it.  Thread: the engine's. */
void ts_crashes_forget(struct ts_crashes *crashes, const struct ts_task *task);

/* The calling thread runs these from now on; NULL: it has done so.  Thread: a worker's;
 * ts_crashes_enter once before the first of them, ts_crashes_leave at its end. */
void ts_crashes_enter(struct ts_crashes *crashes);
void ts_crashes_note(const struct ts_chain *tasks);
void ts_crashes_leave(void);

#endif
