/* fate.c - see fate.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/fate.h"
#include "pool/retry.h"
#include "sync/sync.h"
#include <string.h>

enum { RETRY_AFTER_MAX_MS = 3600000 }; /* what who failed may ask for */

/* Of a failure that is final. */
static enum ts_fate by_list(const struct ts_strings *letters, enum ts_code code)
{
	for (size_t i = 0; i < letters->count; i++)
		if (strcmp(letters->items[i], ts_code_name(code)) == 0)
			return TS_FATE_LETTER;
	return TS_FATE_ANSWER;
}

/* When the next retry topic would let it begin. */
static int64_t retry_ms(const struct ts_config *config, const struct ts_task *task,
			int64_t now_ms)
{
	int64_t delay = config->topics.retry_delays.ms[task->stage];
	int64_t asked = task->err.retry_after_ms;

	if (asked > RETRY_AFTER_MAX_MS)
		asked = RETRY_AFTER_MAX_MS;
	return now_ms + (asked > delay ? asked : delay);
}

enum ts_fate ts_fate_of(const struct ts_config *config, const struct ts_task *task,
			int64_t now_ms, int64_t *ret_due_ms)
{
	const struct ts_error *err = &task->err;
	int64_t due, deadline = task->deadline_ms;
	bool is_late;

	if (err->code == TS_OK)
		return TS_FATE_ANSWER;
	if (ts_code_class(err->code) != TS_RETRY)
		return by_list(&config->topics.dead_letters, err->code);
	if (task->stage < config->topics.retry_delays.count) {
		due = retry_ms(config, task, now_ms);
		if (due < deadline) {
			*ret_due_ms = due;
			return TS_FATE_RETRY;
		}
		is_late = true;
	} else {
		is_late = deadline <= now_ms ||
			  ts_retry_is_late(err, task->attempts, now_ms, deadline);
	}
	return is_late ? TS_FATE_ANSWER
		       : by_list(&config->topics.dead_letters, err->code);
}

void ts_fate_settle(const struct ts_config *config, struct ts_task *task,
		    size_t record_bytes, int64_t now_ms)
{
	if (task->fate == TS_FATE_NONE)
		task->fate = ts_fate_of(config, task, now_ms, &task->due_ms);
	if (task->fate != TS_FATE_RETRY && !task->reply.len)
		ts_sync_answer_error(task, record_bytes);
}
