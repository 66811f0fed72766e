/* c11threads.c - C11's threads on POSIX threads, for builds with -fsanitize=thread.
 *
 * ThreadSanitizer knows pthread_create, not thrd_create, and crashes in a thread that
 * it does not know; librdkafka is built on C11's functions.  A program that has these
 * gives them to the library too.  In glibc both kinds of object are the same memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#pragma GCC visibility push(default)

const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
	return "race:librdkafka.so.1\n";
}

struct start {
	thrd_start_t run;
	void *argument;
};

static int result(int code)
{
	return code == 0           ? thrd_success
	       : code == EBUSY     ? thrd_busy
	       : code == ETIMEDOUT ? thrd_timedout
	       : code == ENOMEM    ? thrd_nomem
				   : thrd_error;
}

static void *run(void *opaque)
{
	struct start start = *(struct start *)opaque;

	free(opaque);
	return (void *)(intptr_t)start.run(start.argument);
}

int thrd_create(thrd_t *ret_thread, thrd_start_t function, void *argument)
{
	struct start *start = malloc(sizeof(*start));
	int code;

	if (!start)
		return thrd_nomem;
	*start = (struct start){function, argument};
	code = pthread_create(ret_thread, NULL, run, start);
	if (code)
		free(start);
	return result(code);
}

int thrd_join(thrd_t thread, int *ret_result)
{
	void *value;
	int code = pthread_join(thread, &value);

	if (!code && ret_result)
		*ret_result = (int)(intptr_t)value;
	return result(code);
}

int thrd_detach(thrd_t thread)
{
	return result(pthread_detach(thread));
}

int mtx_init(mtx_t *mutex, int type)
{
	pthread_mutexattr_t attr;
	int code;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE
							      : PTHREAD_MUTEX_NORMAL);
	code = pthread_mutex_init((pthread_mutex_t *)mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	return result(code);
}

void mtx_destroy(mtx_t *mutex)
{
	pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int mtx_lock(mtx_t *mutex)
{
	return result(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_trylock(mtx_t *mutex)
{
	return result(pthread_mutex_trylock((pthread_mutex_t *)mutex));
}

int mtx_unlock(mtx_t *mutex)
{
	return result(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

int cnd_init(cnd_t *cond)
{
	return result(pthread_cond_init((pthread_cond_t *)cond, NULL));
}

void cnd_destroy(cnd_t *cond)
{
	pthread_cond_destroy((pthread_cond_t *)cond);
}

int cnd_signal(cnd_t *cond)
{
	return result(pthread_cond_signal((pthread_cond_t *)cond));
}

int cnd_broadcast(cnd_t *cond)
{
	return result(pthread_cond_broadcast((pthread_cond_t *)cond));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return result(
	    pthread_cond_wait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
		  const struct timespec *restrict until)
{
	return result(pthread_cond_timedwait((pthread_cond_t *)cond,
					     (pthread_mutex_t *)mutex, until));
}
