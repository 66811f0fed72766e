/* tables.c - see tables.h; a hash table that grows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/tables.h"
#include "base/clock.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 64 }; /* to begin with */

void ts_tables_release(struct ts_tables *tables)
{
	assert(tables->count == 0);
	ts_buf_release(&tables->key);
	free(tables->buckets);
	*tables = (struct ts_tables){0};
}

static uint64_t hash_of(const char *bytes, size_t len) /* FNV-1a */
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

static void grow(struct ts_tables *tables)
{
	size_t count = tables->bucket_count ? tables->bucket_count * 2 : BUCKETS;
	struct ts_table_queue **buckets = ts_calloc(count, sizeof(*buckets));

	for (size_t i = 0; i < tables->bucket_count; i++) {
		struct ts_table_queue *queue = tables->buckets[i], *next;

		for (; queue; queue = next) {
			next = queue->next_in_bucket;
			queue->next_in_bucket = buckets[queue->hash % count];
			buckets[queue->hash % count] = queue;
		}
	}
	free(tables->buckets);
	tables->buckets = buckets;
	tables->bucket_count = count;
}

static void make_key(const struct ts_job *job, struct ts_buf *key)
{
	ts_buf_clear(key);
	ts_buf_add(key, &job->datasource_id, sizeof(job->datasource_id));
	ts_schema_name_fold(job->schema, key);
	ts_buf_putc(key, '\0');
	ts_schema_name_fold(job->table, key);
}

struct ts_table_queue *ts_tables_get(struct ts_tables *tables, const struct ts_job *job)
{
	struct ts_buf *key = &tables->key;
	struct ts_table_queue *queue;
	uint64_t hash;

	if (tables->count == tables->bucket_count)
		grow(tables);
	make_key(job, key);
	hash = hash_of(key->data, key->len);
	queue = tables->buckets[hash % tables->bucket_count];
	for (; queue; queue = queue->next_in_bucket)
		if (queue->hash == hash && queue->key_len == key->len &&
		    memcmp(queue->key, key->data, key->len) == 0)
			return queue;

	queue = ts_calloc(1, sizeof(*queue) + key->len);
	queue->hash = hash;
	queue->key_len = key->len;
	memcpy(queue->key, key->data, key->len);
	queue->next_in_bucket = tables->buckets[hash % tables->bucket_count];
	tables->buckets[hash % tables->bucket_count] = queue;
	tables->count++;
	return queue;
}

void ts_tables_remove(struct ts_tables *tables, struct ts_table_queue *queue)
{
	struct ts_table_queue **at =
	    &tables->buckets[queue->hash % tables->bucket_count];

	while (*at != queue)
		at = &(*at)->next_in_bucket;
	*at = queue->next_in_bucket;
	tables->count--;
	free(queue);
}

void ts_table_queue_put_back(struct ts_table_queue *queue, struct ts_chain *group)
{
	struct ts_chain all = {0};
	int64_t due = TS_FOREVER;

	for (const struct ts_task *task = group->head; task; task = task->next)
		due = task->due_ms < due ? task->due_ms : due;
	for (struct ts_task *task = group->head; task; task = task->next)
		task->due_ms = due;
	while (queue->waiting.head &&
	       !ts_task_shares_read(queue->waiting.head, group->head))
		ts_chain_add(&all, ts_chain_take(&queue->waiting));
	ts_chain_join(&all, group);
	ts_chain_join(&all, &queue->waiting);
	queue->waiting = all;
}

void ts_row_add(struct ts_row *row, struct ts_table_queue *queue)
{
	queue->next = NULL;
	if (row->tail)
		row->tail->next = queue;
	else
		row->head = queue;
	row->tail = queue;
	row->count++;
}

struct ts_table_queue *ts_row_take(struct ts_row *row)
{
	struct ts_table_queue *queue = row->head;

	row->head = queue->next;
	if (!row->head)
		row->tail = NULL;
	row->count--;
	return queue;
}
