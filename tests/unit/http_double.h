/* http_double.h - a real HTTP server that plays a script.
 *
 * Thread: the test's; the server runs in one of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_HTTP_DOUBLE_H
#define TS_HTTP_DOUBLE_H
#include "base/buf.h"
#include <pthread.h>
#include <stddef.h>

enum { SCRIPT_LINES = 8 };

/* Answers each request with the next line of its script; a line of NULL hangs until the
 * client goes away, "" closes the connection without a word. */
struct script {
	const char *answers[SCRIPT_LINES];
	size_t count;
	/* Written by its thread, read when that has ended. */
	struct ts_buf requests[SCRIPT_LINES];
	size_t connections;
	size_t answered;

	int listener;
	char url[64];
	pthread_t thread;
};

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
#define OK_EMPTY HEAD "2\r\n\r\n{}"
/* An answer without a body, with a header or none. */
#define ASKS(status, header)                                                           \
	"HTTP/1.1 " status "\r\n" header "Content-Length: 0\r\n\r\n"

/* `answers` are set, the rest is zero. */
void script_start(struct script *script);
void script_end(struct script *script);

#endif
