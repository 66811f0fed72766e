/* page_form.h - forms that came from a page of ours, and from no other site.
 *
 * Each form carries a token of its session (csrf.h), and the browser says besides from
 * where a form was sent.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_FORM_H
#define TS_PAGE_FORM_H
#include "http/call.h"
#include "http/form.h"

/* TS_E_NOT_ADMIN where the browser says that another site sent the request. */
TS_MUST_CHECK bool ts_page_is_own(const struct ts_call *call, struct ts_error *err);

/* The fields of a form that was posted.  TS_E_NOT_ADMIN where it is none that we gave
 * to this session.  Who shows a token in the header needs none: no site can make a
 * browser do that. */
TS_MUST_CHECK bool ts_page_take_form(const struct ts_call *call,
				     struct ts_form *ret_form, struct ts_error *err);

#endif
