/* call.h - one request, and the answer that its handler writes.
 *
 * Nothing here knows the HTTP library: server.c fills the request and sends the answer.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CALL_H
#define TS_CALL_H
#include "base/json.h"
#include "store/store.h"

enum { TS_PARAMETER_COUNT = 8 };

struct ts_call {
	/* The request; texts are borrowed. */
	struct ts_store *store;
	const char *path;
	int64_t id; /* the number in the path, where the route has one */
	const char *const *parameter_names;     /* of the route; NULL ends them */
	const char *values[TS_PARAMETER_COUNT]; /* in that order; NULL: not given */
	const char *if_match;                   /* NULL without */
	const char *body;
	size_t body_len;

	/* The answer.  It begins as 200 and JSON; the handler appends the body. */
	int status;
	const char *content_type; /* static */
	struct ts_buf answer;     /* owned */
	int64_t etag;             /* -1: none */
};

/* The value of a parameter of the query; NULL where it is not given or empty. */
const char *ts_call_parameter(const struct ts_call *call, const char *name);
/* The same as a number; `absent` where it is not given.  TS_E_BAD_VALUE. */
TS_MUST_CHECK bool ts_call_number(const struct ts_call *call, const char *name,
				  int64_t min, int64_t max, int64_t absent,
				  int64_t *ret_number, struct ts_error *err);

/* Answer with the error, as application/problem+json.  What went wrong inside is not
 * told. */
void ts_call_fail(struct ts_call *call, const struct ts_error *err);
/* The same with a status that is not the code's own. */
void ts_call_refuse(struct ts_call *call, int status, const struct ts_error *err);

#endif
