/* publishing.c - see publishing.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/publishing.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/outcome.h"
#include "cli/progress.h"
#include <limits.h>
#include <poll.h>
#include <stdio.h>

enum { TURN_MS = 100 }; /* to look at the deadlines, the terminal and the stop */

/* A place for an unanswered job; it is the tag of its call. */
struct slot {
	const struct ts_wish *wish; /* NULL: free */
	struct tablesync_call *call;
	int64_t start_ms;
};

struct run {
	const struct ts_publishing *how;
	struct slot slots[TS_PUBLISH_UNANSWERED];
	size_t free[TS_PUBLISH_UNANSWERED]; /* the free slots, as a stack */
	size_t free_count;
	size_t next; /* of the jobs, to be published */
	size_t count[TABLESYNC_UNREACHABLE + 1];
	struct ts_progress progress;
	bool is_stopped; /* by a signal, or stdout is gone */
	bool is_broken;  /* the producer takes nothing more */
};

static size_t ended(const struct run *run)
{
	return run->count[TABLESYNC_OK] + run->count[TABLESYNC_JOB_ERROR] +
	       run->count[TABLESYNC_TIMED_OUT] + run->count[TABLESYNC_UNREACHABLE];
}

static size_t unanswered(const struct run *run)
{
	return TS_PUBLISH_UNANSWERED - run->free_count;
}

static void settle(struct run *run, const struct slot *slot,
		   enum tablesync_status status, const struct tablesync_reply *reply,
		   const char *error)
{
	const struct ts_outcome outcome = {
	    .wish = slot->wish,
	    .status = status,
	    .reply = reply,
	    .error = error,
	    .elapsed_ms = ts_now_ms() - slot->start_ms,
	    .jobs_topic = run->how->jobs_topic,
	    .is_delivery = run->how->is_delivery,
	};

	run->count[status]++;
	ts_progress_clear(&run->progress);
	ts_outcome_print(&outcome, run->how->wants_json);
}

static void set_free(struct run *run, struct slot *slot)
{
	slot->wish = NULL;
	run->free[run->free_count++] = (size_t)(slot - run->slots);
}

static void say_unanswered(const struct slot *slot, const char *job_id)
{
	TS_AUTO(ts_buf) line = {0};

	ts_buf_printf(&line, "unanswered  %s.%s  job %s", slot->wish->schema,
		      slot->wish->table, job_id);
	ts_utf8_clean(line.data);
	fprintf(stderr, "%s\n", line.data);
}

/* Take what came of the slot's job; one that has no end is forgotten.  Of one that is
 * left by a stop, this is no time-out. */
static void conclude(struct run *run, struct slot *slot, bool is_left)
{
	char error[TABLESYNC_ERROR_SIZE] = "";
	struct tablesync_reply reply;
	enum tablesync_status status = tablesync_await(slot->call, 0, &reply, error);

	if (status == TABLESYNC_TIMED_OUT) {
		tablesync_forget(slot->call);
		if (!reply.job_id[0]) {
			status = TABLESYNC_UNREACHABLE;
			snprintf(error, sizeof(error), "no broker took it in time");
		}
	}
	if (status == TABLESYNC_TIMED_OUT && is_left)
		say_unanswered(slot, reply.job_id);
	else
		settle(run, slot, status, &reply, error);
	tablesync_reply_release(&reply);
	set_free(run, slot);
}

static void publish_one(struct run *run)
{
	struct slot *slot = &run->slots[run->free[run->free_count - 1]];
	const struct ts_wish *wish = &run->how->jobs->items[run->next++];
	const struct tablesync_reply none = {.partition = -1, .offset = -1};
	const struct tablesync_job job = {
	    .datasource_id = wish->datasource_id,
	    .schema = wish->schema,
	    .table = wish->table,
	    .is_view = wish->is_view,
	    .tag = slot,
	};
	char error[TABLESYNC_ERROR_SIZE];

	*slot = (struct slot){.wish = wish, .start_ms = ts_now_ms()};
	slot->call = tablesync_publish(run->how->client, &job, error);
	if (slot->call) {
		run->free_count--;
		return;
	}
	settle(run, slot, TABLESYNC_UNREACHABLE, &none, error);
	run->is_broken = true;
}

static bool has_more(const struct run *run)
{
	return run->next < run->how->jobs->count && !run->is_stopped && !run->is_broken;
}

/* What is to be looked at now and then. */
static void look_around(struct run *run)
{
	struct pollfd stop = {.fd = run->how->stop_fd, .events = POLLIN};

	fflush(stdout); /* whoever reads a pipe sees the lines now */
	if (poll(&stop, 1, 0) > 0 || ferror(stdout))
		run->is_stopped = true;
	for (size_t i = 0; i < TS_PUBLISH_UNANSWERED; i++)
		if (run->slots[i].wish &&
		    ts_now_ms() >= run->slots[i].start_ms + run->how->timeout_ms)
			conclude(run, &run->slots[i], false);
	ts_progress_draw(&run->progress, ended(run),
			 ended(run) - run->count[TABLESYNC_OK]);
}

static bool is_delivery_known(const struct run *run, const struct slot *slot,
			      bool waits)
{
	const int64_t deadline_ms = slot->start_ms + run->how->timeout_ms;
	char error[TABLESYNC_ERROR_SIZE];

	return tablesync_await_delivery(
		   slot->call, waits ? ts_remaining_ms(deadline_ms, INT_MAX) : 0,
		   error) != TABLESYNC_TIMED_OUT;
}

/* Say where the unanswered jobs are.  First those that are known to be on the topic;
 * the close would wait for the others as well, and nobody would learn where they came
 * to be. */
static void say_places(struct run *run)
{
	for (int waits = 0; waits <= 1; waits++)
		for (size_t i = 0; i < TS_PUBLISH_UNANSWERED; i++) {
			struct slot *slot = &run->slots[i];

			if (slot->wish &&
			    (is_delivery_known(run, slot, waits) || waits))
				conclude(run, slot, true);
		}
}

static void say_unfinished(struct run *run)
{
	const size_t left = run->how->jobs->count - run->next;

	if (!left && !unanswered(run))
		return;
	fprintf(stderr, "tablesync: stopped: %zu jobs not published, %zu unanswered\n",
		left, unanswered(run));
	say_places(run);
}

static void say_summary(const struct run *run)
{
	const size_t *count = run->count;

	if (run->how->jobs->count == 1)
		return;
	fprintf(stderr,
		"%zu jobs: %zu ok, %zu errors, %zu timed out, %zu not delivered; "
		"%.1f s, %.0f/s\n",
		run->how->jobs->count, count[TABLESYNC_OK], count[TABLESYNC_JOB_ERROR],
		count[TABLESYNC_TIMED_OUT], count[TABLESYNC_UNREACHABLE],
		(double)(ts_now_ms() - run->progress.start_ms) / 1000,
		ts_progress_rate(&run->progress, ended(run)));
}

static enum ts_exit verdict(const struct run *run)
{
	if (run->count[TABLESYNC_UNREACHABLE])
		return TS_EXIT_UNREACHABLE;
	if (run->count[TABLESYNC_TIMED_OUT])
		return TS_EXIT_TIMED_OUT;
	if (run->count[TABLESYNC_JOB_ERROR])
		return TS_EXIT_JOB_ERROR;
	return run->is_stopped ? TS_EXIT_FAILED : TS_EXIT_OK;
}

enum ts_exit ts_publish_all(const struct ts_publishing *publishing)
{
	struct run run = {.how = publishing};
	int64_t look_ms = 0;

	for (size_t i = TS_PUBLISH_UNANSWERED; i-- > 0;)
		run.free[run.free_count++] = i;
	ts_progress_start(&run.progress, publishing->jobs->count);
	while (has_more(&run) || (unanswered(&run) && !run.is_stopped)) {
		struct tablesync_call *call;

		while (has_more(&run) && run.free_count)
			publish_one(&run);
		call = tablesync_next(publishing->client, TURN_MS);
		if (call)
			conclude(&run, tablesync_tag(call), false);
		if (ts_now_ms() >= look_ms) {
			look_around(&run);
			look_ms = ts_now_ms() + TURN_MS;
		}
	}
	ts_progress_clear(&run.progress);
	say_unfinished(&run);
	say_summary(&run);
	return verdict(&run);
}
