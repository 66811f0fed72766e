/* http_double.c - see http_double.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http_double.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Read one request with its body.  False when the client is gone. */
static bool read_request(int fd, struct ts_buf *request)
{
	for (;;) {
		const char *end = strstr(ts_buf_text(request), "\r\n\r\n");
		const char *length = strstr(ts_buf_text(request), "Content-Length: ");
		char bytes[65536];
		ssize_t got;

		if (end &&
		    request->len >= (size_t)(end + 4 - request->data) +
					(length ? strtoul(length + 16, NULL, 10) : 0))
			return true;
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got <= 0)
			return false;
		ts_buf_add(request, bytes, (size_t)got);
	}
}

static void play_connection(struct script *script, int fd)
{
	while (script->answered < script->count) {
		const char *answer = script->answers[script->answered];
		struct ts_buf *request = &script->requests[script->answered];
		char byte;

		if (!read_request(fd, request)) {
			ts_buf_clear(request);
			break;
		}
		script->answered++;
		if (!answer)
			(void)!recv(fd, &byte, 1, 0);
		if (!answer || !*answer)
			break;
		if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
			break;
		if (strstr(answer, "Connection: close"))
			break;
	}
	close(fd);
}

static void *play(void *opaque)
{
	struct script *script = opaque;

	while (script->answered < script->count) {
		int fd = accept(script->listener, NULL, NULL);

		if (fd < 0)
			break;
		script->connections++;
		play_connection(script, fd);
	}
	return NULL;
}

void script_start(struct script *script)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	while (script->count < SCRIPT_LINES && script->answers[script->count])
		script->count++;
	script->count += script->count == 0; /* a script of one NULL */
	script->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(script->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(script->listener, 8), 0);
	getsockname(script->listener, (struct sockaddr *)&address, &len);
	snprintf(script->url, sizeof(script->url), "http://127.0.0.1:%d",
		 ntohs(address.sin_port));
	assert_int_equal(pthread_create(&script->thread, NULL, play, script), 0);
}

void script_end(struct script *script)
{
	shutdown(script->listener, SHUT_RDWR);
	pthread_join(script->thread, NULL);
	close(script->listener);
	for (size_t i = 0; i < SCRIPT_LINES; i++)
		ts_buf_release(&script->requests[i]);
}
