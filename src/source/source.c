/* source.c - see source.h; from a job's names to documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"
#include "base/clock.h"
#include "base/mem.h"
#include "source/names.h"
#include <stdlib.h>
#include <string.h>

struct ts_sources {
	struct ts_source *items;
	size_t count;
};

bool ts_sources_new(const struct ts_config *config, struct ts_sources **ret_sources,
		    struct ts_error *err)
{
	struct ts_sources *sources = ts_calloc(1, sizeof(*sources));

	sources->items = ts_calloc(config->datasource_count, sizeof(*sources->items));
	for (size_t i = 0; i < config->datasource_count; i++) {
		if (!ts_link_init(&sources->items[i], &config->datasources[i], err)) {
			ts_sources_free(sources);
			return false;
		}
		sources->count++;
	}
	*ret_sources = sources;
	return true;
}

void ts_sources_free(struct ts_sources *sources)
{
	if (!sources)
		return;
	for (size_t i = 0; i < sources->count; i++)
		ts_link_release(&sources->items[i]);
	free(sources->items);
	free(sources);
}

void ts_sources_tidy(struct ts_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		ts_cache_tidy(sources->items[i].cache, ts_now_ms());
}

struct ts_source *ts_sources_find(struct ts_sources *sources, int32_t id)
{
	for (size_t i = 0; i < sources->count; i++)
		if (sources->items[i].config->id == id)
			return &sources->items[i];
	return NULL;
}

const struct ts_datasource *ts_source_config(const struct ts_source *source)
{
	return source->config;
}

void ts_source_connections(const struct ts_source *source, size_t *ret_used,
			   size_t *ret_kept)
{
	ts_cache_count(source->cache, ret_used, ret_kept);
}

/* A read has its own deadline and the data source its time-out: the earlier counts. */
static int64_t cut_deadline(const struct ts_source *source, int64_t deadline_ms)
{
	int64_t timeout_ms = source->config->timeout_ms, own;

	if (timeout_ms <= 0)
		return deadline_ms;
	own = ts_now_ms() + timeout_ms;
	return own < deadline_ms ? own : deadline_ms;
}

/* Lookups of one connection that are read in one go. */
struct batch {
	const struct ts_dialect *dialect;
	struct ts_lookup *lookups;
	size_t count;
};

static bool run_batch(struct ts_conn *conn, void *arg, struct ts_error *err)
{
	struct batch *batch = arg;

	if (batch->dialect->read(conn, batch->lookups, batch->count, err))
		return true;
	for (size_t i = 0; i < batch->count; i++) {
		struct ts_read *read = batch->lookups[i].read;

		json_decref(read->document);
		json_decref(read->warnings);
		read->document = read->warnings = NULL;
		read->err = (struct ts_error){0};
	}
	return false;
}

static void fail_all(struct batch *batch, size_t first, const struct ts_error *err)
{
	for (size_t i = first; i < batch->count; i++)
		batch->lookups[i].read->err = *err;
}

/* Would the tables of a batch fare better one by one? */
static bool is_worth_another(const struct batch *batch, bool is_usable,
			     int64_t deadline_ms, const struct ts_error *err)
{
	if (batch->count == 1 || !is_usable || ts_remaining_ms(deadline_ms, 1) == 0)
		return false;
	return err->code != TS_E_SOURCE_BUSY || !batch->dialect->has_wide_locks;
}

static void read_batch(struct ts_source *source, const char *key, struct batch *batch,
		       int64_t deadline_ms)
{
	const struct ts_errand errand = {run_batch, batch};
	struct ts_error err = {0};
	bool is_usable;

	if (batch->dialect->read_alone) {
		if (!batch->dialect->read_alone(source->state, batch->lookups,
						batch->count, deadline_ms, &err))
			fail_all(batch, 0, &err);
		return;
	}
	if (ts_link_run(source, key, deadline_ms, &errand, &is_usable, &err))
		return;
	if (!is_worth_another(batch, is_usable, deadline_ms, &err)) {
		fail_all(batch, 0, &err);
		return;
	}
	/* One table may have spoilt it for all; it may even have broken the connection.
	 */
	for (size_t i = 0; i < batch->count; i++) {
		struct batch single = {batch->dialect, &batch->lookups[i], 1};
		const struct ts_errand again = {run_batch, &single};

		err = (struct ts_error){0};
		if (ts_link_run(source, key, deadline_ms, &again, &is_usable, &err))
			continue;
		batch->lookups[i].read->err = err;
		if (!is_usable) {
			fail_all(batch, i + 1, &err);
			return;
		}
	}
}

/* What is under way in one ts_source_read. */
struct reading {
	struct ts_source *source;
	const struct ts_traits *traits;
	struct ts_read *reads;
	struct ts_target *targets; /* of each read; key NULL: not understood */
	struct ts_lookup *lookups; /* of the batch under way */
	size_t count;
};

/* Read all that need the same connection as read number `first`. */
static void read_group(struct reading *reading, size_t first, int64_t deadline_ms)
{
	struct batch batch = {reading->traits->dialect, reading->lookups, 0};
	const char *key = reading->targets[first].key;

	for (size_t i = first; i < reading->count; i++) {
		const struct ts_target *target = &reading->targets[i];
		struct ts_read *read = &reading->reads[i];

		if (target->key && strcmp(target->key, key) == 0)
			batch.lookups[batch.count++] = (struct ts_lookup){
			    target->catalog, target->schema, read->table, read};
	}
	read_batch(reading->source, key, &batch, deadline_ms);
}

static bool is_first_of_group(const struct reading *reading, size_t at)
{
	const char *key = reading->targets[at].key;

	for (size_t i = 0; key && i < at; i++)
		if (reading->targets[i].key &&
		    strcmp(reading->targets[i].key, key) == 0)
			return false;
	return key;
}

static void finish(struct reading *reading, size_t at)
{
	struct ts_read *read = &reading->reads[at];
	struct ts_error err = {0};

	if (!read->document ||
	    ts_target_finish(reading->source, reading->traits, &reading->targets[at],
			     read->document, &err))
		return;
	json_decref(read->document);
	read->document = NULL;
	read->err = err;
}

void ts_source_read(struct ts_source *source, struct ts_read *reads, size_t count,
		    int64_t deadline_ms)
{
	struct reading reading = {.source = source, .reads = reads, .count = count};
	struct ts_error err = {0};
	size_t left = 0;

	deadline_ms = cut_deadline(source, deadline_ms);
	for (size_t i = 0; i < count; i++)
		left += ts_target_check(source, reads[i].schema, &reads[i].err);
	if (!left)
		return; /* nothing to connect for */
	if (!ts_link_traits(source, deadline_ms, &reading.traits, &err)) {
		for (size_t i = 0; i < count; i++)
			if (reads[i].err.code == TS_OK)
				reads[i].err = err;
		return;
	}
	reading.targets = ts_calloc(count, sizeof(*reading.targets));
	reading.lookups = ts_calloc(count, sizeof(*reading.lookups));
	for (size_t i = 0; i < count; i++)
		if (reads[i].err.code != TS_OK ||
		    !ts_target_make(source, reading.traits, reads[i].schema,
				    deadline_ms, &reading.targets[i], &reads[i].err))
			continue;
	for (size_t i = 0; i < count; i++)
		if (is_first_of_group(&reading, i))
			read_group(&reading, i, deadline_ms);
	for (size_t i = 0; i < count; i++) {
		finish(&reading, i);
		ts_target_release(&reading.targets[i]);
	}
	free(reading.targets);
	free(reading.lookups);
}

struct listing {
	const struct ts_dialect *dialect;
	const struct ts_target *target;
	json_t *tables;
};

static bool run_listing(struct ts_conn *conn, void *arg, struct ts_error *err)
{
	struct listing *listing = arg;

	json_array_clear(listing->tables);
	return listing->dialect->list(conn, listing->target->catalog,
				      listing->target->schema, listing->tables, err);
}

bool ts_source_list(struct ts_source *source, const char *schema, int64_t deadline_ms,
		    json_t **ret_tables, struct ts_error *err)
{
	TS_AUTO(ts_target) target = {0};
	const struct ts_traits *traits;
	struct listing listing = {.target = &target};
	const struct ts_errand errand = {run_listing, &listing};
	bool is_usable;

	deadline_ms = cut_deadline(source, deadline_ms);
	if (!ts_target_check(source, schema, err) ||
	    !ts_link_traits(source, deadline_ms, &traits, err) ||
	    !ts_target_make(source, traits, schema, deadline_ms, &target, err))
		return false;
	if (!traits->dialect->list)
		return ts_fail(err, TS_E_SOURCE_ERROR,
			       "a data source of dialect '%s' has no list of its "
			       "tables",
			       traits->dialect->name);
	listing.dialect = traits->dialect;
	listing.tables = json_array();
	if (!ts_link_run(source, target.key, deadline_ms, &errand, &is_usable, err)) {
		json_decref(listing.tables);
		return false;
	}
	*ret_tables = listing.tables;
	return true;
}
