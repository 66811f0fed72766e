/* test_crashes.c - pool/crashes: what crashed a process is known to the next one.
 *
 * Each process of a test is a child; what it leaves is looked at by the test itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/crashes.h"
#include "pool/pool.h"
#include "state_folder.h"
#include "sync_doubles.h"

enum { BROKEN = 99 }; /* exit code of a child that could not do its part */

static struct ts_task *task(int number)
{
	struct ts_task *task = ts_task_new();

	snprintf(task->request.job_id, sizeof(task->request.job_id), "jobs-0-%d",
		 number);
	return task;
}

/* The jobs from `first` to `last`. */
static struct ts_chain jobs(int first, int last)
{
	struct ts_chain chain = {0};

	for (int number = first; number <= last; number++)
		ts_chain_add(&chain, task(number));
	return chain;
}

static struct ts_crashes *open_crashes(void)
{
	struct ts_crashes *crashes;
	struct ts_error err;

	if (ts_crashes_open(state_folder, &crashes, &err))
		return crashes;
	print_error("%s\n", err.text);
	_exit(BROKEN);
}

static int count_of(const struct ts_crashes *crashes, int number)
{
	struct ts_task *one = task(number);
	int count = ts_crashes_count(crashes, one);

	ts_task_free(one);
	return count;
}

static void forget(struct ts_crashes *crashes, int number)
{
	struct ts_task *one = task(number);

	ts_crashes_forget(crashes, one);
	ts_task_free(one);
}

/* What a child does, and how it ends. */
enum end {
	BY_SEGV,
	BY_OVERFLOW,
	BY_BUS,
	BY_ILL,
	BY_FPE,
	BY_ABORT,
	BY_SOMEBODY_ELSE,
};

static const int signals[] = {SIGSEGV, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Until there is no stack left. */
static int dive(int depth)
{
	volatile char room[4096];

	room[0] = (char)depth;
	return depth < 0 ? 0 : dive(depth + 1) + room[0];
}

static void end(enum end how)
{
	int page = (int)sysconf(_SC_PAGESIZE);
	int empty = fileno(tmpfile());
	volatile char *none =
	    mmap(NULL, (size_t)page, PROT_NONE, MAP_PRIVATE, empty, 0);
	volatile char *beyond =
	    mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, empty, 0);

	switch (how) {
	case BY_SEGV:
		*none = 1;
		break;
	case BY_OVERFLOW:
		dive(0);
		break;
	case BY_BUS:
		*beyond = 1;
		break;
	case BY_ILL:
	case BY_FPE:
		raise(signals[how]);
		break;
	case BY_ABORT:
		abort();
	case BY_SOMEBODY_ELSE:
		break;
	}
	pause();
}

/* The child's part begins: as a program of its own, not as a test. */
static void leave_cmocka(void)
{
	const struct rlimit none = {0};

	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_DFL);
	alarm(60); /* should the test be gone */
}

/* Threads that run something at the same time; each tells by a byte that it does. */
struct thread {
	struct ts_crashes *crashes;
	int first, last;   /* jobs */
	int told, awaited; /* pipes; -1: none */
	enum end how;
};

static void *thread(void *argument)
{
	const struct thread *self = argument;
	struct ts_chain tasks = jobs(self->first, self->last);
	struct ts_chain before = jobs(900, 999);
	char byte = 0;

	ts_crashes_enter(self->crashes);
	ts_crashes_note(&before);
	ts_crashes_note(NULL);
	ts_crashes_note(&tasks);
	ts_chain_release(&before);
	ts_chain_release(&tasks);
	if (self->awaited >= 0 && read(self->awaited, &byte, 1) != 1)
		_exit(BROKEN);
	if (write(self->told, &byte, 1) != 1)
		_exit(BROKEN);
	end(self->how);
	return NULL;
}

/* A process in which one thread runs 50, and another the jobs given, which ends it. */
static pid_t start(int first, int last, enum end how, int told)
{
	struct thread threads[2];
	pthread_t handles[2];
	int between[2];
	sigset_t all;
	pid_t child = fork();

	if (child)
		return child;
	leave_cmocka();
	if (pipe(between))
		_exit(BROKEN);
	threads[0] =
	    (struct thread){open_crashes(), 50, 50, between[1], -1, BY_SOMEBODY_ELSE};
	threads[1] = (struct thread){
	    threads[0].crashes, first, last, told >= 0 ? told : between[1],
	    between[0],         how};
	for (int i = 0; i < 2; i++)
		pthread_create(&handles[i], NULL, thread, &threads[i]);
	sigfillset(&all); /* what is sent to the process meets one of them */
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
}

static void assert_ended(pid_t child, int number)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : -status, number);
}

static void crash(int first, int last, enum end how)
{
	assert_ended(start(first, last, how, -1), signals[how]);
}

static void what_a_crashing_thread_ran_is_counted_and_nothing_else(void **state)
{
	(void)state;

	for (size_t how = BY_SEGV; how < BY_SOMEBODY_ELSE; how++) {
		struct ts_crashes *crashes;

		crash(1, 3, (enum end)how);
		crashes = open_crashes();
		for (int number = 0; number <= 4; number++)
			assert_int_equal(count_of(crashes, number),
					 number >= 1 && number <= 3);
		assert_int_equal(count_of(crashes, 50), 0);  /* beside it */
		assert_int_equal(count_of(crashes, 900), 0); /* before it */
		for (int number = 1; number <= 3; number++)
			forget(crashes, number);
		ts_crashes_close(crashes);
		assert_int_equal(state_folder_count(), 0);
	}
}

static void a_signal_that_somebody_sends_blames_nobody(void **state)
{
	static const int sent[] = {SIGKILL, SIGABRT, SIGSEGV, SIGTERM};
	(void)state;

	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++) {
		struct ts_crashes *crashes;
		pid_t child;
		int told[2];
		char byte;

		assert_int_equal(pipe(told), 0);
		child = start(1, 3, BY_SOMEBODY_ELSE, told[1]);
		assert_int_equal(read(told[0], &byte, 1), 1);
		kill(child, sent[i]);
		assert_ended(child, sent[i]);
		crashes = open_crashes();
		for (int number = 0; number <= 50; number++)
			assert_int_equal(count_of(crashes, number), 0);
		ts_crashes_close(crashes);
		close(told[0]);
		close(told[1]);
	}
}

static void crashes_add_up_until_the_job_is_forgotten(void **state)
{
	struct ts_crashes *crashes;
	struct ts_task *replayed = task(1);
	(void)state;

	crash(1, 2, BY_SEGV);
	crash(1, 1, BY_ABORT);
	crash(1, 1, BY_BUS);
	crashes = open_crashes();
	assert_int_equal(count_of(crashes, 1), TS_CRASHES_MAX);
	assert_int_equal(count_of(crashes, 2), 1);
	replayed->request.trail.replay = 1;
	assert_int_equal(ts_crashes_count(crashes, replayed), 0); /* begins anew */
	ts_task_free(replayed);
	forget(crashes, 1);
	forget(crashes, 7);
	assert_int_equal(count_of(crashes, 1), 0);
	ts_crashes_close(crashes);
	crashes = open_crashes();
	assert_int_equal(count_of(crashes, 1), 0);
	assert_int_equal(count_of(crashes, 2), 1);
	ts_crashes_close(crashes);
}

static void another_process_learns_of_it_and_takes_over_its_file(void **state)
{
	struct ts_crashes *crashes;
	pid_t child;
	int told[2];
	char byte;
	(void)state;

	crash(1, 2, BY_SEGV);
	assert_int_equal(pipe(told), 0);
	child = start(3, 3, BY_SOMEBODY_ELSE, told[1]); /* has the file now */
	assert_int_equal(read(told[0], &byte, 1), 1);
	crashes = open_crashes();
	assert_int_equal(count_of(crashes, 1), 1);
	forget(crashes, 1); /* it is not ours to change */
	assert_int_equal(count_of(crashes, 1), 1);
	assert_int_equal(state_folder_count(), 2);
	kill(child, SIGKILL);
	assert_ended(child, SIGKILL);
	for (int i = 0; i < 3; i++) {
		ts_crashes_look(crashes);
		assert_int_equal(count_of(crashes, 1), 1);
		assert_int_equal(count_of(crashes, 2), 1);
		assert_int_equal(count_of(crashes, 3), 0);
		assert_int_equal(state_folder_count(), 1);
	}
	ts_crashes_close(crashes);
	crash(2, 2, BY_SEGV);
	crashes = open_crashes();
	assert_int_equal(count_of(crashes, 2), 2);
	ts_crashes_close(crashes);
	close(told[0]);
	close(told[1]);
}

static void one_that_crashes_while_another_lives_is_counted_by_that_one(void **state)
{
	struct ts_crashes *crashes = open_crashes();
	(void)state;

	for (int i = 1; i <= 3; i++) {
		crash(1, 1, BY_SEGV);
		ts_crashes_look(crashes);
		assert_int_equal(count_of(crashes, 1), i);
		assert_int_equal(state_folder_count(), 1);
	}
	ts_crashes_close(crashes);
}

static void what_is_kept_is_bounded_and_the_oldest_goes_first(void **state)
{
	struct ts_crashes *crashes;
	(void)state;

	for (int i = 0; i < 5; i++) /* 300 each, of which 256 are noted */
		crash(1000 * (i + 1), 1000 * (i + 1) + 299, BY_ABORT);
	crashes = open_crashes();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(count_of(crashes, 1000 * (i + 1)), i > 0);
		assert_int_equal(count_of(crashes, 1000 * (i + 1) + 255), i > 0);
		assert_int_equal(count_of(crashes, 1000 * (i + 1) + 256), 0);
	}
	ts_crashes_close(crashes);
}

static void signals_are_handled_as_before_when_it_is_closed(void **state)
{
	struct ts_crashes *crashes;
	struct sigaction before, during, after;
	(void)state;

	sigaction(SIGSEGV, NULL, &before);
	crashes = open_crashes();
	sigaction(SIGSEGV, NULL, &during);
	ts_crashes_close(crashes);
	sigaction(SIGSEGV, NULL, &after);
	assert_true(during.sa_sigaction != before.sa_sigaction);
	assert_true(after.sa_sigaction == before.sa_sigaction);
	assert_int_equal(after.sa_flags, before.sa_flags);
	ts_crashes_close(NULL);
}

/* Of two threads of a pool, one hangs and the other crashes. */
_Noreturn static void crash_in_a_pool(void)
{
	struct ts_datasource source = {.id = 8, .timeout_ms = 60000, .concurrency = 2};
	struct ts_config config = {.datasources = &source,
				   .datasource_count = 1,
				   .pool = {.workers = 2, .batch = 2}};
	static const char *const tables[] = {"hangs", "crashes"};
	struct ts_sources *sources;
	struct ts_pool *pool;
	struct ts_error err;

	leave_cmocka();
	if (!ts_sources_new(&config, &sources, &err) ||
	    !ts_pool_new(&config, sources, open_crashes(), 1000000,
			 eventfd(0, EFD_NONBLOCK), &pool, &err))
		_exit(BROKEN);
	for (int i = 0; i < 2; i++) {
		struct ts_chain one = jobs(i, i);

		one.head->request.job.datasource_id = 8;
		one.head->request.job.schema = ts_strdup("s");
		one.head->request.job.table = ts_strdup(tables[i]);
		one.head->deadline_ms = TS_FOREVER;
		ts_pool_submit(pool, &one);
		double_await(&double_hanging, 1);
	}
	for (;;)
		pause();
}

static void a_pool_notes_what_each_of_its_threads_runs(void **state)
{
	struct ts_crashes *crashes;
	pid_t child = fork();
	(void)state;

	if (!child)
		crash_in_a_pool();
	assert_ended(child, SIGABRT);
	crashes = open_crashes();
	assert_int_equal(count_of(crashes, 0), 0);
	assert_int_equal(count_of(crashes, 1), 1);
	ts_crashes_close(crashes);
}

#define IN_FOLDER(test)                                                                \
	cmocka_unit_test_setup_teardown(test, state_folder_set_up,                     \
					state_folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(what_a_crashing_thread_ran_is_counted_and_nothing_else),
	    IN_FOLDER(a_signal_that_somebody_sends_blames_nobody),
	    IN_FOLDER(crashes_add_up_until_the_job_is_forgotten),
	    IN_FOLDER(another_process_learns_of_it_and_takes_over_its_file),
	    IN_FOLDER(one_that_crashes_while_another_lives_is_counted_by_that_one),
	    IN_FOLDER(what_is_kept_is_bounded_and_the_oldest_goes_first),
	    IN_FOLDER(signals_are_handled_as_before_when_it_is_closed),
	    IN_FOLDER(a_pool_notes_what_each_of_its_threads_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
