/* dlq_replay.c - `tablesync dlq replay` and `dlq discard`. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/replay.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/dlq_groups.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>

enum { MAX_REPLAYS = 2 /* unless told otherwise */ };

struct run {
	const struct ts_dlq *dlq;
	enum ts_replay_what what;
	int stop_fd;
	struct ts_letters *letters;
	struct ts_replay *replay;    /* NULL: a dry run */
	struct ts_dlq_groups groups; /* of a dry run: what would be done */
	struct ts_progress progress;
	int64_t start_ms; /* of the first transaction; 0: none yet */
	size_t matched, done, capped, without_value, refused;
	bool is_stopped;
};

static void say_left(struct run *run, const struct ts_message *letter,
		     const char *reason)
{
	ts_progress_clear(&run->progress);
	fprintf(stderr, "tablesync: letter %" PRId32 "-%" PRId64 " is left: %s\n",
		letter->partition, letter->offset, reason);
}

static void note_refused(void *opaque, const struct ts_message *letter,
			 const char *reason)
{
	struct run *run = opaque;

	run->refused++;
	say_left(run, letter, reason);
}

static void look_for_stop(struct run *run, int timeout_ms)
{
	struct pollfd stop = {.fd = run->stop_fd, .events = POLLIN};

	if (poll(&stop, 1, timeout_ms) > 0)
		run->is_stopped = true;
}

/* Wait until the rate allows the next transaction. */
static void pace(struct run *run)
{
	const int64_t rate = run->dlq->flags->rate;

	if (!run->start_ms)
		run->start_ms = ts_now_ms();
	if (rate)
		look_for_stop(run,
			      ts_remaining_ms(run->start_ms +
						  (int64_t)(run->done + run->refused) *
						      1000 / rate,
					      INT_MAX));
}

static bool is_batch_full(const struct run *run)
{
	const int64_t rate = run->dlq->flags->rate;

	return ts_replay_is_full(run->replay) ||
	       (rate && ts_replay_count(run->replay) >= (size_t)rate);
}

/* Do what was gathered; not after a stop. */
static bool flush(struct run *run, struct ts_error *err)
{
	const struct ts_replay_refused refused = {note_refused, run};
	size_t done = 0;
	bool ok;

	if (!run->replay || !ts_replay_count(run->replay))
		return true;
	pace(run);
	if (run->is_stopped)
		return true;
	ok = ts_replay_commit(run->replay, &refused, &done, err);
	run->done += done;
	return ok;
}

/* Can it be replayed at all?  One that cannot is counted, and told. */
static bool can_be_done(struct run *run, const struct ts_letter *letter)
{
	const int64_t most =
	    run->dlq->flags->max_replays ? run->dlq->flags->max_replays : MAX_REPLAYS;
	TS_AUTO(ts_buf) reason = {0};

	if (run->what == TS_REPLAY_DISCARD)
		return true;
	if (letter->value_bytes >= 0) {
		run->without_value++;
		ts_buf_printf(&reason,
			      "its value of %" PRId64 " bytes did not fit; the job was "
			      "first delivered as %s-%" PRId32 "-%" PRId64,
			      letter->value_bytes, letter->trail.topic,
			      letter->trail.partition, letter->trail.offset);
		ts_utf8_clean(reason.data);
		say_left(run, letter->message, reason.data);
		return false;
	}
	if (letter->trail.replay >= most) {
		run->capped++;
		return false;
	}
	return true;
}

static bool take(struct run *run, const struct ts_letter *letter, struct ts_error *err)
{
	if (!ts_letter_matches(&run->dlq->filter, letter))
		return true;
	run->matched++;
	if (!can_be_done(run, letter))
		return true;
	if (!run->replay) {
		ts_dlq_groups_add(&run->groups, letter, ts_unix_ms());
		return true;
	}
	ts_replay_add(run->replay, letter);
	return !is_batch_full(run) || flush(run, err);
}

static bool read_all(struct run *run, struct ts_error *err)
{
	const struct ts_letter *letter;
	bool ok = true;

	ts_progress_start(&run->progress, ts_letters_total(run->letters));
	while (ok && !run->is_stopped) {
		ok = ts_letters_next(run->letters, &letter, err);
		if (!ok || !letter)
			break;
		ok = take(run, letter, err);
		ts_progress_draw(&run->progress, ts_letters_passed(run->letters),
				 run->refused);
		look_for_stop(run, 0);
	}
	ok = ok && (run->is_stopped || flush(run, err));
	ts_progress_clear(&run->progress);
	return ok;
}

static const char *verb(const struct run *run)
{
	return run->what == TS_REPLAY_PUBLISH ? "replayed" : "discarded";
}

static void put_left(struct ts_buf *text, size_t count, const char *why)
{
	if (count)
		ts_buf_printf(text, "; %zu left: %s", count, why);
}

static void print(struct run *run)
{
	TS_AUTO(ts_buf) text = {0};
	const size_t count = run->replay ? run->done : run->groups.letters;

	ts_dlq_groups_sort(&run->groups);
	if (run->groups.letters)
		ts_dlq_groups_print(&run->groups, run->dlq->config, &text);
	ts_buf_printf(&text, "%zu of %zu dead letters %s%s", count, run->matched,
		      run->replay ? "" : "would be ", verb(run));
	put_left(&text, run->capped, "replayed often enough (--max-replays)");
	put_left(&text, run->without_value, "without their value");
	put_left(&text, run->refused, "refused by the topic");
	if (run->is_stopped)
		ts_buf_puts(&text, "; stopped: run it again for the others");
	puts(text.data);
}

static void print_json(struct run *run)
{
	const bool is_dry_run = !run->replay;
	json_t *result = json_pack(
	    "{s:b, s:I, s:I, s:I, s:I, s:I, s:b}", "dry_run", is_dry_run, verb(run),
	    (json_int_t)(is_dry_run ? run->groups.letters : run->done), "matched",
	    (json_int_t)run->matched, "left_replayed_often", (json_int_t)run->capped,
	    "left_without_value", (json_int_t)run->without_value, "left_refused",
	    (json_int_t)run->refused, "stopped", run->is_stopped);

	ts_dlq_groups_sort(&run->groups);
	if (is_dry_run)
		json_object_set_new(result, "groups",
				    ts_dlq_groups_json(&run->groups, run->dlq->config));
	ts_dlq_put_json(result);
}

/* Whoever is the only one now may read what is done with; before that, another one
 * could still add to it. */
static bool begin(struct run *run, bool *ret_is_something, struct ts_error *err)
{
	*ret_is_something = false;
	if (!ts_letters_open(run->dlq->config, &run->letters, err))
		return false;
	if (!ts_letters_total(run->letters))
		return true;
	*ret_is_something = true;
	if (run->dlq->flags->is_dry_run)
		return true;
	ts_letters_free(run->letters);
	run->letters = NULL;
	if (!ts_replay_open(run->dlq->config, run->what, run->stop_fd, &run->replay,
			    err))
		return false;
	if (run->replay)
		return ts_letters_open(run->dlq->config, &run->letters, err);
	run->is_stopped = true;
	*ret_is_something = false;
	return true;
}

static enum ts_exit finish(struct run *run, bool ok, const struct ts_error *err)
{
	if (run->matched || run->dlq->line->wants_json) {
		if (run->dlq->line->wants_json)
			print_json(run);
		else
			print(run);
	} else if (ok && run->letters) {
		ts_dlq_say_none(run->dlq, run->letters);
	}
	fflush(stdout);
	if (!ok)
		return ts_command_fail(err);
	return run->is_stopped || run->refused ? TS_EXIT_FAILED : TS_EXIT_OK;
}

static enum ts_exit run_all(const struct ts_dlq *dlq, enum ts_replay_what what)
{
	struct run run = {.dlq = dlq, .what = what};
	struct ts_error err = {0};
	enum ts_exit exit;
	bool is_something, ok;

	if (!ts_stop_fd(&run.stop_fd, &err))
		return ts_command_fail(&err);
	ok =
	    begin(&run, &is_something, &err) && (!is_something || read_all(&run, &err));
	exit = finish(&run, ok, &err);
	ts_letters_free(run.letters);
	ts_replay_free(run.replay);
	ts_dlq_groups_release(&run.groups);
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
