/* page_history.h - the versions of a table, and what changed from one to the next.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_HISTORY_H
#define TS_PAGE_HISTORY_H
#include "http/call.h"

/* The versions of the table call->id below `before`, the newest first, at most `limit`:
 *
 *   {"version", "observed_at", "removed", "is_first", "columns_added",
 *    "columns_removed", "columns_changed": [{"name", "changes"}], "changes"}
 *
 * where changes are {"what", "before", "after"}, with the texts that were told only
 * before and only after.  *ret_next is the `before` of the next page, 0 where there is
 * none. */
TS_MUST_CHECK bool ts_page_versions(const struct ts_call *call, int64_t before,
				    size_t limit, json_t **ret_list, int64_t *ret_next,
				    struct ts_error *err);

#endif
