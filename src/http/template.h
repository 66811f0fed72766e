/* template.h - text with holes, filled from JSON.
 *
 * The part of mustache that pages need:
 *
 *   {{name}}            the value, safe to stand in HTML, also within quotes
 *   {{{name}}}          as it is: for HTML that was made safe before, and nothing else
 *   {{#name}}…{{/name}} once for each item of a list, once for any other value; not at
 *                       all for what is missing, null, false, 0, "" or []
 *   {{?name}}…{{/name}} once where {{#name}} is not left out
 *   {{^name}}…{{/name}} exactly where it is left out
 *   {{>name}}           another template of the same list
 *   {{! … }}            a comment
 *
 * "a.b" is member b of a; "." is the value that a section stands for.  A name is looked
 * up in the innermost section first, then outwards.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TEMPLATE_H
#define TS_TEMPLATE_H
#include "base/json.h"

enum { TS_TEMPLATE_DEPTH = 32 }; /* sections and templates within each other */

struct ts_template {
	const char *name, *text;
};

/* The pages' own, src/http/pages/NAME.html (the list is made by CMake); a row without
 * a name ends them. */
extern const struct ts_template ts_templates[];

/* Append the template `name` of the list, filled from `data`.  TS_E_INTERNAL where a
 * template is not well-formed; the buffer then holds a part. */
TS_MUST_CHECK bool ts_template_print(const struct ts_template *templates,
				     const char *name, const json_t *data,
				     struct ts_buf *html, struct ts_error *err);

/* Append a text as `{{name}}` does. */
void ts_template_escape(const char *text, struct ts_buf *html);

#endif
