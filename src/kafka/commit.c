/* commit.c - see commit.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/commit.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>

static void add(rd_kafka_topic_partition_list_t *list, const char *topic,
		struct ts_partition *partition)
{
	struct ts_window *window = &partition->window;
	rd_kafka_topic_partition_t *element;
	struct ts_buf text = {0};

	partition->committing = partition->committed;
	if (!window->is_known || window->changes == partition->committed)
		return;
	partition->committing = window->changes;
	ts_window_metadata(window, &text);
	element = rd_kafka_topic_partition_list_add(list, topic, partition->id);
	element->offset = window->base;
	/* librdkafka frees it with the list */
	element->metadata_size = text.len;
	element->metadata = ts_buf_detach(&text);
}

bool ts_commit_send(struct ts_assignment *assignment)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)assignment->count);
	rd_kafka_resp_err_t code;
	bool is_sent = false;

	for (size_t i = 0; i < assignment->count; i++)
		add(list, assignment->topic, &assignment->partitions[i]);
	if (list->cnt) {
		code = rd_kafka_commit_queue(assignment->consumer, list,
					     assignment->answers, NULL,
					     (void *)(assignment->commits + 1));
		is_sent = code == RD_KAFKA_RESP_ERR_NO_ERROR;
		if (!is_sent)
			ts_log(TS_LOG_WARN, "commit.failed",
			       TS_STR("reason", rd_kafka_err2str(code)));
	}
	if (is_sent)
		assignment->commit = ++assignment->commits;
	rd_kafka_topic_partition_list_destroy(list);
	return is_sent;
}

void ts_commit_answer(struct ts_assignment *assignment, rd_kafka_event_t *event)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(event);

	if ((uintptr_t)rd_kafka_event_opaque(event) != assignment->commit)
		return; /* given up before: its partitions are gone */
	assignment->commit = 0;
	if (code) {
		/* The next one carries the same and more; if the group went on without
		 * this process, a REVOKE follows. */
		ts_log(TS_LOG_WARN, "commit.failed",
		       TS_STR("reason", rd_kafka_err2str(code)));
		if (assignment->state == TS_ASSIGNMENT_COMMITTING)
			assignment->deadline_ms = 0; /* the partitions go in any case */
		return;
	}
	for (size_t i = 0; i < assignment->count; i++)
		assignment->partitions[i].committed =
		    assignment->partitions[i].committing;
}
