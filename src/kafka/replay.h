/* replay.h - dead letters published again, or discarded: each once, whatever happens.
 *
 * A letter's job and the mark that it is done with are written in one transaction: a
 * process that dies leaves both or neither.  There is one transactional id for all who
 * do this, so that whoever begins fences off whoever was at it; read which letters are
 * done with (letters.h) only after that.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_REPLAY_H
#define TS_REPLAY_H
#include "kafka/letter.h"

enum {
	TS_REPLAY_LETTERS = 100, /* in one transaction, at most */
	TS_REPLAY_BYTES = 1024 * 1024,
};

enum ts_replay_what {
	TS_REPLAY_PUBLISH, /* and mark */
	TS_REPLAY_DISCARD, /* only mark: the record stays until its retention ends */
};

struct ts_replay;

/* Make the topics that are missing and begin, which ends what another one was at.
 * Waits for the broker, until `stop_fd` is readable: then *ret_replay is NULL.
 * TS_E_BROKER, TS_E_NOT_ALLOWED, TS_E_TAKEN_OVER.  Borrows `config`. */
TS_MUST_CHECK bool ts_replay_open(const struct ts_config *config,
				  enum ts_replay_what what, int stop_fd,
				  struct ts_replay **ret_replay, struct ts_error *err);
void ts_replay_free(struct ts_replay *replay);

/* Take a copy for the next transaction. */
void ts_replay_add(struct ts_replay *replay, const struct ts_letter *letter);
size_t ts_replay_count(const struct ts_replay *replay);
/* Commit before more is added. */
bool ts_replay_is_full(const struct ts_replay *replay);

/* Is told of a letter that is left as it is. */
struct ts_replay_refused {
	void (*tell)(void *opaque, const struct ts_message *letter, const char *reason);
	void *opaque;
};

/* Publish what was added.  A letter that the topic refuses for itself (it is too
 * large) is left as it is and told to `refused`; *ret_done counts the others.  Leaves
 * it empty.  Where this fails, run it all again: what was done is not done twice.
 * TS_E_TAKEN_OVER, TS_E_NOT_ALLOWED, TS_E_BROKER. */
TS_MUST_CHECK bool ts_replay_commit(struct ts_replay *replay,
				    const struct ts_replay_refused *refused,
				    size_t *ret_done, struct ts_error *err);

#endif
