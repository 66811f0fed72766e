/* headers.h - what the head of a request says, judged.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_HEADERS_H
#define TS_HEADERS_H
#include "http/call.h"
#include <microhttpd.h>

/* The first header of that name; NULL where there is none. */
const char *ts_headers_get(struct MHD_Connection *connection, const char *name);

/* Is the body's length told once, by Content-Length or as chunked, and is each header
 * one to everybody?  What can be read in two ways is how requests are smuggled past a
 * proxy in front, and the library takes some of it.  TS_E_BAD_MESSAGE. */
TS_MUST_CHECK bool ts_headers_are_clear(struct MHD_Connection *connection,
					struct ts_error *err);
/* Content-Length, 0 without. */
uint64_t ts_headers_length(struct MHD_Connection *connection);
/* Is the body JSON, or of no type at all? */
bool ts_headers_are_json(struct MHD_Connection *connection);
/* Is the body an HTML form's? */
bool ts_headers_are_form(struct MHD_Connection *connection);
/* What handlers may want to know. */
void ts_headers_fill(struct MHD_Connection *connection, struct ts_call *call);

/* Fill call->values by call->parameter_names.  TS_E_BAD_VALUE for a parameter that is
 * unknown, comes twice, or is no text. */
TS_MUST_CHECK bool ts_headers_parameters(struct MHD_Connection *connection,
					 struct ts_call *call, struct ts_error *err);

#endif
