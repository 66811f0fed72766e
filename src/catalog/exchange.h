/* exchange.h - one HTTP request and its answer, by a deadline.
 *
 * The connection is kept alive from one exchange to the next.  Only http and https, no
 * redirects, no proxy, no .netrc: what is asked is exactly what was configured.
 *
 * Thread: one at a time an exchange. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_EXCHANGE_H
#define TS_EXCHANGE_H
#include "base/buf.h"
#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

struct ts_exchange;

/* `token` NULL: none is sent.  TS_E_CONFIG for a token that cannot stand in a header.
 */
TS_MUST_CHECK bool ts_exchange_new(const char *token, struct ts_exchange **ret_exchange,
				   struct ts_error *err);
void ts_exchange_free(struct ts_exchange *exchange);

/* Send `body` as JSON and append the answer's body to `ret_answer`.  Fails unless the
 * answer is a 2xx: TS_E_CATALOG_UNREACHABLE where it may work later (refused, timed
 * out, 408, 425, 429, 5xx; its Retry-After is in err.retry_after_ms, at most an hour),
 * TS_E_CATALOG_REJECTED with the catalog's own words for any
 * other.  `traceparent` is sent where it is one. */
TS_MUST_CHECK bool ts_exchange_run(struct ts_exchange *exchange, const char *method,
				   const char *url, const struct ts_buf *body,
				   const char *traceparent, int64_t deadline_ms,
				   struct ts_buf *ret_answer, struct ts_error *err);

/* What a status means: TS_OK, TS_E_CATALOG_UNREACHABLE or TS_E_CATALOG_REJECTED. */
enum ts_code ts_exchange_judge(long status);

#endif
