/* tables.h - the tables that jobs wait for or run on, by name; inside pool/ only.
 *
 * What keeps two tables apart is ts_schema_name_fold() of the schema and of the table:
 * it may hold two apart that are not the same one, never the other way round.
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TABLES_H
#define TS_TABLES_H
#include "sync/task.h"

struct ts_lane;

struct ts_table_queue {
	/* Among those that are ready, that sleep, or that are in one batch. */
	struct ts_table_queue *next;
	struct ts_table_queue *next_in_bucket;
	struct ts_lane *lane; /* NULL when it is new */
	struct ts_chain waiting;
	bool is_running;
	bool has_suspect; /* among what waits */
	uint64_t hash;
	size_t key_len;
	char key[]; /* id, folded schema and table */
};

/* Tables in their order.  Zero-initialised is empty. */
struct ts_row {
	struct ts_table_queue *head, *tail;
	size_t count;
};

/* Zero-initialised is empty. */
struct ts_tables {
	struct ts_table_queue **buckets; /* owned, as are the queues in them */
	size_t bucket_count, count;
	struct ts_buf key; /* scratch */
};

/* All queues must have been removed. */
void ts_tables_release(struct ts_tables *tables);

/* The queue of the job's table, made where there is none. */
struct ts_table_queue *ts_tables_get(struct ts_tables *tables,
				     const struct ts_job *job);
void ts_tables_remove(struct ts_tables *tables, struct ts_table_queue *queue);

/* Put a group that shared a read, and is not empty, before those that will share its
 * next one, and let it run again together, when the first of it is due.  Others of the
 * table, spelt otherwise, keep their place before it: a job that fails again and again
 * does not keep them from running. */
void ts_table_queue_put_back(struct ts_table_queue *queue, struct ts_chain *group);

/* Append to the row; take out its first: it must have one. */
void ts_row_add(struct ts_row *row, struct ts_table_queue *queue);
struct ts_table_queue *ts_row_take(struct ts_row *row);

#endif
