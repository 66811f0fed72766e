/* catalog_api.h - the reference catalog over HTTP (design.md 4.6): handlers of
 * route.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CATALOG_API_H
#define TS_CATALOG_API_H
#include "http/call.h"

bool ts_catalog_api_put(struct ts_call *call, struct ts_error *err);
bool ts_catalog_api_list(struct ts_call *call, struct ts_error *err);
bool ts_catalog_api_get(struct ts_call *call, struct ts_error *err);
bool ts_catalog_api_patch(struct ts_call *call, struct ts_error *err);
bool ts_catalog_api_versions(struct ts_call *call, struct ts_error *err);

#endif
