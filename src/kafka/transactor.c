/* transactor.c - see transactor.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/transactor.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include "kafka/board.h"
#include "kafka/conf.h"
#include "kafka/refusals.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP_MS = 500,      /* of waiting for Kafka at the start */
	PAUSE_MS = 100,     /* before it is asked once more */
	ABORT_MS = 2000,    /* for what is open at the end */
	ID_SIZE = 600,      /* group.id, instance */
	TIMEOUT_MS = 10000, /* as in conf.c */
	IDLE_MS = 1000,     /* between two looks at what librdkafka tells */
};

enum state { IDLE, GIVEN, DONE };

struct ts_transactor {
	struct ts_runner runner; /* the thread's, once it runs */
	int wake_fd;
	pthread_t thread;

	/* The engine's. */
	bool is_busy;       /* submitted and not collected */
	int64_t give_up_ms; /* then the thread will not come back any more */

	pthread_mutex_t lock;
	pthread_cond_t change; /* of what follows */
	enum state state;
	struct ts_transaction transaction; /* the thread's while GIVEN */
	bool is_stopping, has_ended;
};

static void wake(const struct ts_transactor *transactor)
{
	static const uint64_t one = 1;

	(void)!write(transactor->wake_fd, &one, sizeof(one));
}

/* Wait for something to do.  Statistics that come meanwhile must not pile up. */
static void wait_locked(struct ts_transactor *transactor)
{
	bool is_told = transactor->runner.records->board;

	if (ts_cond_wait(&transactor->change, &transactor->lock,
			 is_told ? ts_now_ms() + IDLE_MS : TS_FOREVER))
		return;
	pthread_mutex_unlock(&transactor->lock);
	rd_kafka_poll(transactor->runner.producer, 0);
	pthread_mutex_lock(&transactor->lock);
}

/* The thread. */
static void *run(void *argument)
{
	struct ts_transactor *transactor = argument;

	pthread_mutex_lock(&transactor->lock);
	while (!transactor->is_stopping) {
		if (transactor->state != GIVEN) {
			wait_locked(transactor);
			continue;
		}
		pthread_mutex_unlock(&transactor->lock);
		ts_runner_run(&transactor->runner, &transactor->transaction);
		pthread_mutex_lock(&transactor->lock);
		transactor->state = DONE;
		wake(transactor);
	}
	pthread_mutex_unlock(&transactor->lock);
	ts_runner_close(&transactor->runner, ABORT_MS);
	rd_kafka_destroy(transactor->runner.producer);
	ts_chain_release(&transactor->runner.kept);
	pthread_mutex_lock(&transactor->lock);
	transactor->has_ended = true;
	pthread_cond_broadcast(&transactor->change);
	pthread_mutex_unlock(&transactor->lock);
	return NULL;
}

/* Stable where the process has a name, so that its successor ends what it left open. */
static bool make_id(const struct ts_config *config, char ret_id[ID_SIZE],
		    struct ts_error *err)
{
	const char *group = ts_config_kafka(config, "group.id");
	uint64_t number;

	if (config->instance && *config->instance) {
		snprintf(ret_id, ID_SIZE, "%s-%s", group, config->instance);
		return true;
	}
	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return ts_fail(err, TS_E_SYSTEM, "getrandom: %s", strerror(errno));
	snprintf(ret_id, ID_SIZE, "%s-%016llx", group, (unsigned long long)number);
	return true;
}

static bool is_told_to_stop(int stop_fd, int wait_ms)
{
	struct pollfd fd = {.fd = stop_fd, .events = POLLIN};

	return poll(&fd, 1, wait_ms) > 0;
}

/* Fence who held the id before. */
static bool take_id(rd_kafka_t *producer, const char *id, int stop_fd,
		    int64_t deadline_ms, struct ts_error *err)
{
	for (;;) {
		rd_kafka_error_t *error = rd_kafka_init_transactions(
		    producer, ts_remaining_ms(deadline_ms, STEP_MS));
		bool is_final;

		if (!error)
			return true;
		is_final = rd_kafka_error_is_fatal(error);
		ts_fail(err, TS_E_BROKER, "transactional.id '%s': %s", id,
			rd_kafka_error_string(error));
		rd_kafka_error_destroy(error);
		if (is_final || ts_now_ms() >= deadline_ms ||
		    is_told_to_stop(stop_fd, PAUSE_MS))
			return false;
	}
}

static int take_statistics(rd_kafka_t *producer, char *json, size_t len, void *opaque)
{
	const struct ts_runner *runner = opaque;
	(void)producer;
	(void)len;

	ts_board_statistics(runner->records->board, json);
	return 0; /* librdkafka frees it */
}

static bool make_producer(struct ts_transactor *transactor,
			  const struct ts_config *config, int stop_fd,
			  int64_t deadline_ms, struct ts_error *err)
{
	struct ts_runner *runner = &transactor->runner;
	char id[ID_SIZE];
	const struct ts_kafka_transactional how = {
	    .id = id,
	    .batch_bytes = ts_destinations_batch_bytes(runner->records->destinations),
	    .report = ts_refusals_report,
	    .statistics = take_statistics,
	    .opaque = runner,
	};

	if (!make_id(config, id, err) ||
	    !ts_kafka_transactional_new(config, &how, &runner->producer, err))
		return false;
	runner->timeout_ms =
	    ts_kafka_number(runner->producer, "transaction.timeout.ms", TIMEOUT_MS);
	if (take_id(runner->producer, id, stop_fd, deadline_ms, err) &&
	    ts_record_warm_up(runner->records, runner->producer, deadline_ms, err))
		return true;
	rd_kafka_destroy(runner->producer);
	return false;
}

static void free_transactor(struct ts_transactor *transactor)
{
	ts_transaction_release(&transactor->transaction);
	pthread_cond_destroy(&transactor->change);
	pthread_mutex_destroy(&transactor->lock);
	free(transactor);
}

bool ts_transactor_start(const struct ts_config *config,
			 const struct ts_records *records, int wake_fd, int stop_fd,
			 int64_t deadline_ms, struct ts_transactor **ret_transactor,
			 struct ts_error *err)
{
	struct ts_transactor *transactor = ts_calloc(1, sizeof(*transactor));
	pthread_condattr_t monotonic;
	int code;

	transactor->runner.records = records;
	transactor->wake_fd = wake_fd;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&transactor->lock, NULL);
	pthread_cond_init(&transactor->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (!make_producer(transactor, config, stop_fd, deadline_ms, err)) {
		free_transactor(transactor);
		return false;
	}
	code = pthread_create(&transactor->thread, NULL, run, transactor);
	if (code) {
		rd_kafka_destroy(transactor->runner.producer);
		free_transactor(transactor);
		return ts_fail(err, TS_E_SYSTEM, "starting a thread: %s",
			       strerror(code));
	}
	*ret_transactor = transactor;
	return true;
}

bool ts_transactor_is_idle(const struct ts_transactor *transactor)
{
	return !transactor->is_busy;
}

void ts_transactor_submit(struct ts_transactor *transactor,
			  struct ts_transaction *transaction)
{
	assert(!transactor->is_busy && transaction->offsets->cnt);
	transactor->is_busy = true;
	transactor->give_up_ms = ts_now_ms() + transactor->runner.timeout_ms * 3;
	pthread_mutex_lock(&transactor->lock);
	transactor->transaction = *transaction;
	transactor->state = GIVEN;
	pthread_cond_broadcast(&transactor->change);
	pthread_mutex_unlock(&transactor->lock);
	*transaction = (struct ts_transaction){0};
}

/* Here, since amending belongs to the engine's thread. */
static void amend(const struct ts_records *records, struct ts_transaction *transaction)
{
	for (struct ts_task *task = transaction->tasks.head; task; task = task->next) {
		if (task->refusal && transaction->verdict == TS_VERDICT_AGAIN)
			transaction->is_amended |= ts_record_amend(
			    records, task, (enum ts_record)task->refused,
			    (rd_kafka_resp_err_t)task->refusal);
		task->refusal = RD_KAFKA_RESP_ERR_NO_ERROR;
	}
}

/* librdkafka 2.0.2 may wait for the group's coordinator beyond every time-out. */
static bool is_stuck(struct ts_transactor *transactor,
		     struct ts_transaction *ret_transaction)
{
	if (!transactor->is_busy || ts_now_ms() < transactor->give_up_ms)
		return false;
	transactor->give_up_ms = TS_FOREVER; /* said once */
	*ret_transaction = (struct ts_transaction){.verdict = TS_VERDICT_UNFIT};
	ts_fail(&ret_transaction->err, TS_E_BROKER,
		"a transaction does not come to its end");
	return true;
}

bool ts_transactor_collect(struct ts_transactor *transactor,
			   struct ts_transaction *ret_transaction)
{
	bool is_done;

	pthread_mutex_lock(&transactor->lock);
	is_done = transactor->state == DONE;
	if (is_done) {
		*ret_transaction = transactor->transaction;
		transactor->transaction = (struct ts_transaction){0};
		transactor->state = IDLE;
	}
	pthread_mutex_unlock(&transactor->lock);
	if (!is_done)
		return is_stuck(transactor, ret_transaction);
	transactor->is_busy = false;
	amend(transactor->runner.records, ret_transaction);
	return true;
}

bool ts_transactor_stop(struct ts_transactor *transactor, int64_t deadline_ms)
{
	const struct timespec until = {.tv_sec = (time_t)(deadline_ms / 1000),
				       .tv_nsec = (long)(deadline_ms % 1000) * 1000000};
	bool has_ended;

	transactor->runner.is_stopping = true;
	pthread_mutex_lock(&transactor->lock);
	transactor->is_stopping = true;
	pthread_cond_broadcast(&transactor->change);
	while (!transactor->has_ended &&
	       pthread_cond_timedwait(&transactor->change, &transactor->lock, &until) !=
		   ETIMEDOUT)
		;
	has_ended = transactor->has_ended;
	pthread_mutex_unlock(&transactor->lock);
	if (!has_ended)
		return false;
	pthread_join(transactor->thread, NULL);
	free_transactor(transactor);
	return true;
}
