/* trigger_wait.c - see trigger_wait.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trigger_wait.h"
#include "base/clock.h"
#include "base/mem.h"
#include "contract/job.h"
#include "http/figures.h"
#include "http/job_log.h"
#include "http/later.h"
#include <stdlib.h>

struct ts_wait *ts_wait_new(struct ts_call *call, const struct ts_trigger_order *order)
{
	struct ts_wait *wait = ts_calloc(1, sizeof(*wait));

	*wait = (struct ts_wait){.call = call,
				 .done = order->done,
				 .begin_ms = ts_now_ms(),
				 .begin_unix_ms = ts_unix_ms(),
				 .datasource_id = order->datasource_id,
				 .schema = ts_strdup(order->schema),
				 .table = ts_strdup(order->table),
				 .is_view = order->is_view};
	return wait;
}

void ts_wait_free(struct ts_wait *wait)
{
	free(wait->schema);
	free(wait->table);
	free(wait);
}

void ts_waits_add(struct ts_waits *waits, struct ts_wait *wait)
{
	wait->before = waits->last;
	*(waits->last ? &waits->last->after : &waits->first) = wait;
	waits->last = wait;
}

void ts_waits_remove(struct ts_waits *waits, struct ts_wait *wait)
{
	*(wait->before ? &wait->before->after : &waits->first) = wait->after;
	*(wait->after ? &wait->after->before : &waits->last) = wait->before;
}

void ts_wait_log(struct ts_wait *wait, const char *job_id, struct ts_job_log *log)
{
	TS_AUTO(ts_buf) job = {0};

	if (wait->is_logged || !*job_id)
		return;
	ts_job_encode(wait->datasource_id, wait->schema, wait->table, wait->is_view,
		      &job);
	ts_job_log_publish(log, job_id, job.data, wait->begin_unix_ms);
	wait->is_logged = true;
}

/* What is counted, by the status of the result. */
static const enum ts_figure figures[] = {
    [TS_TRIGGER_ANSWERED] = TS_FIGURE_PUBLISHED,
    [TS_TRIGGER_PUBLISHED] = TS_FIGURE_PUBLISHED,
    [TS_TRIGGER_FAILED] = TS_FIGURE_UNPUBLISHED,
};

static void end(struct ts_wait *wait, const struct ts_trigger_result *result,
		const struct ts_trigger_parts *parts)
{
	ts_figures_add(parts->figures, figures[result->status], 1);
	ts_figures_add(parts->figures, TS_FIGURE_WAITING, -1);
	wait->done(wait->call, result);
	ts_later_end(wait->call);
	ts_wait_free(wait);
}

void ts_wait_fail(struct ts_wait *wait, const struct ts_error *err,
		  const struct ts_trigger_parts *parts)
{
	end(wait,
	    &(struct ts_trigger_result){
		.status = TS_TRIGGER_FAILED, .job_id = "", .err = err},
	    parts);
}

static bool say_undelivered(const char *reason, struct ts_error *err)
{
	return ts_fail(err, TS_E_PUBLISH_FAILED,
		       "%s: see that Kafka runs, then send it again", reason);
}

void ts_wait_conclude(struct ts_wait *wait, struct tablesync_call *job,
		      const struct ts_trigger_parts *parts)
{
	char reason[TABLESYNC_ERROR_SIZE] = "";
	struct tablesync_reply reply;
	struct ts_error err = {0};
	struct ts_trigger_result result = {.status = TS_TRIGGER_PUBLISHED};

	switch (tablesync_await(job, 0, &reply, reason)) {
	case TABLESYNC_OK:
	case TABLESYNC_JOB_ERROR:
		if (reply.json)
			result.status = TS_TRIGGER_ANSWERED;
		break;
	case TABLESYNC_TIMED_OUT:
		tablesync_forget(job);
		if (reply.job_id[0])
			break;
		result.status = TS_TRIGGER_FAILED;
		say_undelivered("the job may not have been delivered in time", &err);
		break;
	case TABLESYNC_UNREACHABLE:
		result.status = TS_TRIGGER_FAILED;
		say_undelivered(reason, &err);
		break;
	}
	if (result.status == TS_TRIGGER_PUBLISHED)
		ts_wait_log(wait, reply.job_id, parts->log);
	result.job_id = reply.job_id;
	result.reply = reply.json;
	result.reply_len = reply.len;
	result.err = &err;
	end(wait, &result, parts);
	tablesync_reply_release(&reply);
}
