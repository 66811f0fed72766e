/* route.h - which handler answers which method on which path.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ROUTE_H
#define TS_ROUTE_H
#include "http/call.h"

struct ts_route {
	const char *method;
	const char *path; /* "{id}" stands for a number; without the slash at its end */
	/* Answers, or fails with the error that is the answer. */
	bool (*handle)(struct ts_call *call, struct ts_error *err);
	size_t body_bytes; /* the longest body, of JSON; 0: none is read */
	const char
	    *parameters[TS_PARAMETER_COUNT + 1]; /* of the query; NULL ends them */
};

/* The route of a request; HEAD is answered as GET (the library leaves the body out).
 * With a slash at the end or without, it is the same path.  NULL where there is none:
 * *ret_allowed then has the methods that the path knows, none for an unknown path. */
const struct ts_route *ts_route_find(const char *method, const char *path,
				     int64_t *ret_id, struct ts_buf *ret_allowed);

#endif
