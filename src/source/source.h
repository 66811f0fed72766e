/* source.h - the configured data sources: names in, table documents out.
 *
 * A document is the catalog's (design.md 4.6) without `ds_id`: `schema_name`, `name`
 * and the members of the reply's `table` from `db_comment` on, with `is_view`,
 * `synonyms` and `observed_at`, all members always there.
 *
 * Reads take lists: n tables of one data source, each with an outcome of its own.
 *
 * Thread: any; each data source has a cache of connections with a lock of its own, and
 * a read uses one connection alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SOURCE_H
#define TS_SOURCE_H
#include "base/json.h"
#include "config/config.h"

struct ts_sources;
struct ts_source;

/* One table asked for, and what came of it.  Zero the outcome before the read. */
struct ts_read {
	const char *schema; /* as in the job; borrowed */
	const char *table;
	/* The outcome.  err.code TS_OK: `document` is the table.  TS_E_TABLE_NOT_FOUND
	 * or TS_E_SCHEMA_NOT_FOUND with a document: the table is absent for sure, and
	 * the document is {"schema_name", "name", "observed_at", "removed": true}, with
	 * "ignore_case": true where the DBMS compares names so: the names are as they
	 * were asked for.  Any other failure: NULL.  Owned by the caller. */
	json_t *document;
	json_t *warnings; /* array of strings, or NULL; owned by the caller */
	struct ts_error err;
};

/* Borrows `config`.  Connects to nothing yet. */
TS_MUST_CHECK bool ts_sources_new(const struct ts_config *config,
				  struct ts_sources **ret_sources,
				  struct ts_error *err);
/* No read may be under way. */
void ts_sources_free(struct ts_sources *sources);

/* Close the connections that have been idle or open for too long; may take up to half a
 * second for each.  To be called every few seconds, by any thread. */
void ts_sources_tidy(struct ts_sources *sources);

/* Borrowed; NULL where none has that id. */
struct ts_source *ts_sources_find(struct ts_sources *sources, int32_t id);
const struct ts_datasource *ts_source_config(const struct ts_source *source);

/* How many of its connections are in use, and how many are kept. */
void ts_source_connections(const struct ts_source *source, size_t *ret_used,
			   size_t *ret_kept);

/* Read `count` tables; fills each outcome, by the deadline. */
void ts_source_read(struct ts_source *source, struct ts_read *reads, size_t count,
		    int64_t deadline_ms);

/* The tables and views of a schema, by name: an array of {"table", "is_view"}. */
TS_MUST_CHECK bool ts_source_list(struct ts_source *source, const char *schema,
				  int64_t deadline_ms, json_t **ret_tables,
				  struct ts_error *err);

#endif
