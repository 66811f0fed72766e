/* page.c - see page.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page.h"
#include "base/str.h"
#include "http/csrf.h"
#include "http/route.h"
#include "http/template.h"
#include "http_files.h"
#include <string.h>

static const struct {
	const char *name, *value;
} page_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
     "base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

/* What the navigation offers: the way to each, and what its pages' paths begin with.
 * What begins with nothing else belongs to the first. */
static const struct {
	const char *path, *begin, *label;
	unsigned roles;
} places[] = {
    {"/", "/", "Catalog", TS_ROLES_READ},
    {"/jobs/", "/jobs", "Jobs", TS_ROLES_READ},
    {"/letters/", "/letters", "Dead letters", TS_ROLES_ADMIN},
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

void ts_page_set_headers(struct ts_call *call)
{
	for (size_t i = 0; i < sizeof(page_headers) / sizeof(page_headers[0]); i++)
		ts_call_add_header(call, page_headers[i].name, page_headers[i].value);
}

static json_t *make_navigation(const struct ts_call *call)
{
	json_t *list = json_array();
	size_t current = PLACES - 1;

	while (current && !ts_str_has_prefix(call->path, places[current].begin))
		current--;
	for (size_t i = 0; i < PLACES; i++)
		if (call->access.token.role & places[i].roles)
			json_array_append_new(
			    list,
			    json_pack("{ss, ss, sb}", "path", places[i].path, "label",
				      places[i].label, "is_current", i == current));
	return list;
}

static json_t *make_frame(const struct ts_call *call)
{
	const struct ts_token *token = &call->access.token;
	char csrf[TS_CSRF_SIZE];
	json_t *frame = json_object();

	json_object_set_new(frame, "style", json_string(ts_page_style));
	if (!token->role)
		return frame;
	json_object_set_new(frame, "navigation", make_navigation(call));
	json_object_set_new(frame, "user",
			    json_pack("{ss, ss}", "name",
				      token->name ? token->name : "", "role",
				      ts_role_name(token->role)));
	json_object_set_new(frame, "is_admin",
			    json_boolean(token->role == TS_ROLE_ADMIN));
	if (call->access.session) {
		ts_csrf_make(call->access.session, csrf);
		json_object_set_new(frame, "csrf", json_string(csrf));
	}
	return frame;
}

bool ts_page_print(struct ts_call *call, const char *name, json_t *data,
		   struct ts_error *err)
{
	bool is_ok;

	json_object_set_new(data, "frame", make_frame(call));
	ts_buf_clear(&call->answer);
	is_ok = ts_template_print(ts_templates, name, data, &call->answer, err);
	json_decref(data);
	if (!is_ok)
		return false;
	call->content_type = "text/html; charset=utf-8";
	ts_page_set_headers(call);
	return true;
}

static const struct {
	const char *name, *type, *text;
} files[] = {
    {ts_page_style, "text/css; charset=utf-8", ts_http_pages_style_css},
    {"icon.svg", "image/svg+xml", ts_http_pages_icon_svg},
};

bool ts_page_static(struct ts_call *call, struct ts_error *err)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(call->name, files[i].name) != 0)
			continue;
		call->content_type = files[i].type;
		ts_call_add_header(call, "Cache-Control", "public, max-age=86400");
		ts_call_add_header(call, "X-Content-Type-Options", "nosniff");
		ts_buf_puts(&call->answer, files[i].text);
		return true;
	}
	return ts_fail(err, TS_E_TABLE_NOT_FOUND, "there is no such file");
}
