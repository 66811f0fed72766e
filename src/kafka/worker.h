/* worker.h - `tablesync worker`: the pool behind a consumer, until it is told to stop.
 *
 * Thread: the calling thread becomes the engine thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_WORKER_H
#define TS_WORKER_H
#include "base/error.h"
#include "config/config.h"

struct ts_board;

/* Consume, run and answer jobs until `stop_fd` becomes readable, then finish within
 * pool.grace_ms.  False: the process is unfit, exit for a restart; nothing was
 * committed that is not answered.  Borrows `config` and `board`, where it tells how it
 * is (board.h). */
TS_MUST_CHECK bool ts_worker_run(const struct ts_config *config, struct ts_board *board,
				 int stop_fd, struct ts_error *err);

#endif
