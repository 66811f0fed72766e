/* route.h - which handler answers which method on which path.
 *
 * Each file of handlers has its own table of routes; a server is given a list of them.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ROUTE_H
#define TS_ROUTE_H
#include "http/call.h"

/* What a route's clients are: decides how it is told who they are, and in what form
 * errors are told to them. */
enum ts_route_kind {
	TS_ROUTE_API,     /* programs: the header Token, application/problem+json */
	TS_ROUTE_TRIGGER, /* callers of the trigger API: Token, application/json */
	TS_ROUTE_PAGE,    /* browsers: Token or a session, HTML */
};

/* Which bodies a route takes; 0: none is read. */
enum { TS_BODY_JSON = 1, TS_BODY_FORM = 2 };

enum {
	TS_ROLES_OPEN = 0, /* no token is asked for */
	TS_ROLES_READ = TS_ROLE_VIEWER | TS_ROLE_SYNC | TS_ROLE_ADMIN,
	TS_ROLES_WRITE = TS_ROLE_SYNC | TS_ROLE_ADMIN,
	TS_ROLES_ADMIN = TS_ROLE_ADMIN,
};

struct ts_route {
	const char *method;
	/* Without the slash at its end.  "{id}" stands for a number, "{name}" for one
	 * or more of a-z A-Z 0-9 . _ -; one of them at most. */
	const char *path;
	/* Answers, or fails with the error that is the answer. */
	bool (*handle)(struct ts_call *call, struct ts_error *err);
	unsigned roles; /* who may; TS_ROLES_OPEN: anybody */
	enum ts_route_kind kind;
	unsigned bodies;
	size_t body_bytes; /* the longest body */
	const char
	    *parameters[TS_PARAMETER_COUNT + 1]; /* of the query; NULL ends them */
};

struct ts_routes {
	const struct ts_route *rows;
	size_t count;
};

/* The route of a request among `tables` (NULL ends them); HEAD is answered as GET (the
 * library leaves the body out).  With a slash at the end or without, it is the same
 * path.  Fills call->id and call->name.  NULL where there is none: *ret_allowed then
 * has the methods that the path knows, none for an unknown path. */
const struct ts_route *ts_route_find(const struct ts_routes *const *tables,
				     const char *method, const char *path,
				     struct ts_call *call, struct ts_buf *ret_allowed);

#endif
