/* trigger_api.h - `POST /api/v1/table/sync`: the trigger API (design.md 4.1 to 4.3),
 * handlers of route.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRIGGER_API_H
#define TS_TRIGGER_API_H
#include "http/route.h"

extern const struct ts_routes ts_trigger_routes;

#endif
