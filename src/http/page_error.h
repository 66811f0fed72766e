/* page_error.h - errors as pages.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_ERROR_H
#define TS_PAGE_ERROR_H
#include "http/call.h"

/* Answer a route of pages with the error.  Who is not authenticated is led to the
 * log-in page, and from there back.  What went wrong inside is not told.  The call may
 * be one that was refused before anything is known of it. */
void ts_page_refuse(struct ts_call *call, int status, const struct ts_error *err);

#endif
