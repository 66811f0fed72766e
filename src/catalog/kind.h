/* kind.h - a kind of catalog: a row of functions (catalog.c) in a file of its own.
 *
 * Thread: one at a time a catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_KIND_H
#define TS_KIND_H
#include "catalog/catalog.h"

struct ts_kind {
	const char *driver; /* of `catalog.driver` */
	/* Opaque to everybody else: what `open` gives belongs to `close`. */
	bool (*open)(const struct ts_config *config, void **ret_state,
		     struct ts_error *err);
	void (*close)(void *state);
	/* Fills each outcome, by the deadline. */
	void (*write)(void *state, struct ts_write *writes, size_t count,
		      int64_t deadline_ms);
};

extern const struct ts_kind ts_kind_tablesync, ts_kind_simulated;

#endif
