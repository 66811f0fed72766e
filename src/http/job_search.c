/* job_search.c - see job_search.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_search.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/job_entry.h"
#include "http/later.h"
#include "kafka/inquiry.h"
#include <stdlib.h>
#include <string.h>

enum {
	PATIENCE_MS = 3000, /* of a request: less than a stop waits (server.c) */
	ASK_MS = 2000,      /* of it, for one question to Kafka */
	IDLE_MS = 1000,
	QUESTIONS = 1000, /* at once */
};

struct question {
	struct ts_call *call;
	ts_job_search_done *done;
	int64_t deadline_ms;
};

struct ts_job_search {
	const struct ts_config *config;
	struct ts_inquiry *inquiry;
	struct ts_job_log *log;
	pthread_t thread;

	pthread_mutex_t lock;
	/* Guarded by it from here on. */
	pthread_cond_t changed;
	bool is_draining, is_stopping;
	struct question questions[QUESTIONS]; /* a ring */
	size_t first, count;
};

/* Where a job was published. */
struct place {
	int64_t partition, offset;
};

/* "tablesync.jobs-3-17" */
static bool parse_job_id(const char *job_id, const char *topic, struct place *ret_place)
{
	const char *numbers = job_id + strlen(topic) + 1;
	TS_AUTO(ts_buf) partition = {0};
	const char *dash;

	if (!ts_str_has_prefix(job_id, topic) || numbers[-1] != '-')
		return false;
	dash = strchr(numbers, '-');
	if (!dash)
		return false;
	ts_buf_add(&partition, numbers, (size_t)(dash - numbers));
	return ts_int64_parse(ts_buf_text(&partition), 0, INT32_MAX,
			      &ret_place->partition) &&
	       ts_int64_parse(dash + 1, 0, INT64_MAX, &ret_place->offset);
}

static void refuse(const struct question *question, const char *why)
{
	struct ts_error err = {0};

	ts_fail(&err, TS_E_BAD_VALUE, "%s", why);
	question->done(question->call, NULL, 404, &err);
}

/* All that is known of it is that it was published. */
static void tell_pending(const struct question *question)
{
	struct ts_job_entry *entry =
	    ts_job_entry_pending(question->call->name, "null", 0);

	question->done(question->call, ts_job_entry_tell(entry), 200, NULL);
	free(entry);
}

static void tell_place(const struct question *question, enum ts_inquiry_verdict place)
{
	switch (place) {
	case TS_PLACE_NONE:
		refuse(question, "there is no job with this id");
		break;
	case TS_PLACE_BEFORE:
		refuse(question, "the job is too old: what became of it is not known "
				 "any more");
		break;
	case TS_PLACE_SINCE:
		tell_pending(question);
		break;
	}
}

static void tell_silence(const struct question *question)
{
	struct ts_error err = {0};

	ts_fail(&err, TS_E_WAIT_EXPIRED, "Kafka does not tell now: ask again later");
	question->done(question->call, NULL, ts_code_status(err.code), &err);
}

static void answer(struct ts_job_search *search, const struct question *question)
{
	struct ts_call *call = question->call;
	const int64_t asked_ms = ts_now_ms() + ASK_MS;
	const int64_t deadline_ms =
	    asked_ms < question->deadline_ms ? asked_ms : question->deadline_ms;
	enum ts_inquiry_verdict found;
	struct ts_error err = {0};
	struct place place;
	json_t *job;

	if (!parse_job_id(call->name, search->config->topics.jobs, &place)) {
		tell_place(question, TS_PLACE_NONE);
	} else if (!search->inquiry || ts_now_ms() >= question->deadline_ms ||
		   !ts_job_log_wait(search->log, question->deadline_ms)) {
		tell_silence(question);
	} else if ((job = ts_job_log_get(search->log, NULL, call->name))) {
		/* It was answered meanwhile. */
		question->done(call, job, 200, NULL);
	} else if (ts_inquiry_place(search->inquiry, (int32_t)place.partition,
				    place.offset, ts_job_log_since(search->log),
				    deadline_ms, &found, &err)) {
		tell_place(question, found);
	} else {
		tell_silence(question);
	}
	ts_later_end(call);
}

/* Wait for a question; false: it is to stop.  None is there when some time has passed.
 */
static bool take(struct ts_job_search *search, struct question *ret_question)
{
	const int64_t until_ms = ts_now_ms() + IDLE_MS;
	bool goes_on;

	*ret_question = (struct question){0};
	pthread_mutex_lock(&search->lock);
	while (!search->count && !search->is_stopping &&
	       ts_cond_wait(&search->changed, &search->lock, until_ms))
		;
	if (search->count) {
		*ret_question = search->questions[search->first];
		search->first = (search->first + 1) % QUESTIONS;
		search->count--;
		if (search->is_draining)
			ret_question->deadline_ms = 0;
	}
	goes_on = ret_question->call || !search->is_stopping;
	pthread_mutex_unlock(&search->lock);
	return goes_on;
}

static void *run(void *opaque)
{
	struct ts_job_search *search = opaque;
	struct question question;

	while (take(search, &question)) {
		if (question.call)
			answer(search, &question);
		if (search->inquiry)
			ts_inquiry_listen(search->inquiry);
	}
	return NULL;
}

static void release(struct ts_job_search *search)
{
	pthread_cond_destroy(&search->changed);
	pthread_mutex_destroy(&search->lock);
	free(search);
}

bool ts_job_search_start(const struct ts_config *config, struct ts_inquiry *inquiry,
			 struct ts_job_log *log, struct ts_job_search **ret_search,
			 struct ts_error *err)
{
	struct ts_job_search *search = ts_calloc(1, sizeof(*search));
	int code;

	search->config = config;
	search->inquiry = inquiry;
	search->log = log;
	pthread_mutex_init(&search->lock, NULL);
	ts_cond_init(&search->changed);
	code = pthread_create(&search->thread, NULL, run, search);
	if (code) {
		release(search);
		return ts_fail(err, TS_E_SYSTEM, "pthread_create: %s", strerror(code));
	}
	*ret_search = search;
	return true;
}

void ts_job_search_drain(struct ts_job_search *search)
{
	pthread_mutex_lock(&search->lock);
	search->is_draining = true;
	pthread_mutex_unlock(&search->lock);
}

void ts_job_search_stop(struct ts_job_search *search)
{
	if (!search)
		return;
	pthread_mutex_lock(&search->lock);
	search->is_stopping = true;
	search->is_draining = true;
	pthread_cond_signal(&search->changed);
	pthread_mutex_unlock(&search->lock);
	pthread_join(search->thread, NULL);
	release(search);
}

static bool ask(struct ts_job_search *search, const struct question *question,
		struct ts_error *err)
{
	bool is_room;

	pthread_mutex_lock(&search->lock);
	/* Nothing may wait any more when the library stops. */
	is_room = search->count < QUESTIONS && !search->is_draining;
	if (is_room) {
		ts_later_begin(question->call);
		search->questions[(search->first + search->count++) % QUESTIONS] =
		    *question;
		pthread_cond_signal(&search->changed);
	}
	pthread_mutex_unlock(&search->lock);
	return is_room ||
	       ts_fail(
		   err, TS_E_BUSY,
		   "too many ask for jobs that are not known, or this server stops");
}

bool ts_job_search_find(struct ts_call *call, ts_job_search_done *done,
			struct ts_error *err)
{
	const struct ts_scope *scope = &call->access.token.scope;
	const struct question question = {call, done, ts_now_ms() + PATIENCE_MS};
	json_t *job = ts_job_log_get(call->services->jobs, scope, call->name);

	if (job)
		done(call, job, 200, NULL);
	/* Of a job that is in nobody's log it is not known whose table it is. */
	else if (ts_scope_is_everything(scope))
		return ask(call->services->search, &question, err);
	else
		refuse(&question, "there is no job with this id that you may see");
	return true;
}
