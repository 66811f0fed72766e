/* letter_runner.c - see letter_runner.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/letter_runner.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "kafka/letter_text.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TOLD = 20 /* letters that were left, with their reasons */ };

/* What a page is told of a run. */
struct counts {
	size_t total, passed, matched, done, capped, without_value, refused;
	bool is_stopped;
};

struct ts_letter_runner {
	const struct ts_config *config; /* borrowed */
	pthread_t thread;               /* where has_thread */
	/* Of the run; written before its thread is started. */
	json_t *values; /* NULL: there was none; owned */
	enum ts_replay_what what;
	int64_t token_id, began_ms;
	char *by; /* the token's name; owned */
	int stop_fd;

	pthread_mutex_t lock;
	/* Guarded by the lock. */
	bool has_thread, is_running, is_closed;
	struct counts counts;
	json_t *left; /* owned */
	struct ts_error failure;
	int64_t ended_ms;
};

struct ts_letter_runner *ts_letter_runner_new(const struct ts_config *config)
{
	struct ts_letter_runner *runner = ts_calloc(1, sizeof(*runner));

	runner->config = config;
	runner->stop_fd = -1;
	runner->left = json_array();
	pthread_mutex_init(&runner->lock, NULL);
	return runner;
}

/* What the last run left behind; its thread has ended. */
static void forget(struct ts_letter_runner *runner)
{
	if (runner->has_thread)
		pthread_join(runner->thread, NULL);
	runner->has_thread = false;
	if (runner->stop_fd >= 0)
		close(runner->stop_fd);
	runner->stop_fd = -1;
	json_decref(runner->values);
	runner->values = NULL;
	free(runner->by);
	runner->by = NULL;
	json_array_clear(runner->left);
	runner->counts = (struct counts){0};
	runner->failure = (struct ts_error){0};
}

void ts_letter_runner_stop(struct ts_letter_runner *runner)
{
	pthread_mutex_lock(&runner->lock);
	if (runner->is_running)
		eventfd_write(runner->stop_fd, 1);
	pthread_mutex_unlock(&runner->lock);
}

void ts_letter_runner_close(struct ts_letter_runner *runner)
{
	pthread_mutex_lock(&runner->lock);
	runner->is_closed = true;
	pthread_mutex_unlock(&runner->lock);
	ts_letter_runner_stop(runner);
	/* Nobody else starts a thread from now on. */
	if (runner->has_thread)
		pthread_join(runner->thread, NULL);
	runner->has_thread = false;
}

void ts_letter_runner_free(struct ts_letter_runner *runner)
{
	if (!runner)
		return;
	ts_letter_runner_close(runner);
	forget(runner);
	json_decref(runner->left);
	pthread_mutex_destroy(&runner->lock);
	free(runner);
}

static void note_left(void *opaque, const struct ts_message *letter, const char *reason)
{
	struct ts_letter_runner *runner = opaque;
	TS_AUTO(ts_buf) place = {0};

	ts_letter_put_place(letter, &place);
	pthread_mutex_lock(&runner->lock);
	if (json_array_size(runner->left) < TOLD)
		json_array_append_new(
		    runner->left,
		    json_pack("{ss, ss}", "letter", place.data, "reason", reason));
	pthread_mutex_unlock(&runner->lock);
}

static void note_progress(void *opaque, const struct ts_replay_run *run)
{
	struct ts_letter_runner *runner = opaque;

	pthread_mutex_lock(&runner->lock);
	runner->counts = (struct counts){
	    .total = run->letters ? ts_letters_total(run->letters) : 0,
	    .passed = run->letters ? ts_letters_passed(run->letters) : 0,
	    .matched = run->matched,
	    .done = run->done,
	    .capped = run->capped,
	    .without_value = run->without_value,
	    .refused = run->refused,
	    .is_stopped = run->is_stopped};
	pthread_mutex_unlock(&runner->lock);
}

static const char *verb(const struct ts_letter_runner *runner)
{
	return runner->what == TS_REPLAY_PUBLISH ? "replayed" : "discarded";
}

static void end(struct ts_letter_runner *runner, struct ts_replay_run *run,
		const struct ts_error *failure)
{
	note_progress(runner, run);
	ts_log(failure->code == TS_OK ? TS_LOG_INFO : TS_LOG_WARN, "letters.ended",
	       TS_STR("what", verb(runner)), TS_INT("token", runner->token_id),
	       TS_INT("done", (int64_t)run->done),
	       TS_INT("matched", (int64_t)run->matched),
	       TS_STR("error", failure->text));
	/* Before another may begin: that joins this thread, with the lock held. */
	ts_replay_run_release(run);
	pthread_mutex_lock(&runner->lock);
	runner->failure = *failure;
	ts_utf8_clean(runner->failure.text);
	runner->ended_ms = ts_unix_ms();
	runner->is_running = false;
	pthread_mutex_unlock(&runner->lock);
}

static void *work(void *opaque)
{
	struct ts_letter_runner *runner = opaque;
	const struct ts_replay_watcher watcher = {note_left, note_progress, runner};
	TS_AUTO(ts_letter_filter) filter = {0};
	struct ts_replay_run run = {.config = runner->config,
				    .filter = &filter,
				    .stop_fd = runner->stop_fd,
				    .watcher = &watcher};
	struct ts_error err = {0};

	if (ts_letter_form_filter(runner->values, runner->config, &filter, &err) &&
	    ts_letter_form_choices(runner->values, &run, &err))
		(void)!ts_replay_run(&run, &err);
	end(runner, &run, &err);
	return NULL;
}

/* The lock is held, and nothing runs. */
static bool begin_locked(struct ts_letter_runner *runner, const json_t *values,
			 enum ts_replay_what what, const struct ts_token *token,
			 struct ts_error *err)
{
	forget(runner);
	runner->stop_fd = eventfd(0, EFD_CLOEXEC);
	runner->values = json_deep_copy(values);
	runner->what = what;
	runner->token_id = token->id;
	runner->by = ts_strdup(token->name);
	runner->began_ms = ts_unix_ms();
	runner->has_thread = runner->stop_fd >= 0 &&
			     pthread_create(&runner->thread, NULL, work, runner) == 0;
	runner->is_running = runner->has_thread;
	if (runner->has_thread)
		return true;
	forget(runner);
	return ts_fail(err, TS_E_BUSY, "no thread can be started now");
}

bool ts_letter_runner_begin(struct ts_letter_runner *runner, const json_t *values,
			    const struct ts_token *token, struct ts_error *err)
{
	struct ts_replay_run choices = {0};
	TS_AUTO(ts_letter_filter) filter = {0};
	bool is_ok;

	if (!ts_letter_form_filter(values, runner->config, &filter, err) ||
	    !ts_letter_form_choices(values, &choices, err))
		return false;
	pthread_mutex_lock(&runner->lock);
	if (runner->is_closed)
		is_ok = ts_fail(err, TS_E_BUSY, "this server stops");
	else if (runner->is_running)
		is_ok = ts_fail(err, TS_E_BUSY,
				"a replay or discard runs already, since %d s: look at "
				"it, and stop it or wait for its end",
				(int)((ts_unix_ms() - runner->began_ms) / 1000));
	else
		is_ok = begin_locked(runner, values, choices.what, token, err);
	pthread_mutex_unlock(&runner->lock);
	return is_ok;
}

static json_t *number(size_t count)
{
	return json_integer((json_int_t)count);
}

/* A template takes what is not there for none. */
static json_t *number_or_none(size_t count)
{
	return count ? number(count) : NULL;
}

static json_t *describe_locked(const struct ts_letter_runner *runner)
{
	const struct counts *counts = &runner->counts;
	const int64_t until_ms = runner->is_running ? ts_unix_ms() : runner->ended_ms;
	TS_AUTO(ts_buf) began = {0};

	ts_letter_put_time(runner->began_ms, &began);
	return json_pack(
	    "{ss, sb, sb, ss, ss, sI, so, so, so, so, so*, so*, so*, so, sb, sb, so*}",
	    "verb", verb(runner), "is_running", runner->is_running, "is_replay",
	    runner->what == TS_REPLAY_PUBLISH, "by", runner->by, "began", began.data,
	    "seconds", (json_int_t)((until_ms - runner->began_ms) / 1000), "total",
	    number(counts->total), "passed", number(counts->passed), "matched",
	    number(counts->matched), "done", number(counts->done), "capped",
	    number_or_none(counts->capped), "without_value",
	    number_or_none(counts->without_value), "refused",
	    number_or_none(counts->refused), "left", json_deep_copy(runner->left),
	    "has_left", json_array_size(runner->left) > 0, "is_stopped",
	    counts->is_stopped, "failure",
	    runner->failure.code == TS_OK ? NULL : json_string(runner->failure.text));
}

json_t *ts_letter_runner_describe(struct ts_letter_runner *runner)
{
	json_t *description = NULL;

	pthread_mutex_lock(&runner->lock);
	if (runner->values) {
		description = describe_locked(runner);
		json_object_set_new(description, "given",
				    ts_letter_form_given(runner->values));
	}
	pthread_mutex_unlock(&runner->lock);
	return description;
}
