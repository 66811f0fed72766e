/* catalog.c - see catalog.h; every kind of catalog is a row here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/catalog.h"
#include "base/clock.h"
#include "base/mem.h"
#include "catalog/kind.h"
#include <stdlib.h>
#include <string.h>

static const struct ts_kind *const kinds[] = {&ts_kind_tablesync, &ts_kind_simulated};

struct ts_catalog {
	const struct ts_kind *kind;
	void *state;
	int64_t timeout_ms; /* of one call, where the caller allows longer */
};

static const struct ts_kind *find(const char *driver)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i]->driver, driver) == 0)
			return kinds[i];
	return NULL;
}

bool ts_catalog_new(const struct ts_config *config, struct ts_catalog **ret_catalog,
		    struct ts_error *err)
{
	const struct ts_kind *kind = find(config->catalog.driver);
	struct ts_catalog *catalog;
	void *state;

	if (!kind)
		return ts_fail(err, TS_E_CONFIG,
			       "catalog.driver: there is no '%s', only '%s'",
			       config->catalog.driver, kinds[0]->driver);
	if (!kind->open(config, &state, err))
		return false;
	catalog = ts_calloc(1, sizeof(*catalog));
	catalog->kind = kind;
	catalog->state = state;
	catalog->timeout_ms = config->catalog.timeout_ms;
	*ret_catalog = catalog;
	return true;
}

void ts_catalog_free(struct ts_catalog *catalog)
{
	if (!catalog)
		return;
	catalog->kind->close(catalog->state);
	free(catalog);
}

void ts_catalog_write(struct ts_catalog *catalog, struct ts_write *writes, size_t count,
		      int64_t deadline_ms)
{
	int64_t latest_ms = ts_now_ms() + catalog->timeout_ms;

	catalog->kind->write(catalog->state, writes, count,
			     deadline_ms < latest_ms ? deadline_ms : latest_ms);
}
