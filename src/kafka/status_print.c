/* status_print.c - a worker's status as metrics; see status.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "kafka/status.h"
#include <inttypes.h>
#include <stdio.h>

enum {
	IN_FLIGHT,
	HELD,
	WAITING,
	OLDEST,
	THREADS,
	FILL,
	INCOMPLETE,
	UNCOMMITTED,
	SOURCE_WAITING,
	SOURCE_BREAKER,
	SOURCE_CONNECTIONS,
	SOURCE_LOST,
	METRICS
};

#define PARTITION                                                                      \
	{                                                                              \
		"topic", "partition"                                                   \
	}
#define SOURCE                                                                         \
	{                                                                              \
		"datasource", "name"                                                   \
	}

static const struct ts_metric metrics[METRICS] = {
    [IN_FLIGHT] = {"jobs_in_flight", TS_METRIC_GAUGE, {0}, "jobs in the process"},
    [HELD] = {"jobs_held",
	      TS_METRIC_GAUGE,
	      {0},
	      "jobs in the process whose retry is not due yet"},
    [WAITING] = {"jobs_waiting",
		 TS_METRIC_GAUGE,
		 {0},
		 "jobs in the pool that no thread runs"},
    [OLDEST] = {"jobs_oldest_age_seconds",
		TS_METRIC_GAUGE,
		{0},
		"since when the oldest job in the process is there, unless it is held"},
    [THREADS] = {"pool_threads",
		 TS_METRIC_GAUGE,
		 {"state"},
		 "threads of the pool: busy, idle, lost to a driver"},
    [FILL] = {"partition_window_fill_ratio", TS_METRIC_GAUGE, PARTITION,
	      "part of the partition's window that is taken; at 1 it is not read on"},
    [INCOMPLETE] = {"partition_lag_incomplete_records", TS_METRIC_GAUGE, PARTITION,
		    "records of the partition that are not complete"},
    [UNCOMMITTED] = {"partition_lag_uncommitted_records", TS_METRIC_GAUGE, PARTITION,
		     "records of the partition behind the committed offset"},
    [SOURCE_WAITING] = {"source_jobs_waiting", TS_METRIC_GAUGE, SOURCE,
			"jobs for the data source that no thread runs"},
    [SOURCE_BREAKER] = {"source_breaker_state", TS_METRIC_GAUGE, SOURCE,
			"0: the data source is used, 1: it is being tried, 2: it is "
			"left alone"},
    [SOURCE_CONNECTIONS] = {"source_connections",
			    TS_METRIC_GAUGE,
			    {"datasource", "name", "state"},
			    "connections to the data source: used, idle"},
    [SOURCE_LOST] = {"source_threads_lost", TS_METRIC_GAUGE, SOURCE,
		     "threads that the data source's driver does not give back"},
};

const struct ts_metrics ts_worker_status_metrics = {metrics, METRICS};

static void print_jobs(const struct ts_worker_status *status, struct ts_buf *text)
{
	const struct ts_pool_status *pool = &status->pool;
	int64_t age = status->oldest_ms ? status->made_ms - status->oldest_ms : 0;
	size_t waiting = 0;

	for (size_t i = 0; i <= pool->count; i++)
		waiting += pool->lanes[i].waiting;
	ts_metric_single(text, &metrics[IN_FLIGHT], (double)status->in_flight);
	ts_metric_single(text, &metrics[HELD], (double)status->held);
	ts_metric_single(text, &metrics[WAITING], (double)waiting);
	ts_metric_single(text, &metrics[OLDEST], (double)age / 1000);
}

static void print_threads(const struct ts_pool_status *pool, struct ts_buf *text)
{
	const struct {
		const char *state;
		size_t count;
	} rows[] = {
	    {"busy", pool->threads - pool->idle - pool->lost},
	    {"idle", pool->idle},
	    {"lost", pool->lost},
	};

	ts_metric_begin(text, &metrics[THREADS]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ts_metric_put(text, &metrics[THREADS], &rows[i].state,
			      (double)rows[i].count);
}

static void print_partitions(const struct ts_worker_status *status, struct ts_buf *text)
{
	char id[16];

	for (size_t at = FILL; at <= UNCOMMITTED; at++) {
		ts_metric_begin(text, &metrics[at]);
		for (size_t i = 0; i < status->count; i++) {
			const struct ts_partition_status *one = &status->partitions[i];
			const char *values[] = {one->topic, id};
			const double numbers[] = {
			    [FILL] = one->fill,
			    [INCOMPLETE] = (double)one->incomplete,
			    [UNCOMMITTED] = (double)one->uncommitted,
			};

			snprintf(id, sizeof(id), "%" PRId32, one->id);
			ts_metric_put(text, &metrics[at], values, numbers[at]);
		}
	}
}

static double breaker_number(enum ts_breaker_state state)
{
	switch (state) {
	case TS_BREAKER_CLOSED:
		return 0;
	case TS_BREAKER_PROBE:
	case TS_BREAKER_WAIT:
		return 1;
	case TS_BREAKER_REFUSE:
		break;
	}
	return 2;
}

static void print_sources(const struct ts_pool_status *pool,
			  const struct ts_config *config, struct ts_buf *text)
{
	char id[16];

	for (size_t at = SOURCE_WAITING; at <= SOURCE_LOST; at++) {
		ts_metric_begin(text, &metrics[at]);
		for (size_t i = 0; i < pool->count; i++) {
			const struct ts_source_status *source = &pool->sources[i];
			const struct ts_lane_status *lane = &pool->lanes[i];
			const char *name = config->datasources[i].name;
			const char *values[] = {id, name, "used"};
			const char *idle[] = {id, name, "idle"};
			const double numbers[] = {
			    [SOURCE_WAITING] = (double)lane->waiting,
			    [SOURCE_BREAKER] = breaker_number(lane->breaker),
			    [SOURCE_CONNECTIONS] = (double)source->lent,
			    [SOURCE_LOST] = (double)source->threads_lost,
			};

			snprintf(id, sizeof(id), "%" PRId32, lane->datasource_id);
			ts_metric_put(text, &metrics[at], values, numbers[at]);
			if (at == SOURCE_CONNECTIONS)
				ts_metric_put(text, &metrics[at], idle,
					      (double)source->kept);
		}
	}
}

void ts_worker_status_print(const struct ts_worker_status *status,
			    const struct ts_config *config, struct ts_buf *text)
{
	ts_tally_print(&status->tally, text);
	print_jobs(status, text);
	print_threads(&status->pool, text);
	print_partitions(status, text);
	print_sources(&status->pool, config, text);
}
