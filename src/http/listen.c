/* listen.c - see listen.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"
#include "base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

/* The part before the last colon, without brackets. */
static void take_host(const char *text, size_t len, struct ts_buf *host)
{
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	ts_buf_add(host, text, len);
}

static bool parse(const char *text, union address *ret_address, struct ts_error *err)
{
	const char *colon = strrchr(text, ':');
	union address address = {0};
	TS_AUTO(ts_buf) host = {0};
	int64_t port;

	if (!colon || !ts_int64_parse(colon + 1, 0, UINT16_MAX, &port))
		return ts_fail(err, TS_E_CONFIG, "'%s' is not like 127.0.0.1:8080",
			       text);
	take_host(text, (size_t)(colon - text), &host);
	if (strcmp(host.data, "localhost") == 0) {
		ts_buf_clear(&host);
		ts_buf_puts(&host, "127.0.0.1");
	}
	if (inet_pton(AF_INET, host.data, &address.ip4.sin_addr) == 1) {
		address.ip4.sin_family = AF_INET;
		address.ip4.sin_port = htons((uint16_t)port);
	} else if (inet_pton(AF_INET6, host.data, &address.ip6.sin6_addr) == 1) {
		address.ip6.sin6_family = AF_INET6;
		address.ip6.sin6_port = htons((uint16_t)port);
	} else {
		return ts_fail(err, TS_E_CONFIG, "'%s' is no IP address", host.data);
	}
	*ret_address = address;
	return true;
}

/* The address that the socket got, and its port. */
static bool describe(int fd, int *ret_port, struct ts_buf *ret_address)
{
	char text[INET6_ADDRSTRLEN];
	union address address;
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) != 0)
		return false;
	if (address.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address.ip4.sin_addr, text, sizeof(text));
		*ret_port = ntohs(address.ip4.sin_port);
		ts_buf_printf(ret_address, "%s:%d", text, *ret_port);
	} else {
		inet_ntop(AF_INET6, &address.ip6.sin6_addr, text, sizeof(text));
		*ret_port = ntohs(address.ip6.sin6_port);
		ts_buf_printf(ret_address, "[%s]:%d", text, *ret_port);
	}
	return true;
}

bool ts_listen(const char *text, int *ret_fd, int *ret_port, struct ts_buf *ret_address,
	       struct ts_error *err)
{
	const int on = 1;
	union address address;
	socklen_t len;
	int fd;

	if (!parse(text, &address, err))
		return false;
	len = address.any.sa_family == AF_INET ? sizeof(address.ip4)
					       : sizeof(address.ip6);
	/* Non-blocking: several threads wait for the same connection. */
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, &address.any, len) == 0 && listen(fd, SOMAXCONN) == 0 &&
	    describe(fd, ret_port, ret_address)) {
		*ret_fd = fd;
		return true;
	}
	ts_fail(err, TS_E_SYSTEM, "cannot listen at %s: %s", text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}
