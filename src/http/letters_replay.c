/* letters_replay.c - what would be done to dead letters, that it is done, and how far
 * it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "http/letter_form.h"
#include "http/letter_runner.h"
#include "http/letters.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_form.h"
#include <string.h>

#define RUN_PATH "/letters/run/"

static void ignore_left(void *opaque, const struct ts_message *letter,
			const char *reason)
{
	(void)opaque, (void)letter, (void)reason;
}

static void ignore_progress(void *opaque, const struct ts_replay_run *run)
{
	(void)opaque, (void)run;
}

/* What is confirmed is what was counted: not "the last two hours" of a moment later,
 * and not the letters that come meanwhile. */
static void fix_times(json_t *values, const struct ts_letter_filter *filter,
		      int64_t now_ms)
{
	char text[TS_TIMESTAMP_SIZE];

	if (filter->since_ms != INT64_MIN) {
		ts_timestamp_print(filter->since_ms * 1000, text);
		json_object_set_new(values, "since", json_string(text));
	}
	ts_timestamp_print(
	    (filter->until_ms < now_ms ? filter->until_ms : now_ms) * 1000, text);
	json_object_set_new(values, "until", json_string(text));
}

static void add_counts(json_t *data, struct ts_replay_run *run)
{
	const struct {
		const char *name;
		size_t count;
	} counts[] = {{"matched", run->matched},
		      {"count", run->groups.letters},
		      {"capped", run->capped},
		      {"without_value", run->without_value}};

	/* A template takes what is not there for none. */
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (counts[i].count)
			json_object_set_new(data, counts[i].name,
					    json_integer((json_int_t)counts[i].count));
	ts_letter_groups_sort(&run->groups);
	json_object_set_new(data, "groups",
			    ts_letter_groups_json(&run->groups, run->config));
	json_object_set_new(data, "is_replay",
			    json_boolean(run->what == TS_REPLAY_PUBLISH));
}

static bool count_all(const struct ts_call *call, json_t *values, json_t *data,
		      struct ts_error *err)
{
	const struct ts_replay_watcher watcher = {ignore_left, ignore_progress, NULL};
	struct ts_replay_run run = {.config = call->services->config,
				    .stop_fd =
					ts_letter_desk_stop_fd(call->services->letters),
				    .watcher = &watcher,
				    .is_dry = true};
	TS_AUTO(ts_letter_filter) filter = {0};
	const int64_t now_ms = ts_unix_ms();
	bool is_ok;

	run.filter = &filter;
	is_ok = ts_letter_form_filter(values, run.config, &filter, err) &&
		ts_letter_form_choices(values, &run, err);
	if (is_ok) {
		json_object_set_new(data, "given", ts_letter_form_given(values));
		fix_times(values, &filter, now_ms);
		if (filter.until_ms > now_ms)
			filter.until_ms = now_ms;
		is_ok = ts_replay_run(&run, err);
	}
	if (is_ok && run.is_stopped)
		is_ok = ts_fail(err, TS_E_BUSY, "this server stops: ask again");
	if (is_ok)
		add_counts(data, &run);
	ts_replay_run_release(&run);
	return is_ok;
}

bool ts_letters_confirm(struct ts_call *call, struct ts_error *err)
{
	json_t *values = ts_letter_form_query(call), *data = json_object();
	const char *what = ts_json_text(values, "what");
	bool is_ok = count_all(call, values, data, err);

	json_object_set_new(data, "hidden", ts_letter_form_given(values));
	json_object_set_new(data, "title",
			    json_string(what && strcmp(what, "discard") == 0
					    ? "Discard dead letters?"
					    : "Replay dead letters?"));
	json_decref(values);
	if (is_ok)
		return ts_page_print(call, "letters_confirm", data, err);
	json_decref(data);
	return false;
}

bool ts_letters_run(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};
	json_t *values;
	bool is_ok;

	if (!ts_page_take_form(call, &form, err))
		return false;
	values = ts_letter_form_posted(&form);
	is_ok = ts_letter_runner_begin(ts_letter_desk_runner(call->services->letters),
				       values, &call->access.token, err);
	json_decref(values);
	if (!is_ok)
		return false;
	ts_page_set_headers(call);
	ts_call_redirect(call, RUN_PATH);
	return true;
}

bool ts_letters_look(struct ts_call *call, struct ts_error *err)
{
	json_t *data =
	    ts_letter_runner_describe(ts_letter_desk_runner(call->services->letters));

	if (!data)
		data = json_pack("{sb}", "is_none", true);
	json_object_set_new(
	    data, "title",
	    json_string(json_is_false(json_object_get(data, "is_replay"))
			    ? "Discarding of dead letters"
			    : "Replay of dead letters"));
	ts_page_show_time(data, "began");
	json_object_set_new(
	    data, "is_reading",
	    json_boolean(json_integer_value(json_object_get(data, "total")) > 0));
	if (json_is_true(json_object_get(data, "is_running")))
		ts_page_set_live(call, data);
	return ts_page_print(call, "letters_run", data, err);
}

bool ts_letters_stop(struct ts_call *call, struct ts_error *err)
{
	TS_AUTO(ts_form) form = {0};

	if (!ts_page_take_form(call, &form, err))
		return false;
	ts_letter_runner_stop(ts_letter_desk_runner(call->services->letters));
	ts_page_set_headers(call);
	ts_call_redirect(call, RUN_PATH);
	return true;
}
