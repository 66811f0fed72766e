/* listen.h - a socket to listen at. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LISTEN_H
#define TS_LISTEN_H
#include "base/buf.h"
#include "base/error.h"

/* Listen at "HOST:PORT" or "[HOST]:PORT"; port 0 takes a free one.  HOST is an IP
 * address or localhost.  Appends the address in the form of a URL's to `ret_address`.
 * TS_E_CONFIG for the text, TS_E_SYSTEM where the system refuses (the port is in use,
 * …). */
TS_MUST_CHECK bool ts_listen(const char *text, int *ret_fd, int *ret_port,
			     struct ts_buf *ret_address, struct ts_error *err);

#endif
