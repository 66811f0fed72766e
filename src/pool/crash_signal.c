/* crash_signal.c - see crash_signal.h and crashes.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* sigaltstack */
#include "pool/crash_signal.h"
#include "base/mem.h"
#include "pool/crashes.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	STACK_BYTES = 65536, /* a thread that overflowed its own has this one */
	SIGNALS = 5,
};

static const int signals[SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* What a thread runs. */
struct note {
	volatile sig_atomic_t count; /* set last */
	uint64_t jobs[TS_CRASH_JOBS];
	void *stack; /* NULL: the thread had one already; owned */
};

/* The handler's own; see crash_signal.h for why they are global. */
static struct sigaction before[SIGNALS];
static struct ts_crash_mark *volatile mark;
static atomic_flag is_marked;
static _Thread_local struct note *volatile current; /* NULL: not a thread of the pool */

uint64_t ts_crash_job(const struct ts_task *task) /* FNV-1a */
{
	const unsigned replay = (unsigned)task->request.trail.replay;
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *c = task->request.job_id; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	for (unsigned shift = 0; shift < 32; shift += 8)
		hash = (hash ^ (replay >> shift & 0xff)) * UINT64_C(1099511628211);
	return hash;
}

/* Did this thread bring it about itself: by a fault, or by abort()?  One that somebody
 * sends, a supervisor's SIGABRT say, meets whoever is there. */
static bool is_own_doing(const siginfo_t *info)
{
	return info->si_code > 0 || info->si_pid == getpid();
}

/* Of two threads that crash at once, one is marked. */
static void mark_jobs(const struct note *note, int number)
{
	struct timespec now;

	if (atomic_flag_test_and_set(&is_marked))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	mark->unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	mark->count = (uint32_t)note->count;
	memcpy(mark->jobs, note->jobs, sizeof(mark->jobs));
	atomic_store(&mark->signal, number);
}

/* The signal takes its course: a fault happens again when this returns, any other
 * signal is sent again. */
static void let_go_on(int number, const siginfo_t *info)
{
	for (int i = 0; i < SIGNALS; i++)
		if (signals[i] == number)
			sigaction(number, &before[i], NULL);
	if (info->si_code <= 0)
		raise(number);
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	const struct note *note = current;
	int code = errno;
	(void)context;

	if (note && note->count && is_own_doing(info))
		mark_jobs(note, number);
	let_go_on(number, info);
	errno = code;
}

void ts_crash_signal_catch(struct ts_crash_mark *ret_mark)
{
	struct sigaction action = {.sa_sigaction = on_signal,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigemptyset(&action.sa_mask);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&action.sa_mask, signals[i]);
	mark = ret_mark;
	atomic_flag_clear(&is_marked);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action, &before[i]);
}

void ts_crash_signal_release(void)
{
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
}

void ts_crashes_enter(struct ts_crashes *crashes)
{
	struct note *note;
	stack_t stack;

	if (!crashes)
		return;
	note = ts_calloc(1, sizeof(*note));
	if (sigaltstack(NULL, &stack) == 0 && stack.ss_flags & SS_DISABLE) {
		note->stack = ts_calloc(1, STACK_BYTES);
		stack = (stack_t){.ss_sp = note->stack, .ss_size = STACK_BYTES};
		sigaltstack(&stack, NULL);
	}
	current = note;
}

void ts_crashes_note(const struct ts_chain *tasks)
{
	struct note *note = current;
	int count = 0;

	if (!note)
		return;
	note->count = 0;
	if (!tasks)
		return;
	for (const struct ts_task *task = tasks->head; task && count < TS_CRASH_JOBS;
	     task = task->next)
		note->jobs[count++] = ts_crash_job(task);
	atomic_signal_fence(memory_order_release);
	note->count = count;
}

void ts_crashes_leave(void)
{
	struct note *note = current;

	if (!note)
		return;
	current = NULL;
	if (note->stack)
		sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
	free(note->stack);
	free(note);
}
