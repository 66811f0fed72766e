/* prefer.c - see prefer.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/prefer.h"
#include "base/buf.h"
#include "base/str.h"
#include <string.h>
#include <strings.h>

enum { LONGEST_WAIT_S = 86400 };

static const char blanks[] = " \t";

/* A preference `name[=value]`, its parameters (behind ';') left out, without blanks
 * around it. */
static void take(const char *text, size_t len, struct ts_buf *ret_preference)
{
	const char *parameters = memchr(text, ';', len);

	if (parameters)
		len = (size_t)(parameters - text);
	ts_buf_clear(ret_preference);
	for (size_t i = 0; i < len; i++)
		if (!strchr(blanks, text[i]) && text[i] != '"')
			ts_buf_putc(ret_preference, text[i]);
}

void ts_prefer_parse(const char *text, struct ts_prefer *ret_prefer)
{
	TS_AUTO(ts_buf) preference = {0};
	int64_t seconds;

	*ret_prefer = (struct ts_prefer){.wait_ms = -1};
	while (text && *text) {
		const size_t len = strcspn(text, ",");
		const char *name;

		take(text, len, &preference);
		name = ts_buf_text(&preference);
		if (strcasecmp(name, "respond-async") == 0)
			ret_prefer->wants_no_answer = true;
		else if (strncasecmp(name, "wait=", 5) == 0 &&
			 ret_prefer->wait_ms < 0 &&
			 ts_int64_parse(name + 5, 0, LONGEST_WAIT_S, &seconds))
			ret_prefer->wait_ms = seconds * 1000;
		text += len + (text[len] == ',');
	}
}
