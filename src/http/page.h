/* page.h - web pages: templates in a frame that all share.
 *
 * Pages are plain HTML that needs no script.  Whatever comes from a database, from
 * people or from a request is escaped by the template; a text stands between
 * {{{ and }}} only when store/rich_text.h has made it.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_H
#define TS_PAGE_H
#include "http/call.h"

/* Answer with the template pages/NAME.html.  It begins with {{>head}} and ends with
 * {{>foot}}, which print the frame.  `data` is an object; "title" is the page's, and
 * "refresh", where it is there, after how many seconds the browser asks again.  The
 * frame adds the member "frame": {{>csrf}} prints the field that every form needs from
 * it, and frame.is_admin says whether the forms that change something are for this
 * user.  Sets the headers of a page; the status is the caller's. */
TS_MUST_CHECK bool ts_page_print(struct ts_call *call, const char *name,
				 TS_TAKES json_t *data, struct ts_error *err);
/* The headers of a page alone, for an answer without one (a redirect). */
void ts_page_set_headers(struct ts_call *call);

/* What the style sheet is called (made by CMake): another name when it says something
 * else. */
extern const char ts_page_style[];
/* GET /static/{name} */
bool ts_page_static(struct ts_call *call, struct ts_error *err);

#endif
