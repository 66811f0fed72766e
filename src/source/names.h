/* names.h - which catalog and schema a job means; inside source/ only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_NAMES_H
#define TS_NAMES_H
#include "contract/schema_name.h"
#include "source/link.h"

/* A schema name that was understood.  Zero-initialised is empty. */
struct ts_target {
	struct ts_schema_name name;
	char *key;           /* whose connection to take (ts_link_run); owned */
	const char *catalog; /* for the lookup, NULL: the connection's; borrowed */
	const char *schema;  /* borrowed from `name` */
};

void ts_target_release(struct ts_target *target);

/* What can be said of `schema` without a connection: where the catalog goes into the
 * connection string, it must be one that is served, and hold nothing else.  As
 * ts_target_make. */
TS_MUST_CHECK bool ts_target_check(const struct ts_source *source, const char *schema,
				   struct ts_error *err);

/* Understand `schema`, which was checked, as a job gave it: TS_E_BAD_SCHEMA_NAME,
 * TS_E_SCHEMA_EXCLUDED, or TS_E_SCHEMA_NOT_FOUND for a catalog that is not served. */
TS_MUST_CHECK bool ts_target_make(struct ts_source *source,
				  const struct ts_traits *traits, const char *schema,
				  int64_t deadline_ms, struct ts_target *ret_target,
				  struct ts_error *err);

/* Give the names in a document that a dialect made their canonical form, and judge the
 * spelling found: TS_E_SCHEMA_EXCLUDED. */
TS_MUST_CHECK bool ts_target_finish(const struct ts_source *source,
				    const struct ts_traits *traits,
				    const struct ts_target *target, json_t *document,
				    struct ts_error *err);

#endif
