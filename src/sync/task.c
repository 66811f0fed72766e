/* task.c - see task.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/task.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

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
