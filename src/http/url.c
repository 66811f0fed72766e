/* url.c - see url.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/url.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void ts_url_add_parameter(struct ts_buf *path, const char *name, const char *value)
{
	ts_buf_printf(path, "%s%s=", strchr(path->data, '?') ? "&" : "?", name);
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte < 0x80 && (isalnum(byte) || strchr("-._~", byte)))
			ts_buf_putc(path, *value);
		else
			ts_buf_printf(path, "%%%02X", byte);
	}
}

void ts_url_add_number(struct ts_buf *path, const char *name, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	ts_url_add_parameter(path, name, text);
}

void ts_url_print_request(const struct ts_call *call, const char *left_out,
			  struct ts_buf *path)
{
	ts_buf_puts(path, call->path);
	if (!call->parameter_names)
		return;
	for (size_t i = 0; call->parameter_names[i]; i++) {
		const char *name = call->parameter_names[i];
		const char *value = ts_call_parameter(call, name);

		if (value && (!left_out || strcmp(name, left_out) != 0))
			ts_url_add_parameter(path, name, value);
	}
}
