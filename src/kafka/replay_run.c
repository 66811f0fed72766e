/* replay_run.c - see replay_run.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/replay_run.h"
#include "base/clock.h"
#include "kafka/letter_text.h"
#include <limits.h>
#include <poll.h>

static void note_refused(void *opaque, const struct ts_message *letter,
			 const char *reason)
{
	struct ts_replay_run *run = opaque;

	run->refused++;
	run->watcher->left(run->watcher->opaque, letter, reason);
}

static void look_for_stop(struct ts_replay_run *run, int timeout_ms)
{
	struct pollfd stop = {.fd = run->stop_fd, .events = POLLIN};

	if (poll(&stop, 1, timeout_ms) > 0)
		run->is_stopped = true;
}

/* Wait until the rate allows the next transaction. */
static void pace(struct ts_replay_run *run)
{
	const int64_t done = (int64_t)(run->done + run->refused);

	if (!run->start_ms)
		run->start_ms = ts_now_ms();
	if (run->rate)
		look_for_stop(
		    run,
		    ts_remaining_ms(run->start_ms + done * 1000 / run->rate, INT_MAX));
}

static bool is_batch_full(const struct ts_replay_run *run)
{
	return ts_replay_is_full(run->replay) ||
	       (run->rate && ts_replay_count(run->replay) >= (size_t)run->rate);
}

/* Do what was gathered; not after a stop. */
static bool flush(struct ts_replay_run *run, struct ts_error *err)
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
static bool can_be_done(struct ts_replay_run *run, const struct ts_letter *letter)
{
	const int64_t most = run->max_replays ? run->max_replays : TS_MAX_REPLAYS;
	TS_AUTO(ts_buf) reason = {0};

	if (run->what == TS_REPLAY_DISCARD)
		return true;
	if (letter->value_bytes >= 0) {
		run->without_value++;
		ts_letter_put_missing(letter, &reason);
		run->watcher->left(run->watcher->opaque, letter->message, reason.data);
		return false;
	}
	if (letter->trail.replay >= most) {
		run->capped++;
		return false;
	}
	return true;
}

static bool take(struct ts_replay_run *run, const struct ts_letter *letter,
		 struct ts_error *err)
{
	if (!ts_letter_matches(run->filter, letter))
		return true;
	run->matched++;
	if (!can_be_done(run, letter))
		return true;
	if (run->is_dry) {
		ts_letter_groups_add(&run->groups, letter, ts_unix_ms());
		return true;
	}
	ts_replay_add(run->replay, letter);
	return !is_batch_full(run) || flush(run, err);
}

static bool read_all(struct ts_replay_run *run, struct ts_error *err)
{
	const struct ts_letter *letter;

	while (!run->is_stopped) {
		if (!ts_letters_next(run->letters, &letter, err))
			return false;
		if (!letter)
			return flush(run, err);
		if (!take(run, letter, err))
			return false;
		run->watcher->progress(run->watcher->opaque, run);
		look_for_stop(run, 0);
	}
	return true;
}

/* Whoever is the only one now may read what is done with; before that, another one
 * could still add to it. */
static bool begin(struct ts_replay_run *run, struct ts_error *err)
{
	ts_letters_free(run->letters);
	run->letters = NULL;
	if (!ts_replay_open(run->config, run->what, run->stop_fd, &run->replay, err))
		return false;
	run->is_stopped = !run->replay;
	return run->is_stopped || ts_letters_open(run->config, &run->letters, err);
}

bool ts_replay_run(struct ts_replay_run *run, struct ts_error *err)
{
	if (!ts_letters_open(run->config, &run->letters, err))
		return false;
	if (!ts_letters_total(run->letters))
		return true;
	return (run->is_dry || begin(run, err)) && read_all(run, err);
}

void ts_replay_run_release(struct ts_replay_run *run)
{
	ts_letters_free(run->letters);
	ts_replay_free(run->replay);
	ts_letter_groups_release(&run->groups);
	*run = (struct ts_replay_run){0};
}
