/* link.h - a data source and its connections; inside source/ only.
 *
 * What kind of DBMS it is, is known once the first connection stands.  Where the
 * connection string holds {catalog}, each catalog has connections of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LINK_H
#define TS_LINK_H
#include "odbc/cache.h"
#include "source/dialect.h"
#include <pthread.h>

/* What the first connection told; the same for all that follow. */
struct ts_traits {
	const struct ts_dialect *dialect; /* NULL: nothing is known yet */
	size_t levels;                    /* as in struct ts_dialect, never 0 */
	bool is_multi_catalog;
	bool is_case_sensitive;
	char *catalog; /* that the connection serves, where it is one; owned */
};

struct ts_source {
	const struct ts_datasource *config;
	bool is_template; /* does the connection string hold {catalog}? */
	char *options; /* what the dialect puts behind the connection string; owned */
	void *state;   /* of a dialect that needs no connection; its own */
	struct ts_cache *cache;
	pthread_mutex_t lock;
	struct ts_traits traits;  /* written once under the lock */
	struct ts_strings served; /* guarded: the catalogs that were seen last */
};

/* TS_E_CONFIG where the configuration cannot work. */
TS_MUST_CHECK bool ts_link_init(struct ts_source *source,
				const struct ts_datasource *config,
				struct ts_error *err);
void ts_link_release(struct ts_source *source);

/* The configured dialect, or the one for what the driver says. */
const struct ts_dialect *ts_link_dialect(const struct ts_source *source,
					 const struct ts_conn *conn);

/* The traits, by a first connection where they are not known yet. */
TS_MUST_CHECK bool ts_link_traits(struct ts_source *source, int64_t deadline_ms,
				  const struct ts_traits **ret_traits,
				  struct ts_error *err);

/* Is `catalog` one that a connection can be made to?  *ret_name is how the list spells
 * it, NULL where it is not in it, and then *ret_near what may have been meant, or NULL;
 * the caller frees both. */
TS_MUST_CHECK bool ts_link_serves(struct ts_source *source, const char *catalog,
				  int64_t deadline_ms, char **ret_name, char **ret_near,
				  struct ts_error *err);

/* Something to be done over one connection; may be done twice. */
struct ts_errand {
	bool (*run)(struct ts_conn *conn, void *arg, struct ts_error *err);
	void *arg;
};

/* Run `errand` over a connection to `catalog` ("" where the connection string has no
 * {catalog}), kept or new.  A kept one that turns out to be dead is replaced, once and
 * silently.  *ret_is_usable tells whether there was a connection at all. */
TS_MUST_CHECK bool ts_link_run(struct ts_source *source, const char *catalog,
			       int64_t deadline_ms, const struct ts_errand *errand,
			       bool *ret_is_usable, struct ts_error *err);

#endif
