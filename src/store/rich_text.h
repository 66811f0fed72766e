/* rich_text.h - what people write with HTML, made safe.
 *
 * The text is read as a browser reads it, and written anew from a short list of tags:
 * p br b strong i em u s code pre ul ol li a h1 to h6 blockquote table thead tbody tr
 * th td hr.  Of attributes `href` of a link stays, where it leads to http, https or
 * mailto. Other tags go and what is in them stays; of script, style and the like it
 * goes too. What is safe already comes out as it is, and a text without tags is such
 * HTML: `<` and
 * `&` that stand for themselves are escaped.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_RICH_TEXT_H
#define TS_RICH_TEXT_H
#include "base/buf.h"

/* Append it made safe. */
void ts_rich_text_print(const char *html, struct ts_buf *out);
/* Append its text alone, with a space between blocks. */
void ts_rich_text_words(const char *html, struct ts_buf *out);

#endif
