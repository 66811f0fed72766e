/* catalog.h - the catalog that is kept up to date, whatever its kind.
 *
 * A kind is a row of functions (catalog.c) in a file of its own.  Writes take lists: n
 * documents in one call, each with an outcome of its own.
 *
 * Thread: one at a time a catalog; each worker thread opens its own (it keeps one HTTP
 * connection alive). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CATALOG_H
#define TS_CATALOG_H
#include "base/json.h"
#include "config/config.h"

struct ts_catalog;

/* One document to be written, and what came of it.  Zero the outcome before. */
struct ts_write {
	json_t *document;        /* borrowed; with ds_id (design.md 4.6) */
	const char *traceparent; /* carried along, or NULL; borrowed */
	char *change, *table; /* JSON, as the reply has them; owned; NULL on failure */
	struct ts_error err;
};

/* Borrows `config`.  Connects to nothing yet.  TS_E_CONFIG for an unknown driver. */
TS_MUST_CHECK bool ts_catalog_new(const struct ts_config *config,
				  struct ts_catalog **ret_catalog,
				  struct ts_error *err);
void ts_catalog_free(struct ts_catalog *catalog);

/* Write `count` documents; fills each outcome, by the deadline. */
void ts_catalog_write(struct ts_catalog *catalog, struct ts_write *writes, size_t count,
		      int64_t deadline_ms);

#endif
