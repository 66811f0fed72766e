/* trigger_body.h - a request's body as a job, in whichever form it was sent.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRIGGER_BODY_H
#define TS_TRIGGER_BODY_H
#include "contract/job.h"

/* What begins with '{' is JSON whatever `media_type` (NULL: none) says, and judged as a
 * worker does it; a form has the same members, the id as digits.  Other types are
 * TS_E_BAD_MEDIA_TYPE.  Release `ret_job` in either case. */
TS_MUST_CHECK bool ts_trigger_body_decode(const char *media_type, const char *body,
					  size_t len, struct ts_job *ret_job,
					  struct ts_error *err);

#endif
