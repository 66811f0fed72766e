/* intake.h - requests on their way from libmicrohttpd to a handler, and the answers
 * back.
 *
 * Bodies are taken in up to the route's limit, and within a bound for all requests
 * together.  A request that is refused is read to its end first, within bounds, so that
 * the client gets to read the answer.
 *
 * Thread: those of the library's pool; the counters have a lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_INTAKE_H
#define TS_INTAKE_H
#include "http/route.h"
#include <microhttpd.h>

struct ts_intake;

/* Borrows both; NULL ends the tables. */
struct ts_intake *ts_intake_new(const struct ts_services *services,
				const struct ts_routes *const *tables);
/* No request may be under way. */
void ts_intake_free(struct ts_intake *intake);

/* An MHD_AccessHandlerCallback, an MHD_RequestCompletedCallback and an
 * MHD_NotifyConnectionCallback; `cls` is the intake. */
enum MHD_Result ts_intake_handle(void *cls, struct MHD_Connection *connection,
				 const char *url, const char *method,
				 const char *version, const char *upload,
				 size_t *upload_size, void **request);
void ts_intake_completed(void *cls, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode why);
void ts_intake_connection(void *cls, struct MHD_Connection *connection, void **socket,
			  enum MHD_ConnectionNotificationCode what);

/* From now on each connection ends with its next answer; wait until those that are
 * being made are sent, at most `timeout_ms`. */
void ts_intake_drain(struct ts_intake *intake, int timeout_ms);

#endif
