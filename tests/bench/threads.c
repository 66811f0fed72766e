/* threads.c - the ceiling of a pool: threads that only wait, and do nothing besides.
 *
 * `bench_threads THREADS LENGTH_MS COUNT` takes COUNT jobs off a counter, each of which
 * is LENGTH_MS long, and prints how many of them it did in a second. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

enum { THREADS_MAX = 1000 };

static const double ns_of_s = 1e9, ns_of_ms = 1e6;

static atomic_long left;
static long long length_ns;

static void pass_time(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(length_ns / (long long)ns_of_s);
	until.tv_nsec += (long)(length_ns % (long long)ns_of_s);
	if (until.tv_nsec >= (long)ns_of_s) {
		until.tv_nsec -= (long)ns_of_s;
		until.tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void *run(void *unused)
{
	(void)unused;
	prctl(PR_SET_TIMERSLACK, 1);
	while (atomic_fetch_sub(&left, 1) > 0)
		pass_time();
	return NULL;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / ns_of_s;
}

int main(int argc, char **argv)
{
	static pthread_t threads[THREADS_MAX];
	long count, thread_count = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
	double start;

	if (thread_count < 1 || thread_count > THREADS_MAX) {
		fprintf(stderr, "usage: bench_threads THREADS LENGTH_MS COUNT\n");
		return 2;
	}
	length_ns = (long long)(strtod(argv[2], NULL) * ns_of_ms);
	count = strtol(argv[3], NULL, 10);
	atomic_store(&left, count);
	start = now_s();
	for (long i = 0; i < thread_count; i++)
		if (pthread_create(&threads[i], NULL, run, NULL) != 0)
			return 1;
	for (long i = 0; i < thread_count; i++)
		pthread_join(threads[i], NULL);
	printf("%.1f\n", (double)count / (now_s() - start));
	return 0;
}
