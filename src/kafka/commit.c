/* commit.c - see commit.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/commit.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>

void ts_commit_add(rd_kafka_topic_partition_list_t *list,
		   const struct ts_partition *partition, const struct ts_window *window)
{
	rd_kafka_topic_partition_t *element = rd_kafka_topic_partition_list_add(
	    list, partition->topic->name, partition->id);
	struct ts_buf text = {0};

	ts_window_metadata(window, &text);
	element->offset = window->base;
	/* librdkafka frees it with the list */
	element->metadata_size = text.len;
	element->metadata = ts_buf_detach(&text);
}

static void add_changed(rd_kafka_topic_partition_list_t *list,
			struct ts_partition *partition)
{
	const struct ts_window *window = &partition->window;

	partition->committing = partition->committed;
	partition->committing_offset = partition->committed_offset;
	if (!window->is_known || window->changes == partition->committed)
		return;
	partition->committing = window->changes;
	partition->committing_offset = window->base;
	ts_commit_add(list, partition, window);
}

bool ts_commit_send(struct ts_assignment *assignment)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)assignment->count);
	rd_kafka_resp_err_t code;
	bool is_sent = false;

	for (size_t i = 0; i < assignment->count; i++)
		add_changed(list, &assignment->partitions[i]);
	if (list->cnt) {
		code = rd_kafka_commit_queue(assignment->consumer, list,
					     assignment->answers, NULL,
					     (void *)(assignment->commits + 1));
		is_sent = code == RD_KAFKA_RESP_ERR_NO_ERROR;
		if (!is_sent)
			ts_log(TS_LOG_WARN, "commit.failed",
			       TS_STR("reason", rd_kafka_err2str(code)));
	}
	if (is_sent) {
		assignment->commit = ++assignment->commits;
		ts_tally_add(assignment->tally, TS_TALLY_COMMITS, 1);
	}
	rd_kafka_topic_partition_list_destroy(list);
	return is_sent;
}

/* Of the whole, or of one partition: an account may not be allowed one of the topics.
 */
static rd_kafka_resp_err_t judge(rd_kafka_event_t *event)
{
	const rd_kafka_topic_partition_list_t *list =
	    rd_kafka_event_topic_partition_list(event);
	rd_kafka_resp_err_t code = rd_kafka_event_error(event);

	for (int i = 0; !code && list && i < list->cnt; i++)
		code = list->elems[i].err;
	return code;
}

void ts_commit_answer(struct ts_assignment *assignment, rd_kafka_event_t *event)
{
	rd_kafka_resp_err_t code = judge(event);

	if ((uintptr_t)rd_kafka_event_opaque(event) != assignment->commit)
		return; /* given up before: its partitions are gone */
	assignment->commit = 0;
	if (code) {
		ts_tally_add(assignment->tally, TS_TALLY_COMMITS_FAILED, 1);
		/* The next one carries the same and more; if the group went on without
		 * this process, a REVOKE follows. */
		ts_log(TS_LOG_WARN, "commit.failed",
		       TS_STR("reason", rd_kafka_err2str(code)));
		if (assignment->state == TS_ASSIGNMENT_COMMITTING)
			assignment->deadline_ms = 0; /* the partitions go in any case */
		return;
	}
	for (size_t i = 0; i < assignment->count; i++) {
		struct ts_partition *partition = &assignment->partitions[i];

		partition->committed = partition->committing;
		partition->committed_offset = partition->committing_offset;
	}
}
