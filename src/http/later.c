/* later.c - see later.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/later.h"
#include <microhttpd.h>

void ts_later_begin(struct ts_call *call)
{
	call->is_later = true;
	MHD_suspend_connection(call->exchange);
}

void ts_later_end(struct ts_call *call)
{
	MHD_resume_connection(call->exchange);
}
