/* error.c - see error.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/str.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct code_row {
	const char *name;
	int status;
	enum ts_class class;
	const char *sentence;
} rows[TS_CODE_COUNT] = {[TS_OK] = {"ok", 200, TS_REJECT, ""},
#define X(code, name, status, class, sentence) [code] = {name, status, class, sentence},
			 TS_ERRORS(X)
#undef X
};

bool ts_fail(struct ts_error *err, enum ts_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->code = code;
	err->retry_after_ms = 0;
	return false;
}

bool ts_wrap(struct ts_error *err, const char *format, ...)
{
	char inner[sizeof(err->text)];
	size_t len;
	va_list args;

	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", inner);
	return false;
}

void ts_error_message(const struct ts_error *err, char *ret_message, size_t size)
{
	const char *sentence = ts_code_sentence(err->code);

	snprintf(ret_message, size, "%s%s%s", sentence, err->text[0] ? ": " : "",
		 err->text);
	ts_utf8_clean(ret_message);
}

static const struct code_row *row(enum ts_code code)
{
	assert(code < TS_CODE_COUNT);
	return &rows[code];
}

const char *ts_code_name(enum ts_code code)
{
	return row(code)->name;
}

int ts_code_status(enum ts_code code)
{
	return row(code)->status;
}

enum ts_class ts_code_class(enum ts_code code)
{
	return row(code)->class;
}

const char *ts_code_sentence(enum ts_code code)
{
	return row(code)->sentence;
}

enum ts_code ts_code_find(const char *name)
{
	for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++)
		if (strcmp(rows[code].name, name) == 0)
			return code;
	return TS_OK;
}
