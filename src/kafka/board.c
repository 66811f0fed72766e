/* board.c - see board.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/board.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/mem.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ANSWER_MS = 500,    /* for the engine's answer */
	STUCK_MS = 10000,   /* without a turn */
	CATALOG_MS = 60000, /* for which it counts as down that did not answer */
};

/* The last status; somebody may be printing it when the next one comes. */
struct sheet {
	struct ts_worker_status *status;
	size_t users; /* the board is one while it is the last */
};

enum phase { STARTING, RUNNING, ENDING };

struct ts_board {
	const struct ts_config *config;
	_Atomic int64_t turned_ms;
	atomic_bool is_asked;

	pthread_mutex_t lock;
	pthread_cond_t posted;
	/* Below: under the lock. */
	enum phase phase;
	int wake_fd;
	struct sheet *last; /* NULL: there was none yet */
	uint64_t posts;     /* counts them */
	struct ts_statistics statistics[TS_CLIENT_ROLES];
};

struct ts_board *ts_board_new(const struct ts_config *config)
{
	struct ts_board *board = ts_calloc(1, sizeof(*board));

	board->config = config;
	board->wake_fd = -1;
	pthread_mutex_init(&board->lock, NULL);
	ts_cond_init(&board->posted);
	return board;
}

/* One user less. */
static void leave_locked(struct sheet *sheet)
{
	if (!sheet || --sheet->users)
		return;
	ts_worker_status_free(sheet->status);
	free(sheet);
}

void ts_board_free(struct ts_board *board)
{
	if (!board)
		return;
	leave_locked(board->last);
	pthread_cond_destroy(&board->posted);
	pthread_mutex_destroy(&board->lock);
	free(board);
}

static void enter_phase(struct ts_board *board, enum phase phase, int wake_fd)
{
	if (!board)
		return;
	pthread_mutex_lock(&board->lock);
	board->phase = phase;
	board->wake_fd = wake_fd;
	pthread_cond_broadcast(&board->posted);
	pthread_mutex_unlock(&board->lock);
}

void ts_board_open(struct ts_board *board, int wake_fd)
{
	ts_board_turn(board, ts_now_ms());
	enter_phase(board, RUNNING, wake_fd);
}

void ts_board_close(struct ts_board *board)
{
	enter_phase(board, ENDING, -1);
}

void ts_board_turn(struct ts_board *board, int64_t now_ms)
{
	if (board)
		atomic_store_explicit(&board->turned_ms, now_ms, memory_order_relaxed);
}

bool ts_board_is_asked(const struct ts_board *board)
{
	return board && atomic_load(&board->is_asked);
}

void ts_board_post(struct ts_board *board, struct ts_worker_status *status)
{
	struct sheet *sheet = ts_calloc(1, sizeof(*sheet));

	*sheet = (struct sheet){.status = status, .users = 1};
	pthread_mutex_lock(&board->lock);
	leave_locked(board->last);
	board->last = sheet;
	board->posts++;
	atomic_store(&board->is_asked, false);
	pthread_cond_broadcast(&board->posted);
	pthread_mutex_unlock(&board->lock);
}

/* Ask the engine, and wait for what it writes up.  False: it did not, in time. */
static bool ask_locked(struct ts_board *board)
{
	static const uint64_t one = 1;
	const uint64_t before = board->posts;
	int64_t until_ms = ts_now_ms() + ANSWER_MS;
	bool is_in_time = true;

	if (board->phase != RUNNING)
		return false;
	atomic_store(&board->is_asked, true);
	(void)!write(board->wake_fd, &one, sizeof(one));
	while (is_in_time && board->phase == RUNNING && board->posts == before)
		is_in_time = ts_cond_wait(&board->posted, &board->lock, until_ms);
	return board->posts != before;
}

/* The newest sheet, or the last one where the engine does not answer; NULL: there was
 * none.  To be given back. */
static struct sheet *take_sheet(struct ts_board *board, bool *ret_is_new)
{
	struct sheet *sheet;

	pthread_mutex_lock(&board->lock);
	*ret_is_new = ask_locked(board);
	sheet = board->last;
	if (sheet)
		sheet->users++;
	pthread_mutex_unlock(&board->lock);
	return sheet;
}

static void give_sheet(struct ts_board *board, struct sheet *sheet)
{
	pthread_mutex_lock(&board->lock);
	leave_locked(sheet);
	pthread_mutex_unlock(&board->lock);
}

static void copy_statistics(struct ts_board *board,
			    struct ts_statistics ret_statistics[TS_CLIENT_ROLES])
{
	pthread_mutex_lock(&board->lock);
	memcpy(ret_statistics, board->statistics, sizeof(board->statistics));
	pthread_mutex_unlock(&board->lock);
}

void ts_board_statistics(struct ts_board *board, const char *json)
{
	struct ts_statistics statistics[TS_CLIENT_ROLES];
	enum ts_client_role role;

	if (!board)
		return;
	/* Each of them is of one client, and so of one thread. */
	copy_statistics(board, statistics);
	if (!ts_statistics_take(statistics, json, strlen(json), &role))
		return;
	pthread_mutex_lock(&board->lock);
	board->statistics[role] = statistics[role];
	pthread_mutex_unlock(&board->lock);
}

static const struct ts_metric turn_age = {
    "engine_turn_age_seconds",
    TS_METRIC_GAUGE,
    {0},
    "since when the worker's loop has not turned"};
static const struct ts_metrics own_metrics = {&turn_age, 1};

const struct ts_metrics *const ts_board_metrics[] = {
    &ts_tally_metrics, &ts_worker_status_metrics, &ts_statistics_metrics, &own_metrics,
    NULL};

static int64_t turned_ago_ms(const struct ts_board *board)
{
	int64_t turned = atomic_load_explicit(&board->turned_ms, memory_order_relaxed);
	int64_t ago = ts_now_ms() - turned;

	return turned && ago > 0 ? ago : 0;
}

static void print(void *part, struct ts_buf *text)
{
	struct ts_board *board = part;
	struct ts_statistics statistics[TS_CLIENT_ROLES];
	bool is_new;
	struct sheet *sheet = take_sheet(board, &is_new);

	if (sheet)
		ts_worker_status_print(sheet->status, board->config, text);
	give_sheet(board, sheet);
	copy_statistics(board, statistics);
	ts_statistics_print(statistics, text);
	ts_metric_single(text, &turn_age, (double)turned_ago_ms(board) / 1000);
}

static enum phase phase_of(struct ts_board *board)
{
	enum phase phase;

	pthread_mutex_lock(&board->lock);
	phase = board->phase;
	pthread_mutex_unlock(&board->lock);
	return phase;
}

static bool is_alive(void *part, struct ts_buf *lines)
{
	struct ts_board *board = part;
	int64_t ago_ms = turned_ago_ms(board);

	switch (phase_of(board)) {
	case STARTING:
		ts_buf_puts(lines, "engine: ok, it is being started\n");
		return true;
	case ENDING:
		ts_buf_puts(lines, "engine: ok, it ends\n");
		return true;
	case RUNNING:
		break;
	}
	ts_buf_printf(lines, "engine: %s, its last turn was %lld ms ago\n",
		      ago_ms < STUCK_MS ? "ok" : "stuck", (long long)ago_ms);
	return ago_ms < STUCK_MS;
}

/* Does it have what the group gives it, be it nothing? */
static bool has_group(const struct ts_worker_status *status, struct ts_buf *lines)
{
	bool is_running = status->state == TS_ASSIGNMENT_RUNNING;

	ts_buf_printf(lines, "group: %s, %zu partitions\n",
		      is_running ? "ok" : "no part in it now", status->assigned);
	return is_running;
}

static bool has_catalog(const struct ts_worker_status *status, struct ts_buf *lines)
{
	int64_t ago_ms = status->made_ms - status->catalog_failed_ms;
	bool is_down = status->catalog_failed_ms && ago_ms < CATALOG_MS;

	if (is_down)
		ts_buf_printf(lines, "catalog: it did not answer %lld ms ago\n",
			      (long long)ago_ms);
	else
		ts_buf_puts(lines, "catalog: ok, as far as is known\n");
	return !is_down;
}

static bool is_ready(void *part, struct ts_buf *lines)
{
	struct ts_board *board = part;
	bool is_new, is_good = false;
	struct sheet *sheet = take_sheet(board, &is_new);

	if (is_new) {
		is_good = has_group(sheet->status, lines);
		is_good &= has_catalog(sheet->status, lines);
	} else {
		ts_buf_puts(lines, "engine: no answer\n");
	}
	give_sheet(board, sheet);
	return is_good;
}

struct ts_probe ts_board_probe(struct ts_board *board)
{
	return (struct ts_probe){board, print, is_alive, is_ready};
}
