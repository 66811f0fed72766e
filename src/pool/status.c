/* status.c - see status.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/status.h"
#include "base/mem.h"
#include "pool/state.h"
#include <stdlib.h>

void ts_pool_status_release(struct ts_pool_status *status)
{
	free(status->sources);
	free(status->lanes);
	*status = (struct ts_pool_status){0};
}

static void count_losses_locked(const struct ts_pool *pool,
				struct ts_pool_status *status)
{
	for (const struct ts_worker *worker = pool->workers; worker;
	     worker = worker->next)
		for (size_t i = 0; i < status->count; i++)
			status->sources[i].threads_lost +=
			    atomic_load(&worker->phase) == TS_PHASE_LOST &&
			    !worker->has_ended &&
			    worker->datasource_id == status->lanes[i].datasource_id;
}

void ts_pool_status_make(struct ts_pool *pool, int64_t now_ms,
			 struct ts_pool_status *ret_status)
{
	const struct ts_config *config = pool->config;
	struct ts_pool_status status = {.count = config->datasource_count};

	status.sources = ts_calloc(status.count + 1, sizeof(*status.sources));
	status.lanes = ts_calloc(status.count + 1, sizeof(*status.lanes));
	pthread_mutex_lock(&pool->lock);
	ts_scheduler_look(pool->scheduler, now_ms, status.lanes);
	status.threads = pool->alive;
	status.idle = pool->idle;
	status.lost = pool->lost;
	if (status.lost)
		count_losses_locked(pool, &status);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < status.count; i++)
		ts_source_connections(
		    ts_sources_find(pool->sources, config->datasources[i].id),
		    &status.sources[i].lent, &status.sources[i].kept);
	*ret_status = status;
}
