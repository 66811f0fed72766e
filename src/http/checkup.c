/* checkup.c - see checkup.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/checkup.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "store/store.h"
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000 };

struct ts_checkup {
	struct ts_store *store;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;  /* of what follows */
	uint64_t asked, looked; /* count: looks that were wanted, and the last begun */
	bool is_looking, is_good, is_stopping;
};

/* A table that cannot be there: not found is an answer. */
static bool look(struct ts_store *store)
{
	TS_AUTO(ts_buf) table = {0};
	struct ts_error err = {0};
	int64_t curated;

	return ts_store_get(store, INT64_MAX, &table, &curated, &err) ||
	       err.code == TS_E_TABLE_NOT_FOUND;
}

static void *run(void *argument)
{
	struct ts_checkup *checkup = argument;

	pthread_mutex_lock(&checkup->lock);
	while (!checkup->is_stopping) {
		bool is_good;

		if (checkup->looked == checkup->asked) {
			pthread_cond_wait(&checkup->change, &checkup->lock);
			continue;
		}
		checkup->looked = checkup->asked;
		checkup->is_looking = true;
		pthread_mutex_unlock(&checkup->lock);
		is_good = look(checkup->store);
		pthread_mutex_lock(&checkup->lock);
		checkup->is_good = is_good;
		checkup->is_looking = false;
		pthread_cond_broadcast(&checkup->change);
	}
	pthread_mutex_unlock(&checkup->lock);
	return NULL;
}

static void free_checkup(struct ts_checkup *checkup)
{
	pthread_cond_destroy(&checkup->change);
	pthread_mutex_destroy(&checkup->lock);
	free(checkup);
}

bool ts_checkup_start(struct ts_store *store, struct ts_checkup **ret_checkup,
		      struct ts_error *err)
{
	struct ts_checkup *checkup = ts_calloc(1, sizeof(*checkup));
	int code;

	checkup->store = store;
	pthread_mutex_init(&checkup->lock, NULL);
	ts_cond_init(&checkup->change);
	code = pthread_create(&checkup->thread, NULL, run, checkup);
	if (code) {
		free_checkup(checkup);
		return ts_fail(err, TS_E_SYSTEM, "starting a thread: %s",
			       strerror(code));
	}
	*ret_checkup = checkup;
	return true;
}

void ts_checkup_stop(struct ts_checkup *checkup)
{
	if (!checkup)
		return;
	pthread_mutex_lock(&checkup->lock);
	checkup->is_stopping = true;
	pthread_cond_broadcast(&checkup->change);
	pthread_mutex_unlock(&checkup->lock);
	pthread_join(checkup->thread, NULL);
	free_checkup(checkup);
}

/* What a look found that ended since it was asked. */
static const char *ask(struct ts_checkup *checkup)
{
	int64_t until_ms = ts_now_ms() + PATIENCE_MS;
	const char *wrong = NULL;
	bool is_in_time = true;
	uint64_t mine;

	pthread_mutex_lock(&checkup->lock);
	mine = ++checkup->asked;
	pthread_cond_broadcast(&checkup->change);
	while (is_in_time && (checkup->looked < mine || checkup->is_looking))
		is_in_time = ts_cond_wait(&checkup->change, &checkup->lock, until_ms);
	if (checkup->looked < mine || checkup->is_looking)
		wrong = "no answer within a second";
	else if (!checkup->is_good)
		wrong = "it cannot be used";
	pthread_mutex_unlock(&checkup->lock);
	return wrong;
}

static bool is_ready(void *part, struct ts_buf *lines)
{
	const char *wrong = ask(part);

	ts_buf_printf(lines, "storage: %s\n", wrong ? wrong : "ok");
	return !wrong;
}

enum { DOCUMENTS, WRITES, COMMITS, METRICS };

static const struct ts_metric metrics[METRICS] = {
    [DOCUMENTS] = {"storage_documents_written_total",
		   TS_METRIC_COUNTER,
		   {0},
		   "documents that were written to the storage"},
    [WRITES] = {"storage_writes_total",
		TS_METRIC_COUNTER,
		{0},
		"lists of documents and other changes that were written"},
    [COMMITS] = {"storage_commits_total",
		 TS_METRIC_COUNTER,
		 {0},
		 "transactions in which they were committed"},
};

const struct ts_metrics ts_checkup_metrics = {metrics, METRICS};

static void print(void *part, struct ts_buf *text)
{
	const struct ts_checkup *checkup = part;
	struct ts_store_counts counts;

	ts_store_count(checkup->store, &counts);
	ts_metric_single(text, &metrics[DOCUMENTS], (double)counts.documents);
	ts_metric_single(text, &metrics[WRITES], (double)counts.writes);
	ts_metric_single(text, &metrics[COMMITS], (double)counts.commits);
}

struct ts_probe ts_checkup_probe(struct ts_checkup *checkup)
{
	return (struct ts_probe){.part = checkup, .print = print, .is_ready = is_ready};
}
