/* scheduler.c - see scheduler.h.
 *
 *   lane (data source)  ──ready──▶ table queue ──▶ table queue
 *                                  │ tasks
 *
 * A table queue is in the hash table from its first task until it has neither waiting
 * nor running ones; it stands in its lane's ready list while it has waiting and no
 * running. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/scheduler.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct lane {
	int32_t datasource_id;
	int limit, running;                 /* batches */
	struct ts_table_queue *head, *tail; /* ready */
	size_t ready;
};

struct ts_table_queue {
	struct ts_table_queue *next_ready, *next_in_bucket;
	struct lane *lane;
	struct ts_chain waiting;
	bool is_running;
	uint64_t hash;
	size_t key_len;
	char key[]; /* id, folded schema and table */
};

struct ts_scheduler {
	struct lane *lanes; /* the last is that of unknown data sources */
	size_t lane_count;
	size_t turn; /* whose turn it is */
	size_t workers, batch;
	struct ts_table_queue **buckets;
	size_t bucket_count, queue_count;
	struct ts_buf key; /* scratch */
};

struct ts_scheduler *ts_scheduler_new(const struct ts_datasource *datasources,
				      size_t count, size_t workers, size_t batch)
{
	struct ts_scheduler *scheduler = ts_calloc(1, sizeof(*scheduler));

	scheduler->workers = workers;
	scheduler->batch = batch;
	scheduler->lane_count = count + 1;
	scheduler->lanes = ts_calloc(count + 1, sizeof(*scheduler->lanes));
	for (size_t i = 0; i < count; i++) {
		scheduler->lanes[i].datasource_id = datasources[i].id;
		scheduler->lanes[i].limit = datasources[i].concurrency;
	}
	scheduler->lanes[count].datasource_id = -1;
	scheduler->lanes[count].limit = INT_MAX;
	scheduler->bucket_count = 64;
	scheduler->buckets =
	    ts_calloc(scheduler->bucket_count, sizeof(*scheduler->buckets));
	return scheduler;
}

void ts_scheduler_free(struct ts_scheduler *scheduler)
{
	struct ts_chain waiting = {0};

	if (!scheduler)
		return;
	ts_scheduler_drop(scheduler, &waiting);
	ts_chain_release(&waiting);
	assert(scheduler->queue_count == 0);
	ts_buf_release(&scheduler->key);
	free(scheduler->buckets);
	free(scheduler->lanes);
	free(scheduler);
}

static struct lane *find_lane(struct ts_scheduler *scheduler, int32_t datasource_id)
{
	size_t last = scheduler->lane_count - 1;

	for (size_t i = 0; i < last; i++)
		if (scheduler->lanes[i].datasource_id == datasource_id)
			return &scheduler->lanes[i];
	return &scheduler->lanes[last];
}

static uint64_t hash_of(const char *bytes, size_t len) /* FNV-1a */
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

static void grow(struct ts_scheduler *scheduler)
{
	size_t count = scheduler->bucket_count * 2;
	struct ts_table_queue **buckets = ts_calloc(count, sizeof(*buckets));

	for (size_t i = 0; i < scheduler->bucket_count; i++) {
		struct ts_table_queue *queue = scheduler->buckets[i], *next;

		for (; queue; queue = next) {
			next = queue->next_in_bucket;
			queue->next_in_bucket = buckets[queue->hash % count];
			buckets[queue->hash % count] = queue;
		}
	}
	free(scheduler->buckets);
	scheduler->buckets = buckets;
	scheduler->bucket_count = count;
}

static void make_key(const struct ts_job *job, struct ts_buf *key)
{
	ts_buf_clear(key);
	ts_buf_add(key, &job->datasource_id, sizeof(job->datasource_id));
	ts_schema_name_fold(job->schema, key);
	ts_buf_putc(key, '\0');
	ts_schema_name_fold(job->table, key);
}

/* The queue of the job's table, made where there is none. */
static struct ts_table_queue *get_queue(struct ts_scheduler *scheduler,
					const struct ts_job *job)
{
	struct ts_buf *key = &scheduler->key;
	struct ts_table_queue *queue;
	uint64_t hash;

	make_key(job, key);
	hash = hash_of(key->data, key->len);
	queue = scheduler->buckets[hash % scheduler->bucket_count];
	for (; queue; queue = queue->next_in_bucket)
		if (queue->hash == hash && queue->key_len == key->len &&
		    memcmp(queue->key, key->data, key->len) == 0)
			return queue;

	if (scheduler->queue_count == scheduler->bucket_count)
		grow(scheduler);
	queue = ts_calloc(1, sizeof(*queue) + key->len);
	queue->lane = find_lane(scheduler, job->datasource_id);
	queue->hash = hash;
	queue->key_len = key->len;
	memcpy(queue->key, key->data, key->len);
	queue->next_in_bucket = scheduler->buckets[hash % scheduler->bucket_count];
	scheduler->buckets[hash % scheduler->bucket_count] = queue;
	scheduler->queue_count++;
	return queue;
}

static void remove_queue(struct ts_scheduler *scheduler, struct ts_table_queue *queue)
{
	struct ts_table_queue **at =
	    &scheduler->buckets[queue->hash % scheduler->bucket_count];

	while (*at != queue)
		at = &(*at)->next_in_bucket;
	*at = queue->next_in_bucket;
	scheduler->queue_count--;
	free(queue);
}

static void push_ready(struct ts_table_queue *queue)
{
	struct lane *lane = queue->lane;

	queue->next_ready = NULL;
	if (lane->tail)
		lane->tail->next_ready = queue;
	else
		lane->head = queue;
	lane->tail = queue;
	lane->ready++;
}

static struct ts_table_queue *pop_ready(struct lane *lane)
{
	struct ts_table_queue *queue = lane->head;

	lane->head = queue->next_ready;
	if (!lane->head)
		lane->tail = NULL;
	lane->ready--;
	return queue;
}

void ts_scheduler_add(struct ts_scheduler *scheduler, struct ts_task *task)
{
	struct ts_table_queue *queue = get_queue(scheduler, &task->request.job);

	task->queue = queue;
	ts_chain_add(&queue->waiting, task);
	if (queue->waiting.count == 1 && !queue->is_running)
		push_ready(queue);
}

/* Append the table's first waiting job and those that can share its read. */
static void take_table(struct ts_table_queue *queue, struct ts_chain *ret_batch)
{
	struct ts_task *first = ts_chain_take(&queue->waiting), *task;
	struct ts_chain rest = {0};

	queue->is_running = true;
	ts_chain_add(ret_batch, first);
	while ((task = ts_chain_take(&queue->waiting)))
		ts_chain_add(ts_task_shares_read(first, task) ? ret_batch : &rest,
			     task);
	queue->waiting = rest;
}

static size_t batch_size(const struct ts_scheduler *scheduler, const struct lane *lane)
{
	size_t share = lane->ready / scheduler->workers;

	return share < 1 ? 1 : share > scheduler->batch ? scheduler->batch : share;
}

static bool can_begin(const struct lane *lane)
{
	return lane->head && lane->running < lane->limit;
}

bool ts_scheduler_has_work(const struct ts_scheduler *scheduler)
{
	for (size_t i = 0; i < scheduler->lane_count; i++)
		if (can_begin(&scheduler->lanes[i]))
			return true;
	return false;
}

bool ts_scheduler_take(struct ts_scheduler *scheduler, struct ts_chain *ret_batch)
{
	for (size_t i = 0; i < scheduler->lane_count; i++) {
		size_t at = (scheduler->turn + i) % scheduler->lane_count;
		struct lane *lane = &scheduler->lanes[at];

		if (!can_begin(lane))
			continue;
		lane->running++;
		for (size_t left = batch_size(scheduler, lane); left; left--)
			take_table(pop_ready(lane), ret_batch);
		scheduler->turn = at + 1;
		return true;
	}
	return false;
}

static void finish_table(struct ts_scheduler *scheduler, struct ts_table_queue *queue)
{
	assert(queue->is_running);
	queue->is_running = false;
	if (queue->waiting.count)
		push_ready(queue);
	else
		remove_queue(scheduler, queue);
}

void ts_scheduler_finish(struct ts_scheduler *scheduler, const struct ts_chain *batch)
{
	struct ts_table_queue *finished = NULL;

	batch->head->queue->lane->running--;
	for (const struct ts_task *task = batch->head; task; task = task->next) {
		if (task->queue == finished)
			continue;
		finished = task->queue;
		finish_table(scheduler, finished);
	}
}

void ts_scheduler_drop(struct ts_scheduler *scheduler, struct ts_chain *ret_tasks)
{
	for (size_t i = 0; i < scheduler->lane_count; i++) {
		struct lane *lane = &scheduler->lanes[i];

		lane->head = lane->tail = NULL;
		lane->ready = 0;
	}
	for (size_t i = 0; i < scheduler->bucket_count; i++) {
		struct ts_table_queue *queue = scheduler->buckets[i], *next;

		for (; queue; queue = next) {
			next = queue->next_in_bucket;
			ts_chain_join(ret_tasks, &queue->waiting);
			if (!queue->is_running)
				remove_queue(scheduler, queue);
		}
	}
}
