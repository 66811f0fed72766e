/* page_places.h - data sources as pages show them.
 *
 * Thread: the one that handles the request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PAGE_PLACES_H
#define TS_PAGE_PLACES_H
#include "http/call.h"

/* Those of the catalog and those of the configuration, as far as the user may see them:
 * {"id", "datasource", "schemas", "tables", "removed", "observed_at", "last"}, where
 * "last" is the newest answered job. */
TS_MUST_CHECK bool ts_page_datasources(const struct ts_call *call, json_t **ret_list,
				       struct ts_error *err);

#endif
