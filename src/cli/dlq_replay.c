/* dlq_replay.c - `tablesync dlq replay` and `dlq discard`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/replay_run.h"
#include "cli/dlq.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include <inttypes.h>
#include <stdio.h>

/* A run, and the line that says how far it is. */
struct show {
	struct ts_progress progress;
	bool is_begun;
};

static void say_left(void *opaque, const struct ts_message *letter, const char *reason)
{
	struct show *show = opaque;

	ts_progress_clear(&show->progress);
	fprintf(stderr, "tablesync: letter %" PRId32 "-%" PRId64 " is left: %s\n",
		letter->partition, letter->offset, reason);
}

static void draw(void *opaque, const struct ts_replay_run *run)
{
	struct show *show = opaque;

	if (!show->is_begun)
		ts_progress_start(&show->progress, ts_letters_total(run->letters));
	show->is_begun = true;
	ts_progress_draw(&show->progress, ts_letters_passed(run->letters),
			 run->refused);
}

static const char *verb(const struct ts_replay_run *run)
{
	return run->what == TS_REPLAY_PUBLISH ? "replayed" : "discarded";
}

static void put_left(struct ts_buf *text, size_t count, const char *why)
{
	if (count)
		ts_buf_printf(text, "; %zu left: %s", count, why);
}

static void print(struct ts_replay_run *run)
{
	TS_AUTO(ts_buf) text = {0};
	const size_t count = run->is_dry ? run->groups.letters : run->done;

	ts_letter_groups_sort(&run->groups);
	if (run->groups.letters)
		ts_letter_groups_print(&run->groups, run->config, &text);
	ts_buf_printf(&text, "%zu of %zu dead letters %s%s", count, run->matched,
		      run->is_dry ? "would be " : "", verb(run));
	put_left(&text, run->capped, "replayed often enough (--max-replays)");
	put_left(&text, run->without_value, "without their value");
	put_left(&text, run->refused, "refused by the topic");
	if (run->is_stopped)
		ts_buf_puts(&text, "; stopped: run it again for the others");
	puts(text.data);
}

static void print_json(struct ts_replay_run *run)
{
	json_t *result = json_pack(
	    "{s:b, s:I, s:I, s:I, s:I, s:I, s:b}", "dry_run", run->is_dry, verb(run),
	    (json_int_t)(run->is_dry ? run->groups.letters : run->done), "matched",
	    (json_int_t)run->matched, "left_replayed_often", (json_int_t)run->capped,
	    "left_without_value", (json_int_t)run->without_value, "left_refused",
	    (json_int_t)run->refused, "stopped", run->is_stopped);

	ts_letter_groups_sort(&run->groups);
	if (run->is_dry)
		json_object_set_new(result, "groups",
				    ts_letter_groups_json(&run->groups, run->config));
	ts_dlq_put_json(result);
}

static enum ts_exit finish(const struct ts_dlq *dlq, struct ts_replay_run *run, bool ok,
			   const struct ts_error *err)
{
	if (dlq->line->wants_json)
		print_json(run);
	else if (run->matched)
		print(run);
	else if (ok && run->letters)
		ts_dlq_say_none(dlq, run->letters);
	fflush(stdout);
	if (!ok)
		return ts_command_fail(err);
	return run->is_stopped || run->refused ? TS_EXIT_FAILED : TS_EXIT_OK;
}

static enum ts_exit run_all(const struct ts_dlq *dlq, enum ts_replay_what what)
{
	struct show show = {0};
	const struct ts_replay_watcher watcher = {say_left, draw, &show};
	struct ts_replay_run run = {.config = dlq->config,
				    .filter = &dlq->filter,
				    .what = what,
				    .watcher = &watcher,
				    .is_dry = dlq->flags->is_dry_run,
				    .rate = dlq->flags->rate,
				    .max_replays = dlq->flags->max_replays};
	struct ts_error err = {0};
	enum ts_exit exit;
	bool ok;

	if (!ts_stop_fd(&run.stop_fd, &err))
		return ts_command_fail(&err);
	ok = ts_replay_run(&run, &err);
	ts_progress_clear(&show.progress);
	exit = finish(dlq, &run, ok, &err);
	ts_replay_run_release(&run);
	return exit;
}

enum ts_exit ts_dlq_replay(const struct ts_dlq *dlq)
{
	return run_all(dlq, TS_REPLAY_PUBLISH);
}

enum ts_exit ts_dlq_discard(const struct ts_dlq *dlq)
{
	return run_all(dlq, TS_REPLAY_DISCARD);
}
