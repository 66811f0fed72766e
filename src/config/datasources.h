/* datasources.h - which of the configured data sources is meant?
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DATASOURCES_H
#define TS_DATASOURCES_H
#include "config/config.h"

/* The id that `text` is, or that of the data source with this name.  TS_E_USAGE. */
TS_MUST_CHECK bool ts_datasource_id(const struct ts_config *config, const char *text,
				    int32_t *ret_id, struct ts_error *err);
/* The name that goes with the id; NULL where none is configured.  Borrowed. */
const char *ts_datasource_name(const struct ts_config *config, int64_t id);

#endif
