/* trigger_body.c - see trigger_body.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trigger_body.h"
#include "base/json_text.h"
#include "http/form.h"
#include <string.h>
#include <strings.h>

/* Does it say `type`, with or without parameters? */
static bool is_type(const char *media_type, const char *type)
{
	const size_t len = strlen(type);

	return strncasecmp(media_type, type, len) == 0 &&
	       strchr("; \t", media_type[len]) != NULL; /* the NUL, too */
}

static bool begins_with_brace(const char *body, size_t len)
{
	while (len && strchr(" \t\r\n", *body) && *body) {
		body++;
		len--;
	}
	return len && *body == '{';
}

/* An id of digits is a number in JSON; zeros before it would make it none. */
static void put_value(const struct ts_form_field *field, struct ts_buf *json)
{
	const char *text = field->value;
	const size_t len = strlen(text);
	size_t zeros = strspn(text, "0");

	if (strcmp(field->name, "datasource_id") != 0 || !len ||
	    strspn(text, "0123456789") != len) {
		ts_json_text_print(text, len, json);
		return;
	}
	if (zeros == len)
		zeros--;
	ts_buf_puts(json, text + zeros);
}

static bool decode_form(const char *body, size_t len, struct ts_job *ret_job,
			struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};
	TS_AUTO(ts_buf) json = {0};

	if (!ts_form_parse(body, len, &form, err))
		return false;
	ts_buf_putc(&json, '{');
	for (size_t i = 0; i < form.count; i++) {
		const struct ts_form_field *field = &form.fields[i];

		if (i)
			ts_buf_putc(&json, ',');
		ts_json_text_print(field->name, strlen(field->name), &json);
		ts_buf_putc(&json, ':');
		put_value(field, &json);
	}
	ts_buf_putc(&json, '}');
	return ts_job_decode(json.data, json.len, ret_job, err);
}

bool ts_trigger_body_decode(const char *media_type, const char *body, size_t len,
			    struct ts_job *ret_job, struct ts_error *err)
{
	*ret_job = (struct ts_job){0};
	if (begins_with_brace(body, len) || !media_type ||
	    is_type(media_type, "application/json"))
		return ts_job_decode(body, len, ret_job, err);
	if (is_type(media_type, "application/x-www-form-urlencoded"))
		return decode_form(body, len, ret_job, err);
	return ts_fail(err, TS_E_BAD_MEDIA_TYPE,
		       "send application/json or application/x-www-form-urlencoded");
}
