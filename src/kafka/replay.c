/* replay.c - see replay.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/replay.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/conf.h"
#include "kafka/marks.h"
#include "kafka/sketch.h"
#include "kafka/topics.h"
#include "kafka/trouble.h"
#include "kafka/view.h"
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OPEN_MS = 30000,
	STEP_MS = 1000,
	COMMIT_MS = 60000, /* to learn what became of a transaction */
	ATTEMPTS = 5,      /* of one that Kafka aborted */
	PAUSE_MS = 200,
	HOST_SIZE = 256,
};

struct item {
	struct ts_message *letter; /* owned */
	rd_kafka_resp_err_t code;  /* why a record of it was not written */
};

struct ts_replay {
	const char *group; /* borrowed */
	enum ts_replay_what what;
	struct ts_topics topics;
	rd_kafka_t *producer;
	struct ts_buf id; /* the transactional one */
	struct ts_buf by; /* who: for the marks */
	struct item items[TS_REPLAY_LETTERS];
	size_t count, bytes;
};

/* What became of a transaction. */
enum end {
	END_COMMITTED,
	END_REFUSED, /* aborted: one letter or more cannot be written */
	END_AGAIN,   /* aborted, and may work later */
	END_FAILED,  /* `err` says why */
};

static bool is_unfit_letter(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       code == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
	       code == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

static void note_code(struct item *item, rd_kafka_resp_err_t code)
{
	/* What is purged by an abort is a consequence. */
	if (!item->code || is_unfit_letter(code))
		item->code = code;
}

static void report(rd_kafka_t *producer, const rd_kafka_message_t *message,
		   void *opaque)
{
	(void)producer, (void)opaque;
	if (message->err)
		note_code(message->_private, message->err);
}

static bool is_fenced(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__FENCED ||
	       code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
	       code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

static const char *name_of(const struct ts_replay *replay, enum ts_topic_role role)
{
	return ts_topics_get(&replay->topics, role)->name;
}

static bool fail(const struct ts_replay *replay, rd_kafka_resp_err_t code,
		 const char *text, struct ts_error *err)
{
	if (is_fenced(code))
		return ts_fail(
		    err, TS_E_TAKEN_OVER,
		    "another 'dlq replay' or 'dlq discard' took over, or "
		    "Kafka gave this one up; what it has not done is left to "
		    "the next one");
	if (ts_trouble_is_forbidden(code))
		return ts_fail(err, TS_E_NOT_ALLOWED,
			       "%s (it writes to '%s' and '%s' with the "
			       "transactional.id '%s')",
			       text, name_of(replay, TS_TOPIC_REPLAY),
			       name_of(replay, TS_TOPIC_DONE), replay->id.data);
	return ts_fail(err, TS_E_BROKER, "%s", text);
}

static bool is_stopped(int stop_fd)
{
	struct pollfd stop = {.fd = stop_fd, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

/* *ret_is_stopped: it was not waited for to the end. */
static bool begin_session(struct ts_replay *replay, int stop_fd, bool *ret_is_stopped,
			  struct ts_error *err)
{
	const int64_t deadline_ms = ts_now_ms() + OPEN_MS;
	rd_kafka_error_t *error;
	bool ok;

	for (;;) {
		*ret_is_stopped = is_stopped(stop_fd);
		error = *ret_is_stopped
			    ? NULL
			    : rd_kafka_init_transactions(replay->producer, STEP_MS);
		if (!error)
			return true;
		if (!rd_kafka_error_is_retriable(error) || ts_now_ms() >= deadline_ms)
			break;
		rd_kafka_error_destroy(error);
	}
	ok =
	    fail(replay, rd_kafka_error_code(error), rd_kafka_error_string(error), err);
	rd_kafka_error_destroy(error);
	return ok;
}

static void name(struct ts_replay *replay, const struct ts_config *config)
{
	char host[HOST_SIZE] = "";

	replay->group = ts_config_kafka(config, "group.id");
	/* Of the topics, not of the group: others may read the same ones. */
	ts_buf_printf(&replay->id, "%s-dlq", name_of(replay, TS_TOPIC_JOBS));
	gethostname(host, sizeof(host) - 1);
	ts_buf_printf(&replay->by, "%s@%s", replay->id.data, host);
}

/* Are the two topics there?  What is looked at before it is written does not make the
 * first record wait for a second; others are none of our business, unless one of these
 * is missing. */
static bool find_topics(struct ts_replay *replay, struct ts_error *err)
{
	const int64_t deadline_ms = ts_now_ms() + OPEN_MS;
	static const enum ts_topic_role roles[] = {TS_TOPIC_REPLAY, TS_TOPIC_DONE};
	struct ts_trouble trouble = {0};
	bool are_there = true;
	int partitions;

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		if (!ts_trouble_partitions(&trouble, replay->producer,
					   name_of(replay, roles[i]), deadline_ms,
					   &partitions, err))
			return false;
		are_there = are_there && partitions > 0;
	}
	return are_there ||
	       ts_topics_create(replay->producer, &replay->topics, deadline_ms, err);
}

bool ts_replay_open(const struct ts_config *config, enum ts_replay_what what,
		    int stop_fd, struct ts_replay **ret_replay, struct ts_error *err)
{
	struct ts_replay *replay = ts_calloc(1, sizeof(*replay));
	bool was_stopped;

	replay->what = what;
	ts_topics_make(config, &replay->topics);
	name(replay, config);
	if (!ts_kafka_transactional_new(config,
					&(struct ts_kafka_transactional){
					    .id = replay->id.data, .report = report},
					&replay->producer, err))
		goto failed;
	ts_trouble_quieten(replay->producer);
	if (!find_topics(replay, err) ||
	    !begin_session(replay, stop_fd, &was_stopped, err))
		goto failed;
	*ret_replay = replay;
	if (was_stopped) {
		ts_replay_free(replay);
		*ret_replay = NULL;
	}
	return true;
failed:
	ts_replay_free(replay);
	return false;
}

static void empty(struct ts_replay *replay)
{
	for (size_t i = 0; i < replay->count; i++)
		free(replay->items[i].letter);
	replay->count = replay->bytes = 0;
}

void ts_replay_free(struct ts_replay *replay)
{
	if (!replay)
		return;
	if (replay->producer) {
		rd_kafka_purge(replay->producer, RD_KAFKA_PURGE_F_QUEUE |
						     RD_KAFKA_PURGE_F_INFLIGHT |
						     RD_KAFKA_PURGE_F_NON_BLOCKING);
		rd_kafka_destroy(replay->producer);
	}
	empty(replay); /* the last reports speak of them */
	ts_buf_release(&replay->id);
	ts_buf_release(&replay->by);
	ts_topics_release(&replay->topics);
	free(replay);
}

void ts_replay_add(struct ts_replay *replay, const struct ts_letter *letter)
{
	struct item *item = &replay->items[replay->count++];

	*item = (struct item){.letter = ts_message_copy(letter->message)};
	replay->bytes += ts_message_bytes(item->letter);
}

size_t ts_replay_count(const struct ts_replay *replay)
{
	return replay->count;
}

bool ts_replay_is_full(const struct ts_replay *replay)
{
	return replay->count == TS_REPLAY_LETTERS || replay->bytes >= TS_REPLAY_BYTES;
}

static void produce(struct ts_replay *replay, struct item *item,
		    struct ts_sketch sketch)
{
	rd_kafka_resp_err_t code;

	sketch.partition = RD_KAFKA_PARTITION_UA;
	sketch.is_copied = true;
	sketch.opaque = item;
	code = ts_sketch_produce(replay->producer, &sketch);
	if (code)
		note_code(item, code);
}

static rd_kafka_headers_t *make_headers(const struct ts_replay *replay,
					const struct ts_message *letter)
{
	struct ts_trail trail;
	struct ts_headers list;
	rd_kafka_headers_t *headers;

	ts_trail_read(letter, &trail);
	trail.attempts = 0;
	trail.not_before_ms = 0;
	trail.replay++;
	ts_trail_write(&trail, letter, &(struct ts_failure){.group = replay->group},
		       &list);
	headers = ts_view_headers(&list);
	ts_headers_release(&list);
	return headers;
}

static void produce_job(struct ts_replay *replay, struct item *item)
{
	const struct ts_message *letter = item->letter;

	produce(replay, item,
		(struct ts_sketch){.topic = name_of(replay, TS_TOPIC_REPLAY),
				   .key = letter->key,
				   .key_len = letter->key_len,
				   .value = letter->value,
				   .value_len = letter->value_len,
				   .headers = make_headers(replay, letter)});
}

static void produce_mark(struct ts_replay *replay, struct item *item)
{
	TS_AUTO(ts_buf) key = {0};
	TS_AUTO(ts_buf) value = {0};

	ts_mark_key(item->letter, &key);
	ts_mark_value(item->letter,
		      replay->what == TS_REPLAY_PUBLISH ? "replayed" : "discarded",
		      replay->by.data, ts_unix_ms(), &value);
	produce(replay, item,
		(struct ts_sketch){.topic = name_of(replay, TS_TOPIC_DONE),
				   .key = key.data,
				   .key_len = key.len,
				   .value = value.data,
				   .value_len = value.len});
}

/* Ask for the transaction's end until that is known; the same call goes on where the
 * last one left off. */
static rd_kafka_error_t *ask_for_end(struct ts_replay *replay,
				     rd_kafka_error_t *(*ask)(rd_kafka_t *, int))
{
	const int64_t deadline_ms = ts_now_ms() + COMMIT_MS;
	rd_kafka_error_t *error;

	while ((error = ask(replay->producer, STEP_MS)) &&
	       rd_kafka_error_is_retriable(error) && ts_now_ms() < deadline_ms)
		rd_kafka_error_destroy(error);
	return error;
}

static enum end judge(struct ts_replay *replay, const struct item *items, size_t count,
		      rd_kafka_error_t *error, struct ts_error *err)
{
	const rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	if (rd_kafka_error_is_retriable(error)) {
		ts_fail(err, TS_E_BROKER,
			"%s: it is not known whether the last %zu were done; run it "
			"again, those that were are not done twice",
			rd_kafka_error_string(error), count);
		return END_FAILED;
	}
	if (!rd_kafka_error_txn_requires_abort(error)) {
		fail(replay, code, rd_kafka_error_string(error), err);
		return END_FAILED;
	}
	fail(replay, code, rd_kafka_error_string(error), err);
	for (size_t i = 0; i < count; i++)
		if (is_unfit_letter(items[i].code))
			return END_REFUSED;
	return ts_trouble_is_forbidden(code) ? END_FAILED : END_AGAIN;
}

/* Nothing of it is to be seen.  The verdict stands, unless not even this works: a
 * broker refuses it for a transaction of which it never heard, and then it is over with
 * this producer; why the transaction failed says more than that. */
static enum end undo(struct ts_replay *replay, enum end verdict, struct ts_error *err)
{
	rd_kafka_error_t *error = ask_for_end(replay, rd_kafka_abort_transaction);

	if (!error)
		return verdict;
	if (is_fenced(rd_kafka_error_code(error)))
		fail(replay, rd_kafka_error_code(error), "", err);
	else if (verdict != END_FAILED)
		ts_wrap(err, "run it again, what was done is not done twice");
	rd_kafka_error_destroy(error);
	return END_FAILED;
}

/* One transaction of these items; with END_AGAIN, too, `err` says why. */
static enum end transact(struct ts_replay *replay, struct item *items, size_t count,
			 struct ts_error *err)
{
	rd_kafka_error_t *error = rd_kafka_begin_transaction(replay->producer);
	bool is_open = !error;
	enum end verdict;

	for (size_t i = 0; is_open && i < count; i++) {
		items[i].code = RD_KAFKA_RESP_ERR_NO_ERROR;
		if (replay->what == TS_REPLAY_PUBLISH)
			produce_job(replay, &items[i]);
		produce_mark(replay, &items[i]);
		if (!items[i].code)
			continue;
		ts_fail(err, TS_E_BROKER, "%s", rd_kafka_err2str(items[i].code));
		return undo(replay,
			    is_unfit_letter(items[i].code) ? END_REFUSED : END_AGAIN,
			    err);
	}
	if (is_open)
		error = ask_for_end(replay, rd_kafka_commit_transaction);
	if (!error)
		return END_COMMITTED;
	verdict = judge(replay, items, count, error, err);
	is_open = rd_kafka_error_txn_requires_abort(error);
	rd_kafka_error_destroy(error);
	return is_open ? undo(replay, verdict, err) : verdict;
}

static enum end transact_again(struct ts_replay *replay, struct item *items,
			       size_t count, struct ts_error *err)
{
	enum end verdict = END_AGAIN;

	for (int i = 0; verdict == END_AGAIN && i < ATTEMPTS; i++) {
		if (i)
			rd_kafka_poll(replay->producer, PAUSE_MS);
		verdict = transact(replay, items, count, err);
	}
	return verdict;
}

bool ts_replay_commit(struct ts_replay *replay, const struct ts_replay_refused *refused,
		      size_t *ret_done, struct ts_error *err)
{
	enum end verdict = transact_again(replay, replay->items, replay->count, err);
	/* A broker refuses a batch with all that are in it: which of them was it? */
	const bool is_split = verdict == END_REFUSED;

	*ret_done = verdict == END_COMMITTED ? replay->count : 0;
	for (size_t i = 0; is_split && i < replay->count; i++) {
		struct item *item = &replay->items[i];

		verdict = transact_again(replay, item, 1, err);
		if (verdict == END_COMMITTED)
			(*ret_done)++;
		else if (verdict == END_REFUSED)
			refused->tell(refused->opaque, item->letter,
				      rd_kafka_err2str(item->code));
		else
			break;
	}
	empty(replay);
	return verdict == END_COMMITTED || verdict == END_REFUSED;
}
