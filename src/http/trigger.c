/* trigger.c - see trigger.h; the dispatcher, and what it shares with the handlers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trigger_wait.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/figures.h"
#include "http/later.h"
#include "kafka/client_open.h"
#include "kafka/connect.h"
#include "kafka/inquiry.h"
#include <stdlib.h>
#include <string.h>

enum {
	TURN_MS = 50,         /* between two looks at the waits */
	ATTEMPT_MS = 3000,    /* to reach Kafka; as long as a stop may have to wait */
	LEAST_PAUSE_MS = 250, /* between two of them, doubling up to … */
	MOST_PAUSE_MS = 8000,
	UNLOGGED_MS = 100, /* a job that is answered sooner was never pending */
	CLOSE_MS = 500,    /* for what is on its way to Kafka at the end */
};

struct ts_trigger {
	struct ts_trigger_parts parts;
	pthread_t thread; /* the dispatcher's */
	bool has_thread;

	pthread_mutex_t lock;
	/* Guarded by it from here on. */
	pthread_cond_t changed;
	struct tablesync_client *client; /* NULL: not connected */
	size_t publishing;               /* threads that use it just now */
	struct ts_error absence;         /* why there is none */
	struct ts_waits waits;
	bool is_draining, is_stopping;
	int64_t drain_ms; /* when the last wait ends */
};

/* One try; *ret_client stays NULL where it fails. */
static bool connect(const struct ts_trigger_parts *parts,
		    struct tablesync_client **ret_client, struct ts_error *err)
{
	const struct tablesync_options options = {
	    .timeout_ms = (int)parts->config->http.wait_ms,
	    .open_timeout_ms = ATTEMPT_MS,
	};

	return ts_inquiry_make_topics(parts->inquiry, ts_now_ms() + ATTEMPT_MS, err) &&
	       ts_connect(parts->config, &options, ret_client, err);
}

static bool is_stopping(struct ts_trigger *trigger)
{
	bool stops;

	pthread_mutex_lock(&trigger->lock);
	stops = trigger->is_stopping;
	pthread_mutex_unlock(&trigger->lock);
	return stops;
}

static void pause_for(struct ts_trigger *trigger, int64_t ms)
{
	const int64_t until_ms = ts_now_ms() + ms;

	pthread_mutex_lock(&trigger->lock);
	while (!trigger->is_stopping &&
	       ts_cond_wait(&trigger->changed, &trigger->lock, until_ms))
		;
	pthread_mutex_unlock(&trigger->lock);
}

/* Connect, however long it takes.  NULL: it is to stop. */
static struct tablesync_client *reach(struct ts_trigger *trigger)
{
	int64_t pause_ms = LEAST_PAUSE_MS;
	struct tablesync_client *client = NULL;

	while (!is_stopping(trigger)) {
		struct ts_error err = {0};

		(void)!connect(&trigger->parts, &client, &err);
		pthread_mutex_lock(&trigger->lock);
		trigger->client = client;
		trigger->absence = err;
		pthread_mutex_unlock(&trigger->lock);
		if (client) {
			ts_log(TS_LOG_INFO, "trigger.ready",
			       TS_STR("topic", trigger->parts.config->topics.jobs));
			return client;
		}
		if (pause_ms == LEAST_PAUSE_MS)
			ts_log(TS_LOG_WARN, "trigger.waits",
			       TS_STR("reason", err.text));
		pause_for(trigger, pause_ms);
		pause_ms = pause_ms * 2 < MOST_PAUSE_MS ? pause_ms * 2 : MOST_PAUSE_MS;
	}
	return NULL;
}

static void settle(struct ts_trigger *trigger, struct tablesync_call *job)
{
	struct ts_wait *wait = tablesync_tag(job);
	bool is_early;

	pthread_mutex_lock(&trigger->lock);
	is_early = wait->is_early = !wait->job;
	if (!is_early)
		ts_waits_remove(&trigger->waits, wait);
	pthread_mutex_unlock(&trigger->lock);
	if (!is_early) /* else who publishes it finds that it has ended */
		ts_wait_conclude(wait, job, &trigger->parts);
}

static struct ts_wait *next_wait(struct ts_trigger *trigger, const struct ts_wait *wait)
{
	struct ts_wait *next;

	pthread_mutex_lock(&trigger->lock);
	next = wait ? wait->after : trigger->waits.first;
	pthread_mutex_unlock(&trigger->lock);
	return next;
}

static void expire(struct ts_trigger *trigger, struct ts_wait *wait)
{
	pthread_mutex_lock(&trigger->lock);
	ts_waits_remove(&trigger->waits, wait);
	pthread_mutex_unlock(&trigger->lock);
	ts_figures_add(trigger->parts.figures, TS_FIGURE_EXPIRED, 1);
	ts_wait_conclude(wait, wait->job, &trigger->parts);
}

/* End the waits whose time is over, at `end_ms` all of them, and tell the log of those
 * that take long.  Only this thread takes waits out, so that the next one stays. */
static void look_around(struct ts_trigger *trigger, int64_t end_ms)
{
	const int64_t now_ms = ts_now_ms();
	struct ts_wait *wait = next_wait(trigger, NULL);

	while (wait) {
		struct ts_wait *next = next_wait(trigger, wait);
		char job_id[288];

		if (now_ms >= wait->deadline_ms || now_ms >= end_ms) {
			expire(trigger, wait);
		} else if (!wait->is_logged && now_ms >= wait->begin_ms + UNLOGGED_MS) {
			tablesync_job_id(wait->job, job_id);
			ts_wait_log(wait, job_id, trigger->parts.log);
		}
		wait = next;
	}
}

static int64_t drain_ms(struct ts_trigger *trigger)
{
	int64_t ms;

	pthread_mutex_lock(&trigger->lock);
	ms = trigger->drain_ms;
	pthread_mutex_unlock(&trigger->lock);
	return ms;
}

/* Give out replies until the client is broken, or a stop. */
static void dispatch(struct ts_trigger *trigger, struct tablesync_client *client)
{
	int64_t look_ms = 0;

	while (!is_stopping(trigger) && !ts_client_is_broken(client)) {
		struct tablesync_call *job = tablesync_next(client, TURN_MS);

		if (job)
			settle(trigger, job);
		if (ts_now_ms() < look_ms)
			continue;
		look_around(trigger, drain_ms(trigger));
		look_ms = ts_now_ms() + TURN_MS;
	}
}

/* From now on nobody uses it; what waits is told what is known. */
static void retire(struct ts_trigger *trigger, struct tablesync_client *client)
{
	pthread_mutex_lock(&trigger->lock);
	trigger->client = NULL;
	ts_fail(&trigger->absence, TS_E_BROKER, "the connection is made anew");
	while (trigger->publishing)
		pthread_cond_wait(&trigger->changed, &trigger->lock);
	pthread_mutex_unlock(&trigger->lock);
	look_around(trigger, 0);
	ts_client_close(client, CLOSE_MS);
}

static void *run(void *opaque)
{
	struct ts_trigger *trigger = opaque;
	struct tablesync_client *client;

	while ((client = reach(trigger))) {
		dispatch(trigger, client);
		retire(trigger, client);
		if (!is_stopping(trigger))
			ts_log(TS_LOG_WARN, "trigger.producer_broken",
			       TS_STR("topic", trigger->parts.config->topics.jobs));
	}
	return NULL;
}

static void release(struct ts_trigger *trigger)
{
	pthread_cond_destroy(&trigger->changed);
	pthread_mutex_destroy(&trigger->lock);
	free(trigger);
}

bool ts_trigger_start(const struct ts_trigger_parts *parts,
		      struct ts_trigger **ret_trigger, struct ts_error *err)
{
	struct ts_trigger *trigger = ts_calloc(1, sizeof(*trigger));
	int code = 0;

	trigger->parts = *parts;
	trigger->drain_ms = TS_FOREVER;
	pthread_mutex_init(&trigger->lock, NULL);
	ts_cond_init(&trigger->changed);
	ts_fail(&trigger->absence, TS_E_BROKER,
		parts->inquiry ? "the first connection is being made"
			       : "kafka.bootstrap.servers is not set");
	trigger->has_thread = parts->inquiry != NULL;
	if (trigger->has_thread)
		code = pthread_create(&trigger->thread, NULL, run, trigger);
	if (code) {
		release(trigger);
		return ts_fail(err, TS_E_SYSTEM, "pthread_create: %s", strerror(code));
	}
	*ret_trigger = trigger;
	return true;
}

void ts_trigger_drain(struct ts_trigger *trigger, int64_t deadline_ms)
{
	pthread_mutex_lock(&trigger->lock);
	trigger->is_draining = true;
	trigger->drain_ms = deadline_ms;
	pthread_mutex_unlock(&trigger->lock);
}

void ts_trigger_stop(struct ts_trigger *trigger)
{
	if (!trigger)
		return;
	pthread_mutex_lock(&trigger->lock);
	trigger->is_stopping = true;
	pthread_cond_broadcast(&trigger->changed);
	pthread_mutex_unlock(&trigger->lock);
	if (trigger->has_thread)
		pthread_join(trigger->thread, NULL);
	release(trigger);
}

/* The client for one publication, which is to be given back; NULL: there is none. */
static struct tablesync_client *borrow(struct ts_trigger *trigger, struct ts_error *err)
{
	struct tablesync_client *client = NULL;

	pthread_mutex_lock(&trigger->lock);
	if (trigger->is_draining)
		ts_fail(err, TS_E_PUBLISH_FAILED,
			"this process is stopping: send it again");
	else if (!trigger->client)
		ts_fail(err, TS_E_PUBLISH_FAILED,
			"there is no connection to Kafka (%s): see that it runs and "
			"that the section kafka of the configuration is right, then "
			"send it again",
			trigger->absence.text);
	else
		client = trigger->client;
	trigger->publishing += client != NULL;
	pthread_mutex_unlock(&trigger->lock);
	return client;
}

static void give_back_locked(struct ts_trigger *trigger)
{
	if (--trigger->publishing == 0)
		pthread_cond_broadcast(&trigger->changed);
}

/* What was published is the dispatcher's from now on, unless it has seen its end
 * already: then the client stays borrowed, and true is returned. */
static bool is_over(struct ts_trigger *trigger, struct ts_wait *wait,
		    struct tablesync_call *job)
{
	bool is_early;

	pthread_mutex_lock(&trigger->lock);
	is_early = wait->is_early;
	if (job && !is_early) {
		wait->job = job;
		ts_waits_add(&trigger->waits, wait);
	}
	if (!is_early)
		give_back_locked(trigger);
	pthread_mutex_unlock(&trigger->lock);
	return is_early;
}

/* It ended before it was entered. */
static void conclude_early(struct ts_trigger *trigger, struct ts_wait *wait,
			   struct tablesync_call *job)
{
	ts_wait_conclude(wait, job, &trigger->parts);
	pthread_mutex_lock(&trigger->lock);
	give_back_locked(trigger);
	pthread_mutex_unlock(&trigger->lock);
}

static bool publish(struct tablesync_client *client,
		    const struct ts_trigger_order *order, struct ts_wait *wait,
		    struct tablesync_call **ret_job, struct ts_error *err)
{
	const struct tablesync_job job = {
	    .datasource_id = order->datasource_id,
	    .schema = order->schema,
	    .table = order->table,
	    .is_view = order->is_view,
	    .tag = wait,
	    .traceparent = order->traceparent,
	    .tracestate = order->tracestate,
	    .timeout_ms = order->has_deadline ? 0 : -1,
	    .is_publish_only = order->wait_ms == 0,
	};

	if (ts_client_publish(client, &job, ret_job, err))
		return true;
	if (err->code == TS_E_BUSY)
		return ts_fail(err, TS_E_BUSY, "as many jobs as can be are under way");
	err->code = TS_E_PUBLISH_FAILED;
	return false;
}

bool ts_trigger_submit(struct ts_trigger *trigger, struct ts_call *call,
		       const struct ts_trigger_order *order, struct ts_error *err)
{
	const int64_t longest_ms = trigger->parts.config->http.wait_ms;
	struct tablesync_client *client = borrow(trigger, err);
	struct tablesync_call *job = NULL;
	struct ts_error failure = {0};
	struct ts_wait *wait;

	if (!client)
		return false;
	wait = ts_wait_new(call, order);
	wait->deadline_ms =
	    wait->begin_ms + (order->wait_ms ? order->wait_ms : longest_ms);
	ts_figures_add(trigger->parts.figures, TS_FIGURE_WAITING, 1);
	ts_later_begin(call);
	(void)!publish(client, order, wait, &job, &failure);
	if (is_over(trigger, wait, job))
		conclude_early(trigger, wait, job);
	else if (!job)
		ts_wait_fail(wait, &failure, &trigger->parts);
	return true;
}

bool ts_trigger_is_connected(struct ts_trigger *trigger)
{
	bool is_there;

	pthread_mutex_lock(&trigger->lock);
	is_there = trigger->client;
	pthread_mutex_unlock(&trigger->lock);
	return is_there;
}
