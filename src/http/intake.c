/* intake.c - see intake.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/intake.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/headers.h"
#include "http/route.h"
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
};

struct ts_intake {
	struct ts_store *store;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	/* Guarded by the lock. */
	bool is_stopping;
	size_t active; /* requests that are handled, up to the last byte sent */
	size_t held;   /* bytes of bodies */
};

/* One request, from its headers to the last byte of its answer. */
struct pending {
	const struct ts_route *route; /* NULL: refused */
	struct ts_call call;
	struct ts_buf body, allowed;
	size_t swallowed;
	struct ts_error refusal; /* TS_OK: go on */
	int status;              /* of the refusal */
	bool is_active;
};

struct ts_intake *ts_intake_new(struct ts_store *store)
{
	struct ts_intake *intake = ts_calloc(1, sizeof(*intake));
	pthread_condattr_t attributes;

	intake->store = store;
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
	ts_buf_release(&pending->body);
}

static void refuse(struct ts_intake *intake, struct pending *pending, int status)
{
	forget_body(intake, pending);
	pending->status = status ? status : ts_code_status(pending->refusal.code);
}

/* What the headers tell: the route and its parameters, or the refusal. */
static void judge_headers(struct ts_intake *intake, struct pending *pending,
			  struct MHD_Connection *connection, const char *method)
{
	struct ts_call *call = &pending->call;
	struct ts_error *err = &pending->refusal;
	int status = 0;

	pending->route =
	    ts_route_find(method, call->path, &call->id, &pending->allowed);
	if (!pending->route) {
		status = pending->allowed.len ? MHD_HTTP_METHOD_NOT_ALLOWED
					      : MHD_HTTP_NOT_FOUND;
		ts_fail(err, TS_E_BAD_VALUE,
			pending->allowed.len ? "this path does not know the method"
					     : "there is no such path");
	} else if (pending->route->body_bytes && !ts_headers_are_json(connection)) {
		ts_fail(err, TS_E_BAD_MEDIA_TYPE, "it takes application/json");
	} else {
		call->parameter_names = pending->route->parameters;
		call->if_match = ts_headers_get(connection, MHD_HTTP_HEADER_IF_MATCH);
		(void)!ts_headers_parameters(connection, call, err);
	}
	if (err->code != TS_OK)
		refuse(intake, pending, status);
}

static size_t body_limit(const struct pending *pending)
{
	return pending->route ? pending->route->body_bytes : 0;
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
	} else {
		ts_fail(&pending->refusal, TS_E_BUSY, "too much is being sent");
		refuse(intake, pending, 0);
	}
	return true;
}

static void log_failure(const struct ts_call *call, const struct ts_error *err)
{
	ts_log(TS_LOG_ERROR, "http.failed", TS_STR("path", call->path),
	       TS_STR("code", ts_code_name(err->code)), TS_STR("error", err->text));
}

static void handle(struct pending *pending)
{
	struct ts_call *call = &pending->call;
	struct ts_error err = {0};

	call->body = ts_buf_text(&pending->body);
	call->body_len = pending->body.len;
	if (pending->refusal.code != TS_OK) {
		ts_call_refuse(call, pending->status, &pending->refusal);
	} else if (!pending->route->handle(call, &err)) {
		ts_call_fail(call, &err);
		if (call->status >= MHD_HTTP_INTERNAL_SERVER_ERROR)
			log_failure(call, &err);
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
}

/* Handle what was taken in, and hand the answer to the library. */
static enum MHD_Result answer(struct ts_intake *intake, struct pending *pending,
			      struct MHD_Connection *connection, bool is_last)
{
	struct ts_call *call = &pending->call;
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t len;

	pthread_mutex_lock(&intake->lock);
	intake->active++;
	pending->is_active = true;
	pthread_mutex_unlock(&intake->lock);

	handle(pending);
	forget_body(intake, pending);
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

enum MHD_Result ts_intake_handle(void *cls, struct MHD_Connection *connection,
				 const char *url, const char *method,
				 const char *version, const char *upload,
				 size_t *upload_size, void **request)
{
	struct ts_intake *intake = cls;
	struct pending *pending = *request;

	(void)version;
	if (!pending) {
		pending = ts_calloc(1, sizeof(*pending));
		pending->call = (struct ts_call){.store = intake->store,
						 .path = url,
						 .status = MHD_HTTP_OK,
						 .content_type = "application/json",
						 .etag = -1};
		*request = pending;
		if (!ts_headers_are_clear(connection, &pending->refusal)) {
			refuse(intake, pending, 0);
			return answer(intake, pending, connection, true);
		}
		judge_headers(intake, pending, connection, method);
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
	ts_buf_release(&pending->call.answer);
	ts_buf_release(&pending->allowed);
	free(pending);
	*request = NULL;
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
