/* replay_run.h - all dead letters that are meant, replayed or discarded; or only
 * counted, to see what would be done.
 *
 * What was interrupted is simply run again: nothing is done twice (replay.h).
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPLAY_RUN_H
#define TS_REPLAY_RUN_H
#include "kafka/letter_groups.h"
#include "kafka/letters.h"
#include "kafka/replay.h"

enum { TS_MAX_REPLAYS = 2 }; /* of one letter, unless told otherwise */

/* Zero-initialised but for the first five. */
struct ts_replay_run {
	/* What is asked for; borrowed. */
	const struct ts_config *config;
	const struct ts_letter_filter *filter;
	enum ts_replay_what what;
	int stop_fd; /* readable: end when the transaction under way has ended */
	const struct ts_replay_watcher *watcher;

	bool is_dry;
	int64_t rate;        /* letters a second, at most; 0: any */
	int64_t max_replays; /* leave those replayed as often; 0: TS_MAX_REPLAYS */

	/* What came of it, also where it failed on its way. */
	struct ts_letters *letters;            /* NULL: nothing was read; owned */
	struct ts_letter_groups groups;        /* what would be done, where it is dry */
	size_t matched, done;                  /* done: 0 where it is dry */
	size_t capped, without_value, refused; /* left as they are */
	bool is_stopped;

	struct ts_replay *replay; /* NULL: nothing is written; owned */
	int64_t start_ms;         /* of the first transaction; 0: none yet */
};

/* Is told how it goes, from within the run. */
struct ts_replay_watcher {
	/* A letter is left, for a reason that is its own. */
	void (*left)(void *opaque, const struct ts_message *letter, const char *reason);
	/* After each letter: run->letters tells how many there are. */
	void (*progress)(void *opaque, const struct ts_replay_run *run);
	void *opaque;
};

/* TS_E_BROKER, TS_E_NOT_ALLOWED, TS_E_TAKEN_OVER. */
TS_MUST_CHECK bool ts_replay_run(struct ts_replay_run *run, struct ts_error *err);
void ts_replay_run_release(struct ts_replay_run *run);

#endif
