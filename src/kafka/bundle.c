/* bundle.c - see bundle.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/bundle.h"
#include "base/mem.h"
#include "kafka/commit.h"
#include <stdlib.h>

/* The finished jobs of one partition. */
struct share {
	int64_t *offsets; /* ascending; owned */
	size_t count;
	size_t taken;            /* of them, from the lowest on */
	struct ts_window window; /* as it will be */
};

static int compare(const void *a, const void *b)
{
	const int64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Complete the lowest `count` in a copy of the partition's window.  True: what is known
 * then fits into the metadata. */
static bool try(const struct ts_partition *partition, struct share *share, size_t count)
{
	ts_window_release(&share->window);
	ts_window_copy(&share->window, &partition->window);
	for (size_t i = 0; i < count; i++)
		ts_window_complete(&share->window, share->offsets[i]);
	share->taken = count;
	return ts_window_fits(&share->window);
}

/* All of them as a rule; else as many as fit, the lowest first: they are what moves the
 * committed offset. */
static void choose(const struct ts_partition *partition, struct share *share)
{
	size_t low = 0, high = share->count; /* low fits, high does not */

	qsort(share->offsets, share->count, sizeof(*share->offsets), compare);
	if (try(partition, share, share->count))
		return;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (try(partition, share, middle))
			low = middle;
		else
			high = middle;
	}
	try(partition, share, low);
}

static bool is_taken(const struct share *share, int64_t offset)
{
	return share->taken && offset <= share->offsets[share->taken - 1];
}

static struct share *share_out(const struct ts_assignment *assignment,
			       const struct ts_chain *waiting)
{
	struct share *shares = ts_calloc(assignment->count, sizeof(*shares));

	for (const struct ts_task *task = waiting->head; task; task = task->next)
		shares[task->partition].count++;
	for (size_t i = 0; i < assignment->count; i++) {
		shares[i].offsets =
		    ts_calloc(shares[i].count, sizeof(*shares[i].offsets));
		shares[i].count = 0;
	}
	for (const struct ts_task *task = waiting->head; task; task = task->next) {
		struct share *share = &shares[task->partition];

		share->offsets[share->count++] = task->offset;
	}
	return shares;
}

rd_kafka_topic_partition_list_t *ts_bundle_make(const struct ts_assignment *assignment,
						struct ts_chain *waiting,
						struct ts_chain *ret_tasks)
{
	struct share *shares = share_out(assignment, waiting);
	struct ts_chain all = {0};
	struct ts_task *task;
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)assignment->count);

	for (size_t i = 0; i < assignment->count; i++) {
		if (!shares[i].count)
			continue;
		choose(&assignment->partitions[i], &shares[i]);
		if (shares[i].taken)
			ts_commit_add(list, &assignment->partitions[i],
				      &shares[i].window);
	}
	ts_chain_join(&all, waiting);
	while ((task = ts_chain_take(&all)))
		ts_chain_add(is_taken(&shares[task->partition], task->offset)
				 ? ret_tasks
				 : waiting,
			     task);
	for (size_t i = 0; i < assignment->count; i++) {
		free(shares[i].offsets);
		ts_window_release(&shares[i].window);
	}
	free(shares);
	return list;
}
