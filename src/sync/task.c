/* task.c - see task.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/task.h"
#include "base/mem.h"
#include "contract/trace.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 16 }; /* of an event at most */

struct ts_task *ts_task_new(void)
{
	struct ts_task *task = ts_calloc(1, sizeof(*task));

	task->magic = TS_TASK_MAGIC;
	return task;
}

void ts_task_free(struct ts_task *task)
{
	if (!task)
		return;
	ts_request_release(&task->request);
	ts_buf_release(&task->reply);
	free(task->message);
	task->magic = 0;
	free(task);
}

bool ts_task_shares_read(const struct ts_task *one, const struct ts_task *other)
{
	return one->request.job.datasource_id == other->request.job.datasource_id &&
	       strcmp(one->request.job.table, other->request.job.table) == 0 &&
	       strcmp(one->request.job.schema, other->request.job.schema) == 0;
}

const char *ts_task_traceparent(const struct ts_task *task)
{
	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		if (task->request.echo[i].value &&
		    strcmp(task->request.echo[i].name, "traceparent") == 0)
			return task->request.echo[i].value;
	return NULL;
}

void ts_task_log_event(const struct ts_task *task, enum ts_log_level level,
		       const char *event, const struct ts_field *fields)
{
	struct ts_field all[FIELDS] = {TS_STR("job", task->request.job_id)};
	char trace[TS_TRACE_ID_SIZE];
	size_t count = 1;

	if (!ts_log_is_on(level))
		return;
	if (ts_trace_id(ts_task_traceparent(task), trace))
		all[count++] = (struct ts_field){"trace_id", trace, 0};
	for (; fields->key; fields++) {
		assert(count < FIELDS - 1); /* the last one ends them */
		all[count++] = *fields;
	}
	ts_log_event(level, event, all);
}

void ts_chain_add(struct ts_chain *chain, struct ts_task *task)
{
	task->next = NULL;
	if (chain->tail)
		chain->tail->next = task;
	else
		chain->head = task;
	chain->tail = task;
	chain->count++;
}

void ts_chain_join(struct ts_chain *chain, struct ts_chain *more)
{
	if (!more->head)
		return;
	if (chain->tail)
		chain->tail->next = more->head;
	else
		chain->head = more->head;
	chain->tail = more->tail;
	chain->count += more->count;
	*more = (struct ts_chain){0};
}

struct ts_task *ts_chain_take(struct ts_chain *chain)
{
	struct ts_task *task = chain->head;

	if (!task)
		return NULL;
	chain->head = task->next;
	if (!chain->head)
		chain->tail = NULL;
	chain->count--;
	task->next = NULL;
	return task;
}

void ts_chain_release(struct ts_chain *chain)
{
	struct ts_task *task;

	while ((task = ts_chain_take(chain)))
		ts_task_free(task);
}
