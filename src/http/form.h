/* form.h - the fields of a body in application/x-www-form-urlencoded.
 *
 * Plain data; zero-initialised is empty.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FORM_H
#define TS_FORM_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

enum { TS_FORM_FIELDS = 1024 };

struct ts_form_field {
	char *name, *value; /* UTF-8 without NUL */
};

struct ts_form {
	struct ts_form_field *fields; /* in their order; a name may come again */
	size_t count;
	char *text; /* what they lie in; owned */
};

/* TS_E_BAD_MESSAGE where it is not such a text, or has more than TS_FORM_FIELDS. */
TS_MUST_CHECK bool ts_form_parse(const char *body, size_t len, struct ts_form *ret_form,
				 struct ts_error *err);
void ts_form_release(struct ts_form *form);

/* The first of that name; NULL where there is none. */
const char *ts_form_get(const struct ts_form *form, const char *name);

#endif
