/* form.c - see form.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/form.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

void ts_form_release(struct ts_form *form)
{
	free(form->fields);
	free(form->text);
	*form = (struct ts_form){0};
}

const char *ts_form_get(const struct ts_form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}

/* -1: it is no digit. */
static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return -1;
	return (int)(at - digits) < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* Decode a name or a value in place; what was decoded is never longer. */
static bool decode(char *text, struct ts_error *err)
{
	char *to = text;

	for (const char *from = text; *from; from++, to++) {
		int high, low;

		*to = *from == '+' ? ' ' : *from;
		if (*from != '%')
			continue;
		high = digit_of(from[1]);
		low = high < 0 ? -1 : digit_of(from[2]);
		if (low < 0)
			return ts_fail(err, TS_E_BAD_MESSAGE,
				       "a '%%' is not followed by two hexadecimal "
				       "digits");
		if (high == 0 && low == 0)
			return ts_fail(err, TS_E_BAD_MESSAGE, "it has a zero byte");
		*to = (char)(high * 16 + low);
		from += 2;
	}
	*to = '\0';
	if (!ts_utf8_is_valid(text, (size_t)(to - text)))
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is not UTF-8");
	return true;
}

static bool take_field(struct ts_form *form, char *text, struct ts_error *err)
{
	struct ts_form_field *field;
	char *equals = strchr(text, '=');

	if (form->count == TS_FORM_FIELDS)
		return ts_fail(err, TS_E_BAD_MESSAGE, "it has more than %d fields",
			       (int)TS_FORM_FIELDS);
	if (form->count % 16 == 0)
		form->fields =
		    ts_realloc(form->fields, form->count + 16, sizeof(*form->fields));
	field = &form->fields[form->count++];
	field->name = text;
	field->value = equals ? equals + 1 : text + strlen(text);
	if (equals)
		*equals = '\0';
	return decode(field->name, err) && (!equals || decode(field->value, err));
}

static bool take_fields(struct ts_form *form, struct ts_error *err)
{
	char *end;

	for (char *at = form->text; at; at = end) {
		end = strchr(at, '&');
		if (end)
			*end++ = '\0';
		if (*at && !take_field(form, at, err))
			return false;
	}
	return true;
}

bool ts_form_parse(const char *body, size_t len, struct ts_form *ret_form,
		   struct ts_error *err)
{
	struct ts_form form = {0};

	if (memchr(body, '\0', len))
		return ts_fail(err, TS_E_BAD_MESSAGE, "it has a zero byte");
	form.text = ts_memdup(body, len);
	if (!take_fields(&form, err)) {
		ts_form_release(&form);
		return false;
	}
	*ret_form = form;
	return true;
}
