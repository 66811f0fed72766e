/* hook.c - connect() for the whole process: what drivers open is known to watch.c.
 *
 * Drivers are loaded at run time and find this definition before the C library's,
 * because the executable exports it (CMakeLists.txt).  Every other thread passes
 * through unchanged. */
/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "odbc/gate.h"
#include "odbc/watch.h"
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

/* Not from <sys/socket.h>: with _GNU_SOURCE that declares the address as a union of
 * pointers to all kinds of it. */
struct sockaddr;
__attribute__((visibility("default"))) int
connect(int fd, const struct sockaddr *address, unsigned len);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int (*next)(int, const struct sockaddr *, unsigned);

static void find_next(void)
{
	/* ISO C knows no conversion from an object's address to a function's. */
	*(void **)&next = dlsym(RTLD_NEXT, "connect");
}

bool ts_hook_is_found(void)
{
	int (*found)(int, const struct sockaddr *, unsigned);

	*(void **)&found = dlsym(RTLD_DEFAULT, "connect");
	return found == connect;
}

int connect(int fd, const struct sockaddr *address, unsigned len)
{
	pthread_once(&once, find_next);
	ts_gate_leave(); /* the driver is loaded */
	if (!ts_watch_connecting(fd)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return next(fd, address, len);
}
