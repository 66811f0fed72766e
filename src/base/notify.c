/* notify.c - see notify.h; the protocol of systemd's sd_notify(3).
 *
 * Not by libsystemd: its sd_notify() waits where the supervisor does not read (seen
 * with 252: for ever), and whoever calls it must keep turning. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/notify.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BEATS = 3,        /* in the time after which the supervisor gives us up */
	OWED_MS = 1000,   /* between two attempts at what could not be told */
	STATUS_MAX = 200, /* bytes of a status that are told */
};

/* What the supervisor must hear and has not heard yet. */
static _Atomic(const char *) owed;

/* A path, or `@` and a name in the abstract namespace. */
static bool find_supervisor(struct sockaddr_un *ret_address, socklen_t *ret_len)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const size_t len = name ? strlen(name) : 0;

	if (len < 2 || (name[0] != '/' && name[0] != '@') ||
	    len >= sizeof(ret_address->sun_path))
		return false;
	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret_address->sun_path, name, len);
	if (name[0] == '@')
		ret_address->sun_path[0] = '\0';
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

/* False where its queue is full: it may hear it another time. */
static bool tell(const char *text)
{
	struct sockaddr_un address;
	socklen_t address_len;
	bool is_full;
	int fd;

	if (!find_supervisor(&address, &address_len))
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	is_full = sendto(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
			 (const struct sockaddr *)&address, address_len) < 0 &&
		  (errno == EAGAIN || errno == ENOBUFS);
	close(fd);
	return !is_full;
}

static void tell_owed(void)
{
	const char *text = atomic_load(&owed);

	if (text && tell(text))
		atomic_compare_exchange_strong(&owed, &text, NULL);
}

void ts_notify_ready(void)
{
	atomic_store(&owed, "READY=1");
	tell_owed();
}

void ts_notify_stopping(void)
{
	atomic_store(&owed, "STOPPING=1");
	tell_owed();
}

/* How long it waits for us; 0 where it does not watch this process. */
static int64_t watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t limit_us, watched;

	if (!limit || !ts_int64_parse(limit, 1, INT64_MAX, &limit_us))
		return 0;
	if (pid &&
	    (!ts_int64_parse(pid, 1, INT32_MAX, &watched) || watched != getpid()))
		return 0;
	return limit_us / 1000;
}

void ts_notify_alive(void)
{
	static int64_t due_ms;
	const int64_t now_ms = ts_now_ms();
	int64_t limit_ms;

	if (now_ms < due_ms)
		return;
	limit_ms = watchdog_ms();
	due_ms = now_ms + (limit_ms ? limit_ms / BEATS : OWED_MS);
	tell_owed();
	if (limit_ms)
		(void)tell("WATCHDOG=1");
}

void ts_notify_status(const char *text)
{
	const size_t len = strcspn(text, "\n");
	TS_AUTO(ts_buf) line = {0};

	ts_buf_puts(&line, "STATUS=");
	ts_buf_add(&line, text, ts_utf8_cut(text, len < STATUS_MAX ? len : STATUS_MAX));
	(void)tell(line.data);
}
