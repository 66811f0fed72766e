/* catalog_api.h - the reference catalog over HTTP (design.md 4.6). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CATALOG_API_H
#define TS_CATALOG_API_H
#include "http/route.h"

extern const struct ts_routes ts_catalog_routes;

#endif
