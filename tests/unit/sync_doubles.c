/* sync_doubles.c - see sync_doubles.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sync_doubles.h"
#include "base/mem.h"
#include "base/str.h"
#include <pthread.h>
#include <stdlib.h>

atomic_int double_reads, double_tables_read, double_writes;
atomic_int double_hanging, double_tidied;
atomic_int double_read_failures;
enum ts_code double_read_error = TS_OK;
enum ts_code double_write_error = TS_OK;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static int let_go; /* under `lock` */

void double_await(const atomic_int *counter, int value)
{
	pthread_mutex_lock(&lock);
	while (atomic_load(counter) != value)
		pthread_cond_wait(&change, &lock);
	pthread_mutex_unlock(&lock);
}

void double_let_go(void)
{
	pthread_mutex_lock(&lock);
	let_go++;
	pthread_cond_broadcast(&change);
	pthread_mutex_unlock(&lock);
}

static void count_locked(atomic_int *counter, int change_by)
{
	atomic_fetch_add(counter, change_by);
	pthread_cond_broadcast(&change);
}

static void hang(void)
{
	int before;

	pthread_mutex_lock(&lock);
	before = let_go;
	count_locked(&double_hanging, 1);
	while (let_go == before)
		pthread_cond_wait(&change, &lock);
	count_locked(&double_hanging, -1);
	pthread_mutex_unlock(&lock);
}

struct ts_source {
	const struct ts_datasource *config;
};

struct ts_sources {
	struct ts_source *sources;
	size_t count;
};

struct ts_catalog {
	int unused;
};

bool ts_sources_new(const struct ts_config *config, struct ts_sources **ret_sources,
		    struct ts_error *err)
{
	struct ts_sources *sources = ts_calloc(1, sizeof(*sources));
	(void)err;

	sources->count = config->datasource_count;
	sources->sources = ts_calloc(sources->count, sizeof(*sources->sources));
	for (size_t i = 0; i < sources->count; i++)
		sources->sources[i].config = &config->datasources[i];
	*ret_sources = sources;
	return true;
}

void ts_sources_free(struct ts_sources *sources)
{
	free(sources->sources);
	free(sources);
}

void ts_sources_tidy(struct ts_sources *sources)
{
	(void)sources;
	pthread_mutex_lock(&lock);
	count_locked(&double_tidied, 1);
	pthread_mutex_unlock(&lock);
}

struct ts_source *ts_sources_find(struct ts_sources *sources, int32_t id)
{
	for (size_t i = 0; i < sources->count; i++)
		if (sources->sources[i].config->id == id)
			return &sources->sources[i];
	return NULL;
}

const struct ts_datasource *ts_source_config(const struct ts_source *source)
{
	return source->config;
}

/* The name is enough to refuse it. */
static bool refuse(struct ts_read *read)
{
	if (!ts_str_has_prefix(read->table, "unserved"))
		return false;
	ts_fail(&read->err, TS_E_SCHEMA_NOT_FOUND, "no catalog '%s'", read->schema);
	return true;
}

static void read_one(struct ts_read *read)
{
	bool is_gone = ts_str_has_prefix(read->table, "gone");

	if (ts_str_has_prefix(read->table, "denied")) {
		ts_fail(&read->err, TS_E_SOURCE_DENIED, "table '%s'", read->table);
		return;
	}
	read->document =
	    json_pack("{s:s, s:s}", "schema_name", read->schema, "name", read->table);
	if (is_gone) {
		ts_fail(&read->err, TS_E_TABLE_NOT_FOUND, "no table '%s'", read->table);
		json_object_set_new(read->document, "removed", json_true());
	} else {
		json_object_set_new(
		    read->document, "is_view",
		    json_boolean(ts_str_has_prefix(read->table, "view")));
	}
}

void ts_source_read(struct ts_source *source, struct ts_read *reads, size_t count,
		    int64_t deadline_ms)
{
	(void)source;
	(void)deadline_ms;
	atomic_fetch_add(&double_reads, 1);
	atomic_fetch_add(&double_tables_read, (int)count);
	for (size_t i = 0; i < count; i++)
		if (ts_str_has_prefix(reads[i].table, "hangs"))
			hang();
		else if (ts_str_has_prefix(reads[i].table, "crashes"))
			abort();
	if (atomic_load(&double_read_failures) > 0) {
		atomic_fetch_sub(&double_read_failures, 1);
		for (size_t i = 0; i < count; i++)
			if (!refuse(&reads[i]))
				ts_fail(&reads[i].err, double_read_error,
					"as the test wants");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!refuse(&reads[i]))
			read_one(&reads[i]);
}

bool ts_catalog_new(const struct ts_config *config, struct ts_catalog **ret_catalog,
		    struct ts_error *err)
{
	(void)config;
	(void)err;
	*ret_catalog = ts_calloc(1, sizeof(**ret_catalog));
	return true;
}

void ts_catalog_free(struct ts_catalog *catalog)
{
	free(catalog);
}

void ts_catalog_write(struct ts_catalog *catalog, struct ts_write *writes, size_t count,
		      int64_t deadline_ms)
{
	(void)catalog;
	(void)deadline_ms;
	atomic_fetch_add(&double_writes, (int)count);
	for (size_t i = 0; i < count; i++) {
		if (ts_str_has_prefix(ts_json_text(writes[i].document, "name"),
				      "stalls"))
			hang();
		if (double_write_error != TS_OK) {
			ts_fail(&writes[i].err, double_write_error,
				"as the test wants");
			continue;
		}
		writes[i].change = ts_strdup("{\"kind\":\"created\",\"version\":1}");
		writes[i].table = json_dumps(writes[i].document, JSON_COMPACT);
	}
}
