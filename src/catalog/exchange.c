/* exchange.c - see exchange.h; the only file that knows libcurl. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/exchange.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include <curl/curl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_BYTES = 128 * 1024 * 1024, /* a list of 256 wide tables comes back */
	PROBLEM_BYTES = 64 * 1024,        /* of an error that is read for its words */
	PROBLEM_TEXT = 400,               /* of those words that are shown */
	RETRY_AFTER_MAX = 3600,           /* seconds that are waited for, at most */
};

struct ts_exchange {
	CURL *handle;
	char *token_header;            /* "Token: …", NULL without */
	char failure[CURL_ERROR_SIZE]; /* what curl says of the exchange under way */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		ts_out_of_memory();
}

/* Printable ASCII without spaces cannot end a header. */
static bool is_header_value(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

bool ts_exchange_new(const char *token, struct ts_exchange **ret_exchange,
		     struct ts_error *err)
{
	struct ts_exchange *exchange;
	TS_AUTO(ts_buf) header = {0};

	if (token && !is_header_value(token))
		return ts_fail(err, TS_E_CONFIG,
			       "the token in catalog.token_file holds a character that "
			       "no token has");
	pthread_once(&once, init_curl);
	exchange = ts_calloc(1, sizeof(*exchange));
	exchange->handle = curl_easy_init();
	if (!exchange->handle)
		ts_out_of_memory();
	if (token) {
		ts_buf_printf(&header, "Token: %s", token);
		exchange->token_header = ts_buf_detach(&header);
	}
	*ret_exchange = exchange;
	return true;
}

void ts_exchange_free(struct ts_exchange *exchange)
{
	if (!exchange)
		return;
	curl_easy_cleanup(exchange->handle);
	free(exchange->token_header);
	free(exchange);
}

enum ts_code ts_exchange_judge(long status)
{
	if (status >= 200 && status <= 299)
		return TS_OK;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return TS_E_CATALOG_UNREACHABLE;
	return TS_E_CATALOG_REJECTED;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *opaque)
{
	struct ts_buf *answer = opaque;

	if (answer->len + size * count > ANSWER_BYTES)
		return 0; /* curl ends the transfer with CURLE_WRITE_ERROR */
	ts_buf_add(answer, bytes, size * count);
	return size * count;
}

/* The form of W3C Trace Context: groups of lower-case hex digits. */
static bool is_traceparent(const char *text)
{
	return text && strlen(text) >= 55 && strlen(text) <= 256 &&
	       strspn(text, "0123456789abcdef-") == strlen(text);
}

static void add_header(struct curl_slist **headers, const char *header)
{
	struct curl_slist *longer = curl_slist_append(*headers, header);

	if (!longer)
		ts_out_of_memory();
	*headers = longer;
}

static struct curl_slist *make_headers(const struct ts_exchange *exchange,
				       const char *traceparent)
{
	struct curl_slist *headers = NULL;
	TS_AUTO(ts_buf) header = {0};

	add_header(&headers, "Content-Type: application/json");
	add_header(&headers, "Accept: application/json");
	add_header(&headers, "Expect:"); /* no second round trip for a long list */
	if (exchange->token_header)
		add_header(&headers, exchange->token_header);
	if (is_traceparent(traceparent)) {
		ts_buf_printf(&header, "traceparent: %s", traceparent);
		add_header(&headers, ts_buf_text(&header));
	}
	return headers;
}

static void set_options(struct ts_exchange *exchange, const char *method,
			const char *url, const struct ts_buf *body,
			struct ts_buf *answer, int timeout_ms)
{
	CURL *handle = exchange->handle;

	curl_easy_reset(handle); /* keeps the connection */
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(handle, CURLOPT_PROXY, "");
	curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(handle, CURLOPT_URL, url);
	curl_easy_setopt(handle, CURLOPT_POSTFIELDS, ts_buf_text(body));
	curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
	curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, exchange->failure);
}

/* Answers that are none, and requests that cannot be made; any other failure of a
 * transfer may be gone another time. */
static bool is_hopeless(CURLcode code)
{
	static const CURLcode codes[] = {CURLE_UNSUPPORTED_PROTOCOL,
					 CURLE_URL_MALFORMAT, CURLE_WEIRD_SERVER_REPLY,
					 CURLE_WRITE_ERROR};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static bool fail_transfer(const struct ts_exchange *exchange, CURLcode code,
			  struct ts_error *err)
{
	const char *why =
	    exchange->failure[0] ? exchange->failure : curl_easy_strerror(code);

	if (code == CURLE_WRITE_ERROR)
		why = "its answer is too long";
	return ts_fail(
	    err, is_hopeless(code) ? TS_E_CATALOG_REJECTED : TS_E_CATALOG_UNREACHABLE,
	    "%s", why);
}

/* The catalog's own words: `detail` of a problem (RFC 9457), else only the status. */
static void fail_status(long status, const struct ts_buf *answer, struct ts_error *err)
{
	const char *detail = NULL;
	struct ts_error ignored = {0};
	json_t *problem = NULL;

	if (ts_json_parse(ts_buf_text(answer), answer->len, PROBLEM_BYTES, &problem,
			  &ignored))
		detail = ts_json_text(problem, "detail");
	if (detail)
		ts_fail(err, ts_exchange_judge(status), "HTTP %ld: %.*s", status,
			(int)ts_utf8_cut(detail, strlen(detail) < PROBLEM_TEXT
						     ? strlen(detail)
						     : PROBLEM_TEXT),
			detail);
	else
		ts_fail(err, ts_exchange_judge(status), "HTTP %ld", status);
	json_decref(problem);
}

/* What its header Retry-After, seconds or a date, asks for; 0 where it has none or the
 * date is past (which curl tells as a negative number). */
static int find_retry_after_ms(const struct ts_exchange *exchange)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(exchange->handle, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds < 0)
		return 0;
	return 1000 * (int)(seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX);
}

bool ts_exchange_run(struct ts_exchange *exchange, const char *method, const char *url,
		     const struct ts_buf *body, const char *traceparent,
		     int64_t deadline_ms, struct ts_buf *ret_answer,
		     struct ts_error *err)
{
	int timeout_ms = ts_remaining_ms(deadline_ms, INT_MAX);
	struct curl_slist *headers;
	TS_AUTO(ts_buf) answer = {0};
	CURLcode code;
	long status = 0;

	if (timeout_ms == 0) /* which to curl means: no limit */
		return ts_fail(err, TS_E_CATALOG_UNREACHABLE, "no time was left");
	headers = make_headers(exchange, traceparent);
	set_options(exchange, method, url, body, &answer, timeout_ms);
	curl_easy_setopt(exchange->handle, CURLOPT_HTTPHEADER, headers);
	exchange->failure[0] = '\0';
	code = curl_easy_perform(exchange->handle);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return fail_transfer(exchange, code, err);

	curl_easy_getinfo(exchange->handle, CURLINFO_RESPONSE_CODE, &status);
	if (ts_exchange_judge(status) != TS_OK) {
		fail_status(status, &answer, err);
		if (ts_code_class(err->code) == TS_RETRY)
			err->retry_after_ms = find_retry_after_ms(exchange);
		return false;
	}
	ts_buf_add(ret_answer, ts_buf_text(&answer), answer.len);
	return true;
}
