/* letter_desk.c - see letter_desk.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/letter_desk.h"
#include "base/mem.h"
#include "http/later.h"
#include "http/letter_runner.h"
#include "http/letters.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ASKED = 32 /* calls that wait, at most */ };

struct question {
	struct ts_call *call;
	ts_letter_work *work;
};

struct ts_letter_desk {
	struct ts_letter_runner *runner;
	int stop_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Guarded by the lock. */
	struct question asked[ASKED]; /* the oldest first */
	size_t count;
	bool is_stopping;
};

static void answer(const struct question *question, bool is_stopping)
{
	struct ts_call *call = question->call;
	struct ts_error err = {0};
	bool is_ok;

	is_ok = is_stopping ? ts_fail(&err, TS_E_BUSY, "this server stops: ask again")
			    : question->work(call, &err);
	if (!is_ok)
		ts_letters_refuse(call, &err);
	ts_later_end(call);
}

static void *run(void *opaque)
{
	struct ts_letter_desk *desk = opaque;
	struct question question;
	bool is_stopping;

	pthread_mutex_lock(&desk->lock);
	for (;;) {
		while (!desk->count && !desk->is_stopping)
			pthread_cond_wait(&desk->changed, &desk->lock);
		if (!desk->count)
			break;
		question = desk->asked[0];
		desk->count--;
		memmove(desk->asked, desk->asked + 1,
			desk->count * sizeof(*desk->asked));
		is_stopping = desk->is_stopping;
		pthread_mutex_unlock(&desk->lock);
		answer(&question, is_stopping);
		pthread_mutex_lock(&desk->lock);
	}
	pthread_mutex_unlock(&desk->lock);
	return NULL;
}

bool ts_letter_desk_start(const struct ts_config *config,
			  struct ts_letter_desk **ret_desk, struct ts_error *err)
{
	struct ts_letter_desk *desk = ts_calloc(1, sizeof(*desk));

	desk->stop_fd = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_init(&desk->lock, NULL);
	pthread_cond_init(&desk->changed, NULL);
	desk->runner = ts_letter_runner_new(config);
	if (desk->stop_fd >= 0 && pthread_create(&desk->thread, NULL, run, desk) == 0) {
		*ret_desk = desk;
		return true;
	}
	if (desk->stop_fd >= 0)
		close(desk->stop_fd);
	ts_letter_runner_free(desk->runner);
	pthread_cond_destroy(&desk->changed);
	pthread_mutex_destroy(&desk->lock);
	free(desk);
	return ts_fail(err, TS_E_SYSTEM, "a thread for dead letters");
}

void ts_letter_desk_stop(struct ts_letter_desk *desk)
{
	bool was_stopped;

	pthread_mutex_lock(&desk->lock);
	was_stopped = desk->is_stopping;
	desk->is_stopping = true;
	pthread_cond_signal(&desk->changed);
	pthread_mutex_unlock(&desk->lock);
	if (was_stopped)
		return;
	eventfd_write(desk->stop_fd, 1);
	ts_letter_runner_close(desk->runner);
	pthread_join(desk->thread, NULL);
}

void ts_letter_desk_free(struct ts_letter_desk *desk)
{
	if (!desk)
		return;
	ts_letter_desk_stop(desk);
	ts_letter_runner_free(desk->runner);
	close(desk->stop_fd);
	pthread_cond_destroy(&desk->changed);
	pthread_mutex_destroy(&desk->lock);
	free(desk);
}

bool ts_letter_desk_ask(struct ts_letter_desk *desk, struct ts_call *call,
			ts_letter_work *work, struct ts_error *err)
{
	bool is_room;

	pthread_mutex_lock(&desk->lock);
	is_room = desk->count < ASKED && !desk->is_stopping;
	if (is_room) {
		ts_later_begin(call);
		desk->asked[desk->count++] = (struct question){call, work};
		pthread_cond_signal(&desk->changed);
	}
	pthread_mutex_unlock(&desk->lock);
	return is_room || ts_fail(err, TS_E_BUSY,
				  "many look at dead letters, or this server stops: "
				  "ask again");
}

int ts_letter_desk_stop_fd(const struct ts_letter_desk *desk)
{
	return desk->stop_fd;
}

struct ts_letter_runner *ts_letter_desk_runner(struct ts_letter_desk *desk)
{
	return desk->runner;
}
