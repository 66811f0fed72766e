/* pages.h - the web pages: one handler each, and their routes.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGES_H
#define TS_PAGES_H
#include "http/route.h"

/* Handlers of ts_page_routes, as route.h has them. */
typedef bool ts_page_handler(struct ts_call *call, struct ts_error *err);

/* session.c */
ts_page_handler ts_page_log_in_form, ts_page_log_in, ts_page_log_out;
/* page_home.c, page_places.c: the way to a table */
ts_page_handler ts_page_home, ts_page_datasource, ts_page_schema;
/* page_table.c, page_history.c, page_edit.c, page_sync.c: one table */
ts_page_handler ts_page_table, ts_page_history, ts_page_edit_form, ts_page_edit,
    ts_page_sync;
/* page_jobs.c */
ts_page_handler ts_page_jobs, ts_page_job;

extern const struct ts_routes ts_page_routes;

#endif
