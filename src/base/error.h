/* error.h - one error value, filled by the function that failed, and the list of all.
 *
 * The list is the contract of design.md 4.3: replies, HTTP answers, dead letters, the
 * README and the tests are all made from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ERROR_H
#define TS_ERROR_H
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>

/* What is to be done next. */
enum ts_class {
	TS_RETRY,  /* may work later: network, time-out, lock, throttling */
	TS_REJECT, /* will never work as it is: an answer */
	TS_STOP,   /* this process is unfit: commit nothing, exit */
};

/* X(code, wire name, HTTP status, class, the sentence that a message begins with).
 * Status 0: never on the wire, only a command's own failure. */
#define TS_ERRORS(X)                                                                   \
	X(TS_E_BAD_MESSAGE, "bad_message", 400, TS_REJECT,                             \
	  "the message is not a JSON object within the limits")                        \
	X(TS_E_MISSING_VALUE, "missing_value", 400, TS_REJECT,                         \
	  "a required value is missing")                                               \
	X(TS_E_BAD_VALUE, "bad_value", 400, TS_REJECT, "a value is not valid")         \
	X(TS_E_BAD_TABLE_TYPE, "bad_table_type", 400, TS_REJECT,                       \
	  "table_type is neither TABLE nor VIEW")                                      \
	X(TS_E_BAD_SCHEMA_NAME, "bad_schema_name", 400, TS_REJECT,                     \
	  "the schema name is not valid")                                              \
	X(TS_E_SCHEMA_EXCLUDED, "schema_excluded", 400, TS_REJECT,                     \
	  "the schema is excluded from the catalog")                                   \
	X(TS_E_NOT_AUTHENTICATED, "not_authenticated", 403, TS_REJECT,                 \
	  "you are not authenticated")                                                 \
	X(TS_E_NOT_ADMIN, "not_admin", 403, TS_REJECT, "you are not an admin")         \
	X(TS_E_SOURCE_DENIED, "source_denied", 403, TS_REJECT,                         \
	  "the service account does not have permission to view the metadata of the "  \
	  "table (may require SELECT)")                                                \
	X(TS_E_SOURCE_LOGIN_DENIED, "source_login_denied", 403, TS_REJECT,             \
	  "the data source refused the service account's login")                       \
	X(TS_E_DATASOURCE_UNKNOWN, "datasource_unknown", 404, TS_REJECT,               \
	  "the data source is not valid")                                              \
	X(TS_E_SCHEMA_NOT_FOUND, "schema_not_found", 404, TS_REJECT,                   \
	  "the schema is not valid")                                                   \
	X(TS_E_TABLE_NOT_FOUND, "table_not_found", 404, TS_REJECT,                     \
	  "the table is not in the data source")                                       \
	X(TS_E_SOURCE_UNREACHABLE, "source_unreachable", 500, TS_RETRY,                \
	  "connecting to the data source failed")                                      \
	X(TS_E_SOURCE_TIMEOUT, "source_timeout", 500, TS_RETRY,                        \
	  "the data source did not answer in time")                                    \
	X(TS_E_SOURCE_BUSY, "source_busy", 500, TS_RETRY,                              \
	  "the table is locked in the data source")                                    \
	X(TS_E_SOURCE_ERROR, "source_error", 500, TS_REJECT,                           \
	  "the data source answered with an error")                                    \
	X(TS_E_CATALOG_UNREACHABLE, "catalog_unreachable", 500, TS_RETRY,              \
	  "the catalog cannot be reached")                                             \
	X(TS_E_CATALOG_REJECTED, "catalog_rejected", 500, TS_REJECT,                   \
	  "the catalog refused the table")                                             \
	X(TS_E_DEADLINE_EXCEEDED, "deadline_exceeded", 500, TS_REJECT,                 \
	  "the requester's deadline passed before the job began")                      \
	X(TS_E_WORKER_CRASH, "worker_crash", 500, TS_REJECT,                           \
	  "the job crashed the worker again and again")                                \
	X(TS_E_PUBLISH_FAILED, "publish_failed", 500, TS_RETRY,                        \
	  "publishing to Kafka failed")                                                \
	X(TS_E_INTERNAL, "internal", 500, TS_REJECT, "an internal error happened")     \
	X(TS_E_CONFLICT, "conflict", 412, TS_REJECT,                                   \
	  "it was changed by somebody else since you read it")                         \
	X(TS_E_TOO_LARGE, "too_large", 413, TS_REJECT, "the request is too large")     \
	X(TS_E_BAD_MEDIA_TYPE, "bad_media_type", 415, TS_REJECT,                       \
	  "the content type is not supported")                                         \
	X(TS_E_BUSY, "busy", 429, TS_RETRY, "too many requests are waiting")           \
	X(TS_E_WAIT_EXPIRED, "wait_expired", 504, TS_RETRY,                            \
	  "the answer did not come in time; the job goes on")                          \
	X(TS_E_USAGE, "usage", 0, TS_STOP, "the command line is not right")            \
	X(TS_E_CONFIG, "config", 0, TS_STOP, "the configuration is not right")         \
	X(TS_E_BROKER, "broker", 0, TS_STOP, "Kafka cannot be used")                   \
	X(TS_E_NOT_ALLOWED, "not_allowed", 0, TS_STOP, "Kafka does not allow it")      \
	X(TS_E_TAKEN_OVER, "taken_over", 0, TS_STOP, "another process took over")      \
	X(TS_E_SYSTEM, "system", 0, TS_STOP, "the operating system refused")

enum ts_code {
	TS_OK,
#define X(code, name, status, class, sentence) code,
	TS_ERRORS(X)
#undef X
	    TS_CODE_COUNT
};

enum {
	TS_ERROR_TEXT_BYTES = 768,     /* of ts_error.text, the NUL among them */
	TS_ERROR_MESSAGE_BYTES = 1024, /* of a message on the wire (design.md 4.2) */
};

/* Zero-initialised: no error. */
struct ts_error {
	enum ts_code code;
	char text[TS_ERROR_TEXT_BYTES]; /* for a human, one sentence, no secret */
	int retry_after_ms; /* who failed asks not to be tried before; 0: did not say */
};

/* Set *err and return false, so that callers can write `return ts_fail(…)`.  The text
 * is what is special about this case; the code's own sentence is not repeated in it. */
bool ts_fail(struct ts_error *err, enum ts_code code, const char *format, ...)
    TS_PRINTF(3, 4);
/* Put context before the text: "line 7: not a number".  Returns false. */
bool ts_wrap(struct ts_error *err, const char *format, ...) TS_PRINTF(2, 3);

/* The message for the requester, "sentence: text", valid UTF-8 and NUL-terminated, cut
 * to `size` bytes. */
void ts_error_message(const struct ts_error *err, char *ret_message, size_t size);

const char *ts_code_name(enum ts_code code);
int ts_code_status(enum ts_code code);
enum ts_class ts_code_class(enum ts_code code);
const char *ts_code_sentence(enum ts_code code);
/* The code of a wire name; TS_OK where no code has that name. */
enum ts_code ts_code_find(const char *name);

#endif
