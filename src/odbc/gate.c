/* gate.c - see gate.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/gate.h"
#include "base/mem.h"
#include "base/str.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_taken;
static char **loaded; /* names of drivers and DSNs; grows only */
static size_t loaded_count;

/* The name that this thread is loading; NULL: none. */
static _Thread_local char *loading;

/* The value of DRIVER= or DSN=, whichever comes first, as it is written. */
static char *driver_name(const char *connection)
{
	static const char *const keys[] = {"driver=", "dsn="};

	for (const char *at = connection; *at; at += strspn(at, "; ")) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			size_t len = strlen(keys[i]);

			if (strncasecmp(at, keys[i], len) == 0)
				return ts_memdup(at + len, strcspn(at + len, ";"));
		}
		at += strcspn(at, ";");
	}
	return ts_strdup("");
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
	char *name = driver_name(connection);

	pthread_mutex_lock(&lock);
	while (is_taken && !is_loaded_locked(name))
		pthread_cond_wait(&opened, &lock);
	if (!is_loaded_locked(name)) {
		is_taken = true;
		loading = name;
		name = NULL;
	}
	pthread_mutex_unlock(&lock);
	free(name);
}

void ts_gate_leave(void)
{
	if (!loading)
		return;
	pthread_mutex_lock(&lock);
	loaded = ts_realloc(loaded, loaded_count + 1, sizeof(*loaded));
	loaded[loaded_count++] = loading;
	loading = NULL;
	is_taken = false;
	pthread_cond_broadcast(&opened);
	pthread_mutex_unlock(&lock);
}
