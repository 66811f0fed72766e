/* trace.c - see trace.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/trace.h"
#include <string.h>

/* version "-" trace id "-" parent "-" flags; later versions may append more */
static const char form[] = "xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
enum { ID_AT = 3, ID_LEN = TS_TRACE_ID_SIZE - 1 };

static bool has_form(const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; form[i]; i++) {
		if (!text[i])
			return false;
		if (form[i] == 'x' ? !strchr(digits, text[i]) : text[i] != form[i])
			return false;
	}
	return true;
}

bool ts_trace_id(const char *traceparent, char ret_id[TS_TRACE_ID_SIZE])
{
	const char *id, *rest;

	if (!traceparent || !has_form(traceparent))
		return false;
	id = traceparent + ID_AT;
	rest = traceparent + sizeof(form) - 1;
	if (strncmp(traceparent, "ff", 2) == 0 || strspn(id, "0") >= ID_LEN)
		return false;
	if (*rest && (*rest != '-' || strncmp(traceparent, "00", 2) == 0))
		return false;
	memcpy(ret_id, id, ID_LEN);
	ret_id[ID_LEN] = '\0';
	return true;
}
