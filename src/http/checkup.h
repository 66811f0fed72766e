/* checkup.h - does the storage answer, and soon?  And what was written to it?
 *
 * A thread of its own looks, when somebody asks: a storage that hangs holds nobody who
 * asks for longer than a second.
 *
 * Thread: any, but for start and end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CHECKUP_H
#define TS_CHECKUP_H
#include "base/error.h"
#include "base/exposition.h"
#include "base/probe.h"

struct ts_checkup;
struct ts_store;

/* Borrows the store.  TS_E_SYSTEM. */
TS_MUST_CHECK bool ts_checkup_start(struct ts_store *store,
				    struct ts_checkup **ret_checkup,
				    struct ts_error *err);
/* Nobody may be asking; waits for a look that is under way.  NULL is fine. */
void ts_checkup_stop(struct ts_checkup *checkup);

/* Is the storage ready?  (It has no say in whether the process is alive.) */
struct ts_probe ts_checkup_probe(struct ts_checkup *checkup);
/* All that it may print. */
extern const struct ts_metrics ts_checkup_metrics;

#endif
