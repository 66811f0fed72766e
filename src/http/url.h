/* url.h - paths with a query, as a URL has them.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_URL_H
#define TS_URL_H
#include "http/call.h"

/* Append "name=value" behind '?' or '&'; `path` is not empty. */
void ts_url_add_parameter(struct ts_buf *path, const char *name, const char *value);
/* The same for a number. */
void ts_url_add_number(struct ts_buf *path, const char *name, int64_t number);

/* Append the path that was asked for, with its parameters but `left_out` (NULL: with
 * all). */
void ts_url_print_request(const struct ts_call *call, const char *left_out,
			  struct ts_buf *path);

#endif
