/* job_parts.c - see job_parts.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_parts.h"
#include "base/mem.h"
#include "config/config.h"
#include "http/figures.h"
#include "http/job_log.h"
#include "http/job_search.h"
#include "kafka/history.h"
#include "kafka/inquiry.h"
#include <stdlib.h>

/* Zero-initialised is empty. */
struct ts_job_parts {
	struct ts_figures *figures;
	struct ts_job_log *log;
	struct ts_inquiry *inquiry;
	struct ts_history *history;
	struct ts_job_search *search;
	struct ts_trigger *trigger;
	size_t counted; /* jobs of the log in the figures; the history's thread's */
};

static void on_since(void *opaque, int64_t unix_ms)
{
	struct ts_job_parts *parts = opaque;

	ts_job_log_set_since(parts->log, unix_ms);
}

static void on_record(void *opaque, const struct ts_message *record)
{
	struct ts_job_parts *parts = opaque;
	size_t count;

	ts_job_log_answer(parts->log, record);
	count = ts_job_log_count(parts->log);
	ts_figures_add(parts->figures, TS_FIGURE_REPLIES, 1);
	ts_figures_add(parts->figures, TS_FIGURE_JOB_LOG,
		       (int64_t)count - (int64_t)parts->counted);
	parts->counted = count;
}

static void on_complete(void *opaque)
{
	struct ts_job_parts *parts = opaque;

	ts_job_log_set_complete(parts->log);
}

static bool start_kafka(struct ts_job_parts *parts, const struct ts_config *config,
			struct ts_error *err)
{
	const struct ts_history_sink sink = {on_since, on_record, on_complete, parts};

	if (!ts_config_kafka(config, "bootstrap.servers"))
		return true;
	return ts_inquiry_new(config, &parts->inquiry, err) &&
	       ts_history_start(config, config->topics.replies, TS_JOB_LOG_COUNT, &sink,
				&parts->history, err);
}

static bool start(struct ts_job_parts *parts, const struct ts_config *config,
		  struct ts_error *err)
{
	if (!start_kafka(parts, config, err) ||
	    !ts_job_search_start(config, parts->inquiry, parts->log, &parts->search,
				 err))
		return false;
	return ts_trigger_start(&(struct ts_trigger_parts){.config = config,
							   .inquiry = parts->inquiry,
							   .log = parts->log,
							   .figures = parts->figures},
				&parts->trigger, err);
}

bool ts_job_parts_start(struct ts_services *services, struct ts_job_parts **ret_parts,
			struct ts_error *err)
{
	struct ts_job_parts *parts = ts_calloc(1, sizeof(*parts));

	parts->figures = services->figures;
	parts->log = ts_job_log_new(TS_JOB_LOG_COUNT, TS_JOB_LOG_BYTES);
	if (!start(parts, services->config, err)) {
		ts_job_parts_stop(parts);
		return false;
	}
	if (services->figures)
		ts_figures_join(services->figures, ts_trigger_probe(parts->trigger));
	services->trigger = parts->trigger;
	services->jobs = parts->log;
	services->search = parts->search;
	*ret_parts = parts;
	return true;
}

void ts_job_parts_drain(struct ts_job_parts *parts, int64_t deadline_ms)
{
	ts_job_search_drain(parts->search);
	ts_trigger_drain(parts->trigger, deadline_ms);
}

void ts_job_parts_stop(struct ts_job_parts *parts)
{
	if (!parts)
		return;
	ts_trigger_stop(parts->trigger);
	ts_job_search_stop(parts->search);
	ts_history_stop(parts->history);
	ts_inquiry_free(parts->inquiry);
	ts_job_log_free(parts->log);
	free(parts);
}
