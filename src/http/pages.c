/* pages.c - see pages.h; every page but those of dead letters is a row here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/pages.h"
#include "http/page.h"

enum {
	FORM_BYTES = 64 * 1024,
	EDIT_BYTES = 1024 * 1024, /* long descriptions, many fields */
};

#define PAGE TS_ROUTE_PAGE
#define FORM TS_BODY_FORM

static const struct ts_route routes[] = {
    {"GET", "/login", ts_page_log_in_form, TS_ROLES_OPEN, PAGE, 0, 0, {"next"}},
    {"POST", "/login", ts_page_log_in, TS_ROLES_OPEN, PAGE, FORM, FORM_BYTES, {0}},
    {"POST", "/logout", ts_page_log_out, TS_ROLES_READ, PAGE, FORM, FORM_BYTES, {0}},
    {"GET", "/static/{name}", ts_page_static, TS_ROLES_OPEN, PAGE, 0, 0, {0}},
    {"GET",
     "/",
     ts_page_home,
     TS_ROLES_READ,
     PAGE,
     0,
     0,
     {"q", "datasource_id", "removed", "after"}},
    {"GET",
     "/datasource/{name}",
     ts_page_datasource,
     TS_ROLES_READ,
     PAGE,
     0,
     0,
     {"after"}},
    {"GET",
     "/schema/{id}",
     ts_page_schema,
     TS_ROLES_READ,
     PAGE,
     0,
     0,
     {"removed", "after"}},
    {"GET", "/table/{id}", ts_page_table, TS_ROLES_READ, PAGE, 0, 0, {"saved"}},
    {"GET",
     "/table/{id}/history",
     ts_page_history,
     TS_ROLES_READ,
     PAGE,
     0,
     0,
     {"before"}},
    {"GET", "/table/{id}/edit", ts_page_edit_form, TS_ROLES_ADMIN, PAGE, 0, 0, {0}},
    {"POST",
     "/table/{id}/edit",
     ts_page_edit,
     TS_ROLES_ADMIN,
     PAGE,
     FORM,
     EDIT_BYTES,
     {0}},
    {"POST",
     "/table/{id}/sync",
     ts_page_sync,
     TS_ROLES_ADMIN,
     PAGE,
     FORM,
     FORM_BYTES,
     {0}},
    {"GET",
     "/jobs",
     ts_page_jobs,
     TS_ROLES_READ,
     PAGE,
     0,
     0,
     {"state", "datasource_id", "schema", "table", "error", "before", "live"}},
    {"GET", "/jobs/{name}", ts_page_job, TS_ROLES_READ, PAGE, 0, 0, {"live"}},
};

const struct ts_routes ts_page_routes = {routes, sizeof(routes) / sizeof(routes[0])};
