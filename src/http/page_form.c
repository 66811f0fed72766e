/* page_form.c - see page_form.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page_form.h"
#include "config/config.h"
#include "http/csrf.h"
#include <string.h>

/* Old browsers, and all of them over plain HTTP, say only from which origin. */
static bool is_own_origin(const struct ts_call *call)
{
	const char *host = strstr(call->origin, "://");
	const char *url = call->services->config->http.public_url;

	if (*url && strcmp(call->origin, url) == 0)
		return true;
	return host && call->host && strcmp(host + strlen("://"), call->host) == 0;
}

bool ts_page_is_own(const struct ts_call *call, struct ts_error *err)
{
	bool is_own = true;

	if (call->fetch_site)
		is_own = strcmp(call->fetch_site, "same-origin") == 0 ||
			 strcmp(call->fetch_site, "none") == 0;
	else if (call->origin)
		is_own = is_own_origin(call);
	return is_own || ts_fail(err, TS_E_NOT_ADMIN, "another site sent this form");
}

bool ts_page_take_form(const struct ts_call *call, struct ts_form *ret_form,
		       struct ts_error *err)
{
	const char *session = call->access.session;

	if (!ts_page_is_own(call, err) ||
	    !ts_form_parse(call->body, call->body_len, ret_form, err))
		return false;
	if (!session || ts_csrf_is_right(session, ts_form_get(ret_form, TS_CSRF_FIELD)))
		return true;
	ts_form_release(ret_form);
	return ts_fail(err, TS_E_NOT_ADMIN,
		       "this form is of another session: load the page again");
}
