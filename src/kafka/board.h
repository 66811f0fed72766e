/* board.h - what a worker tells of itself, between its engine and whoever asks.
 *
 *   asked ──▶ wake the engine ──▶ it writes up its status ──▶ printed by who asked
 *
 * The engine writes only when it is asked, and never waits: what it counts has no lock,
 * and costs nothing while nobody looks.
 *
 * NULL is a board at which nobody looks.  Thread: as each part says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_BOARD_H
#define TS_BOARD_H
#include "base/probe.h"
#include "config/config.h"
#include "kafka/statistics.h"
#include "kafka/status.h"

struct ts_board;

/* Borrows `config`. */
struct ts_board *ts_board_new(const struct ts_config *config);
/* Nobody may be asking.  NULL is fine. */
void ts_board_free(struct ts_board *board);

/* Whom to ask.  Any thread. */
struct ts_probe ts_board_probe(struct ts_board *board);

/* The engine's thread: it can be asked by writing to `wake_fd`, until it closes. */
void ts_board_open(struct ts_board *board, int wake_fd);
void ts_board_close(struct ts_board *board);
/* Its loop turns. */
void ts_board_turn(struct ts_board *board, int64_t now_ms);
bool ts_board_is_asked(const struct ts_board *board);
void ts_board_post(struct ts_board *board, TS_TAKES struct ts_worker_status *status);

/* librdkafka's statistics, as JSON.  Any thread. */
void ts_board_statistics(struct ts_board *board, const char *json);

/* All that it may print: lists of metrics, of which {0} is the end. */
extern const struct ts_metrics *const ts_board_metrics[];

#endif
