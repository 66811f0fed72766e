/* gate.c - see gate.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/gate.h"
#include "base/mem.h"
#include "odbc/driver.h"
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { LONGEST_S = 1 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened;
static char **loaded; /* names of drivers and DSNs; grows only */
static size_t loaded_count;

/* The name that this thread is loading; NULL: none. */
static _Thread_local char *loading;
static const char *holder; /* what is loaded behind the closed gate; NULL: it is open */

static void start(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&opened, &attributes);
	pthread_condattr_destroy(&attributes);
}

static bool is_loaded_locked(const char *name)
{
	for (size_t i = 0; i < loaded_count; i++)
		if (strcmp(loaded[i], name) == 0)
			return true;
	return false;
}

void ts_gate_enter(const char *connection)
{
	TS_AUTO(ts_buf) name = {0};
	struct timespec until;

	pthread_once(&once, start);
	ts_driver_name(connection, &name);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LONGEST_S;

	pthread_mutex_lock(&lock);
	while (holder && !is_loaded_locked(ts_buf_text(&name)))
		if (pthread_cond_timedwait(&opened, &lock, &until) != 0)
			break; /* and take it from the one that hangs */
	if (!is_loaded_locked(ts_buf_text(&name)))
		holder = loading = ts_buf_detach(&name);
	pthread_mutex_unlock(&lock);
}

void ts_gate_leave(void)
{
	if (!loading)
		return;
	pthread_mutex_lock(&lock);
	loaded = ts_realloc(loaded, loaded_count + 1, sizeof(*loaded));
	loaded[loaded_count++] = loading;
	if (holder == loading)
		holder = NULL;
	loading = NULL;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&lock);
}
