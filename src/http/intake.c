/* intake.c - see intake.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/intake.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/figures.h"
#include "http/headers.h"
#include "http/page_error.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	/* Of all bodies that are being held; what comes above is told to wait. */
	BODIES_BYTES = 256 * 1024 * 1024,
	/* Of a body that nobody reads: of a refused request, or of a GET. */
	SWALLOW_BYTES = 8 * 1024 * 1024,
	PATH_BYTES = 2048,
};

struct ts_intake {
	const struct ts_services *services;
	const struct ts_routes *const *tables;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	/* Guarded by the lock. */
	bool is_stopping;
	size_t active; /* requests that are handled, up to the last byte sent */
	size_t held;   /* bytes of bodies */
};

/* One request, from its headers to the last byte of its answer. */
struct pending {
	struct ts_call call;
	struct ts_buf body, allowed;
	size_t swallowed;
	struct ts_error refusal; /* TS_OK: go on */
	int status;              /* of the refusal */
	bool is_active;          /* it is handled, or its answer is on its way */
	int64_t begun_ms;        /* when its headers were there */
};

struct ts_intake *ts_intake_new(const struct ts_services *services,
				const struct ts_routes *const *tables)
{
	struct ts_intake *intake = ts_calloc(1, sizeof(*intake));
	pthread_condattr_t attributes;

	intake->services = services;
	intake->tables = tables;
	pthread_mutex_init(&intake->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&intake->idle, &attributes);
	pthread_condattr_destroy(&attributes);
	return intake;
}

void ts_intake_free(struct ts_intake *intake)
{
	if (!intake)
		return;
	pthread_cond_destroy(&intake->idle);
	pthread_mutex_destroy(&intake->lock);
	free(intake);
}

static void forget_body(struct ts_intake *intake, struct pending *pending)
{
	pthread_mutex_lock(&intake->lock);
	intake->held -= pending->body.len;
	pthread_mutex_unlock(&intake->lock);
	ts_figures_add(intake->services->figures, TS_FIGURE_BODY_BYTES,
		       -(int64_t)pending->body.len);
	ts_buf_release(&pending->body);
}

static void refuse(struct ts_intake *intake, struct pending *pending, int status)
{
	forget_body(intake, pending);
	pending->status = status ? status : ts_code_status(pending->refusal.code);
}

/* Has the body a type that the route takes?  Callers of the trigger API may send JSON
 * as anything: its handler looks at the body. */
static bool is_type_taken(const struct ts_route *route,
			  struct MHD_Connection *connection)
{
	return !route->bodies || route->kind == TS_ROUTE_TRIGGER ||
	       (route->bodies & TS_BODY_JSON && ts_headers_are_json(connection)) ||
	       (route->bodies & TS_BODY_FORM && ts_headers_are_form(connection));
}

/* The route, or the refusal and its status. */
static int find_route(struct ts_intake *intake, struct pending *pending)
{
	struct ts_call *call = &pending->call;
	struct ts_error *err = &pending->refusal;

	if (strlen(call->path) > PATH_BYTES) {
		ts_fail(err, TS_E_TOO_LARGE, "a path has at most %d bytes", PATH_BYTES);
		return MHD_HTTP_URI_TOO_LONG;
	}
	call->route = ts_route_find(intake->tables, call->method, call->path, call,
				    &pending->allowed);
	if (call->route)
		return 0;
	ts_fail(err, TS_E_BAD_VALUE,
		pending->allowed.len ? "this path does not know the method"
				     : "there is no such path");
	return pending->allowed.len ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND;
}

/* Who asks is found out before anything that was sent is held. */
static bool judge_access(struct ts_intake *intake, struct ts_call *call,
			 struct MHD_Connection *connection, struct ts_error *err)
{
	struct ts_credentials shown = {.token = ts_headers_get(connection, "Token")};

	if (call->route->roles == TS_ROLES_OPEN)
		return true;
	if (call->route->kind == TS_ROUTE_PAGE)
		shown.session = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND,
							    TS_SESSION_COOKIE);
	return ts_access_judge(intake->services->store, &shown, call->route->roles,
			       &call->access, err);
}

/* What the headers tell: the route, who asks and the parameters, or the refusal. */
static void judge_headers(struct ts_intake *intake, struct pending *pending,
			  struct MHD_Connection *connection)
{
	struct ts_call *call = &pending->call;
	struct ts_error *err = &pending->refusal, query = {0};
	int status = find_route(intake, pending);

	if (!status) {
		/* The log-in leads back to what was asked for: the query is read first,
		 * and what is wrong with it told last. */
		call->parameter_names = call->route->parameters;
		(void)!ts_headers_parameters(connection, call, &query);
		ts_headers_fill(connection, call);
		if (judge_access(intake, call, connection, err) &&
		    !is_type_taken(call->route, connection))
			ts_fail(err, TS_E_BAD_MEDIA_TYPE, "it takes %s",
				call->route->bodies & TS_BODY_JSON
				    ? "application/json"
				    : "application/x-www-form-urlencoded");
		if (err->code == TS_OK)
			*err = query;
	}
	if (err->code != TS_OK)
		refuse(intake, pending, status);
}

static size_t body_limit(const struct pending *pending)
{
	return pending->call.route ? pending->call.route->body_bytes : 0;
}

/* False: there is no use in reading all that has been announced. */
static bool is_length_bearable(const struct pending *pending,
			       struct MHD_Connection *connection)
{
	return ts_headers_length(connection) <=
	       (uint64_t)body_limit(pending) + SWALLOW_BYTES;
}

/* Take in a piece of the body.  False: enough was thrown away, close the connection. */
static bool take_body(struct ts_intake *intake, struct pending *pending,
		      const char *bytes, size_t len)
{
	bool is_room;

	if (pending->refusal.code != TS_OK || body_limit(pending) == 0) {
		pending->swallowed += len;
		return pending->swallowed <= SWALLOW_BYTES;
	}
	if (pending->body.len + len > body_limit(pending)) {
		ts_fail(&pending->refusal, TS_E_TOO_LARGE,
			"at most %zu bytes are taken", body_limit(pending));
		refuse(intake, pending, 0);
		return true;
	}
	pthread_mutex_lock(&intake->lock);
	is_room = intake->held + len <= BODIES_BYTES;
	if (is_room)
		intake->held += len;
	pthread_mutex_unlock(&intake->lock);
	if (is_room) {
		ts_buf_add(&pending->body, bytes, len);
		ts_figures_add(intake->services->figures, TS_FIGURE_BODY_BYTES,
			       (int64_t)len);
	} else {
		ts_fail(&pending->refusal, TS_E_BUSY, "too much is being sent");
		refuse(intake, pending, 0);
	}
	return true;
}

/* Tell the client of the error, in the form that it understands. */
static void tell(struct ts_call *call, int status, const struct ts_error *err)
{
	bool is_page = call->route ? call->route->kind == TS_ROUTE_PAGE
				   : !ts_str_has_prefix(call->path, "/api/");

	if (is_page)
		ts_page_refuse(call, status, err);
	else
		ts_call_refuse(call, status, err);
	if (err->code == TS_E_INTERNAL)
		ts_call_log_failure(call, err);
}

static void handle(struct pending *pending)
{
	struct ts_call *call = &pending->call;
	struct ts_error err = {0};

	call->body = ts_buf_text(&pending->body);
	call->body_len = pending->body.len;
	if (pending->refusal.code != TS_OK) {
		tell(call, pending->status, &pending->refusal);
	} else if (!call->route->handle(call, &err)) {
		/* What has no status is not for clients. */
		if (!ts_code_status(err.code))
			err.code = TS_E_INTERNAL;
		tell(call, ts_code_status(err.code), &err);
	}
}

static void add_headers(struct MHD_Response *response, const struct pending *pending)
{
	const struct ts_call *call = &pending->call;
	char etag[32];

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				call->content_type);
	if (call->etag >= 0) {
		snprintf(etag, sizeof(etag), "\"%" PRId64 "\"", call->etag);
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag);
	}
	if (call->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					ts_buf_text(&pending->allowed));
	if (call->status == MHD_HTTP_TOO_MANY_REQUESTS)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	for (size_t i = 0; i < call->header_count; i++)
		MHD_add_response_header(response, call->headers[i].name,
					call->headers[i].value);
}

/* Hand the answer to the library. */
static enum MHD_Result send_answer(struct ts_intake *intake, struct pending *pending,
				   struct MHD_Connection *connection, bool is_last)
{
	struct ts_call *call = &pending->call;
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t len;

	forget_body(intake, pending);
	ts_figures_answered(intake->services->figures, call->route, call->status,
			    ts_now_ms() - pending->begun_ms);
	len = call->answer.len;
	response = MHD_create_response_from_buffer(len, ts_buf_detach(&call->answer),
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		ts_out_of_memory();
	add_headers(response, pending);
	pthread_mutex_lock(&intake->lock);
	is_last = is_last || intake->is_stopping;
	pthread_mutex_unlock(&intake->lock);
	if (is_last)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	result = MHD_queue_response(connection, (unsigned)call->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Handle what was taken in.  An answer that comes later is sent when the library asks
 * again, which it does once the connection goes on. */
static enum MHD_Result answer(struct ts_intake *intake, struct pending *pending,
			      struct MHD_Connection *connection, bool is_last)
{
	if (!pending->is_active) {
		pthread_mutex_lock(&intake->lock);
		intake->active++;
		pthread_mutex_unlock(&intake->lock);
		pending->is_active = true;
		handle(pending);
		if (pending->call.is_later)
			return MHD_YES;
	}
	return send_answer(intake, pending, connection, is_last);
}

static struct pending *begin(struct ts_intake *intake,
			     struct MHD_Connection *connection, const char *url,
			     const char *method)
{
	struct pending *pending = ts_calloc(1, sizeof(*pending));

	pending->begun_ms = ts_now_ms();
	pending->call = (struct ts_call){.services = intake->services,
					 .method = method,
					 .path = url,
					 .status = MHD_HTTP_OK,
					 .content_type = "application/json",
					 .etag = -1,
					 .exchange = connection};
	return pending;
}

enum MHD_Result ts_intake_handle(void *cls, struct MHD_Connection *connection,
				 const char *url, const char *method,
				 const char *version, const char *upload,
				 size_t *upload_size, void **request)
{
	struct ts_intake *intake = cls;
	struct pending *pending = *request;

	(void)version;
	if (!pending) {
		pending = *request = begin(intake, connection, url, method);
		if (!ts_headers_are_clear(connection, &pending->refusal)) {
			refuse(intake, pending, 0);
			return answer(intake, pending, connection, true);
		}
		judge_headers(intake, pending, connection);
		if (is_length_bearable(pending, connection))
			return MHD_YES;
		ts_fail(&pending->refusal, TS_E_TOO_LARGE,
			"at most %zu bytes are taken", body_limit(pending));
		refuse(intake, pending, 0);
		return answer(intake, pending, connection, true);
	}
	if (*upload_size) {
		bool is_bearable = take_body(intake, pending, upload, *upload_size);

		*upload_size = 0;
		return is_bearable ? MHD_YES : MHD_NO;
	}
	return answer(intake, pending, connection, false);
}

void ts_intake_completed(void *cls, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode why)
{
	struct ts_intake *intake = cls;
	struct pending *pending = *request;

	(void)connection;
	(void)why;
	if (!pending)
		return;
	forget_body(intake, pending);
	pthread_mutex_lock(&intake->lock);
	if (pending->is_active && --intake->active == 0)
		pthread_cond_broadcast(&intake->idle);
	pthread_mutex_unlock(&intake->lock);
	ts_call_release(&pending->call);
	ts_buf_release(&pending->allowed);
	free(pending);
	*request = NULL;
}

void ts_intake_connection(void *cls, struct MHD_Connection *connection, void **socket,
			  enum MHD_ConnectionNotificationCode what)
{
	struct ts_intake *intake = cls;
	(void)connection;
	(void)socket;

	ts_figures_add(intake->services->figures, TS_FIGURE_CONNECTIONS,
		       what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}

void ts_intake_drain(struct ts_intake *intake, int timeout_ms)
{
	struct timespec until;
	int failure = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	pthread_mutex_lock(&intake->lock);
	intake->is_stopping = true;
	while (intake->active && !failure)
		failure = pthread_cond_timedwait(&intake->idle, &intake->lock, &until);
	pthread_mutex_unlock(&intake->lock);
}
