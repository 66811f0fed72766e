/* fate.h - what becomes of a job whose runs have ended: an answer, a retry topic, a
 * dead letter.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FATE_H
#define TS_FATE_H
#include "config/config.h"
#include "sync/task.h"

/* The fate of a task whose `err` is final in this process: TS_FATE_RETRY where its
 * class is RETRY, a retry topic is left (topics.retry_delays[task->stage]) and what
 * that takes is over before task->deadline_ms; then *ret_due_ms (monotonic) is when it
 * may begin, no earlier than err.retry_after_ms asks for.  Else TS_FATE_LETTER where
 * topics.dead_letters lists its error, but not where only the deadline ended its
 * retries; else TS_FATE_ANSWER. */
enum ts_fate ts_fate_of(const struct ts_config *config, const struct ts_task *task,
			int64_t now_ms, int64_t *ret_due_ms);

/* Give a task its fate, unless it has one: it gets its reply, unless it is to be tried
 * again later; then `due_ms` is set.  A task that has a reply already keeps it. */
void ts_fate_settle(const struct ts_config *config, struct ts_task *task,
		    size_t record_bytes, int64_t now_ms);

#endif
