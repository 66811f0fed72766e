/* call.h - one request, and the answer that its handler writes.
 *
 * Nothing here knows the HTTP library: intake.c fills the request and sends the answer.
 *
 * Thread: the one that handles the request; see later.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CALL_H
#define TS_CALL_H
#include "base/json.h"
#include "http/access.h"
#include "http/services.h"
#include "store/store.h"

enum {
	TS_PARAMETER_COUNT = 16,
	TS_ANSWER_HEADERS = 8,
	TS_PATH_NAME_SIZE = 320, /* of a name in a path: a job's id is 288 at most */
};

struct ts_answer_header {
	const char *name; /* static */
	char *value;      /* owned */
};

struct ts_call {
	const struct ts_services *services;

	/* The request; texts are borrowed, NULL where it has none. */
	const struct ts_route *route;
	const char *method, *path;
	int64_t id; /* the number in the path, where the route has one */
	char name[TS_PATH_NAME_SIZE];           /* the name in the path, likewise */
	const char *const *parameter_names;     /* of the route; NULL ends them */
	const char *values[TS_PARAMETER_COUNT]; /* in that order; NULL: not given */
	const char *if_match, *prefer, *media_type, *traceparent, *tracestate;
	const char *host; /* what the client calls this server */
	const char *origin,
	    *fetch_site;         /* where a browser says that a form came from */
	struct ts_access access; /* who asks; nobody on routes that are open to all */
	const char *body;
	size_t body_len;

	/* The answer.  It begins as 200 and JSON; the handler appends the body. */
	int status;
	const char *content_type; /* static */
	struct ts_buf answer;     /* owned */
	int64_t etag;             /* -1: none */
	struct ts_answer_header headers[TS_ANSWER_HEADERS];
	size_t header_count;

	bool is_later; /* later.h: the answer is not written yet */
	void *exchange;
};

/* The value of a parameter of the query; NULL where it is not given or empty. */
const char *ts_call_parameter(const struct ts_call *call, const char *name);
/* The same as a number; `absent` where it is not given.  TS_E_BAD_VALUE. */
TS_MUST_CHECK bool ts_call_number(const struct ts_call *call, const char *name,
				  int64_t min, int64_t max, int64_t absent,
				  int64_t *ret_number, struct ts_error *err);

/* A header of the answer, beside those that every answer has; `name` is static.  What
 * would end the line is left out of the value. */
void ts_call_add_header(struct ts_call *call, const char *name, const char *value);
/* 303: the client is to ask for `path` by GET. */
void ts_call_redirect(struct ts_call *call, const char *path);

/* Answer with the error: on the trigger API as application/json, elsewhere as
 * application/problem+json.  What went wrong inside is not told. */
void ts_call_fail(struct ts_call *call, const struct ts_error *err);
/* The same with a status that is not the code's own. */
void ts_call_refuse(struct ts_call *call, int status, const struct ts_error *err);

/* One line for the operator: what went wrong inside, which the client is not told. */
void ts_call_log_failure(const struct ts_call *call, const struct ts_error *err);

/* Free what the call owns. */
void ts_call_release(struct ts_call *call);

#endif
