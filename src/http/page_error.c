/* page_error.c - see page_error.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page_error.h"
#include "http/page.h"
#include "http/url.h"
#include <string.h>

/* What a page says above the message. */
static const struct {
	int status;
	const char *title;
} titles[] = {
    {400, "This request cannot be understood"},
    {403, "You may not do that"},
    {404, "There is nothing here"},
    {405, "That cannot be done here"},
    {412, "Somebody else was faster"},
    {413, "That is too much"},
    {415, "This form cannot be read"},
    {429, "Too much is going on"},
    {504, "It takes longer"},
};

static const char *title_of(int status)
{
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Something went wrong";
}

/* Where the browser is to come back to after the log-in: only what it can ask for by
 * itself. */
static void lead_to_log_in(struct ts_call *call)
{
	TS_AUTO(ts_buf) here = {0}, path = {0};
	bool is_asking =
	    strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;

	ts_buf_puts(&path, "/login");
	ts_url_print_request(call, NULL, &here);
	if (is_asking && strcmp(ts_buf_text(&here), "/") != 0)
		ts_url_add_parameter(&path, "next", ts_buf_text(&here));
	ts_page_set_headers(call);
	ts_call_redirect(call, ts_buf_text(&path));
}

void ts_page_refuse(struct ts_call *call, int status, const struct ts_error *err)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	struct ts_error failure = {0};
	const char *detail = err->text;
	json_t *data;

	if (err->code == TS_E_NOT_AUTHENTICATED) {
		lead_to_log_in(call);
		return;
	}
	if (err->code == TS_E_INTERNAL) {
		detail = ts_code_sentence(err->code);
	} else if (status != 404 && status != 405) {
		ts_error_message(err, message, sizeof(message));
		detail = message;
	}
	data = json_pack("{ss, ss, si, ss}", "title", title_of(status), "detail",
			 detail, "status", status, "code", ts_code_name(err->code));
	call->status = status;
	call->etag = -1;
	if (!ts_page_print(call, "error", data, &failure))
		ts_call_refuse(call, status, err);
}
