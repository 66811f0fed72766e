/* session.c - the pages that log people in and out (pages.h).
 *
 * A token is shown once and becomes a session, whose secret is in a cookie that scripts
 * cannot read.  The cookie comes along with links from other sites (SameSite=Lax): a
 * reply's url leads to its page from wherever it is told; forms are safe by their
 * token (csrf.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "config/config.h"
#include "http/page.h"
#include "http/page_form.h"
#include "http/pages.h"
#include <ctype.h>
#include <string.h>

enum { SESSION_HOURS = 12 };

/* A path of ours: not "//host", nor what browsers take for it. */
static bool is_own_path(const char *path)
{
	if (!path || path[0] != '/' || path[1] == '/')
		return false;
	for (; *path; path++)
		if (*path <= ' ' || *path > '~' || *path == '\\')
			return false;
	return true;
}

static bool print_form(struct ts_call *call, const char *next, const char *complaint,
		       struct ts_error *err)
{
	json_t *data =
	    json_pack("{ss, ss, ss*}", "title", "Log in", "next",
		      is_own_path(next) ? next : "/", "complaint", complaint);

	return ts_page_print(call, "login", data, err);
}

static void set_cookie(struct ts_call *call, const char *value, int64_t seconds)
{
	const char *url = call->services->config->http.public_url;
	bool is_secure = ts_str_has_prefix(url, "https:");
	TS_AUTO(ts_buf) cookie = {0};

	ts_buf_printf(&cookie,
		      TS_SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax; "
					"Max-Age=%lld%s",
		      value, (long long)seconds, is_secure ? "; Secure" : "");
	ts_call_add_header(call, "Set-Cookie", ts_buf_text(&cookie));
	memset(cookie.data, 0, cookie.len);
}

bool ts_page_log_in_form(struct ts_call *call, struct ts_error *err)
{
	return print_form(call, ts_call_parameter(call, "next"), NULL, err);
}

/* Without the white space that comes along when a token is copied. */
static void trim(const char *text, struct ts_buf *ret_token)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strcspn(text, " \t\r\n");
	ts_buf_add(ret_token, text, len);
}

static bool log_in(struct ts_call *call, const struct ts_form *form,
		   struct ts_error *err)
{
	const char *next = ts_form_get(form, "next"),
		   *text = ts_form_get(form, "token");
	char session[TS_SECRET_TEXT_SIZE];
	TS_AUTO(ts_buf) token = {0};

	trim(text ? text : "", &token);
	if (!ts_access_log_in(call->services->store, ts_buf_text(&token),
			      (int64_t)SESSION_HOURS * 3600 * 1000, session, err)) {
		if (err->code != TS_E_NOT_AUTHENTICATED)
			return false;
		call->status = 403;
		return print_form(
		    call, next,
		    "This token opens nothing: it is wrong, has expired or "
		    "was revoked.",
		    err);
	}
	ts_page_set_headers(call);
	set_cookie(call, session, SESSION_HOURS * 3600);
	ts_call_redirect(call, is_own_path(next) ? next : "/");
	return true;
}

bool ts_page_log_in(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};

	return ts_page_is_own(call, err) &&
	       ts_form_parse(call->body, call->body_len, &form, err) &&
	       log_in(call, &form, err);
}

bool ts_page_log_out(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};

	if (!ts_page_take_form(call, &form, err))
		return false;
	if (!ts_access_log_out(call->services->store, &call->access, err))
		return false;
	ts_page_set_headers(call);
	set_cookie(call, "", 0);
	ts_call_redirect(call, "/login");
	return true;
}
