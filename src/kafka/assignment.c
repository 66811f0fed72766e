/* assignment.c - see assignment.h; the order of calls is that of facts/engine.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/assignment.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "kafka/commit.h"
#include "kafka/membership.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MAP_REQUEST_MS = 5000,
	MAP_PAUSE_MS = 100,
	MAP_BOUND_MS =
	    60000, /* while the map is not known, nobody can join the group */
	COMMIT_EVERY_MS = 1000,
	COMMIT_BOUND_MS = 3000,
};

static const uint64_t one = 1;

static void enter_state(struct ts_assignment *assignment,
			enum ts_assignment_state state, int64_t due_ms,
			int64_t deadline_ms)
{
	assignment->state = state;
	assignment->due_ms = due_ms;
	assignment->deadline_ms = deadline_ms;
}

/* Where to begin.  Not at 'the beginning' as long as a number says it: librdkafka asks
 * the broker what that is, and an answer that comes after a rebalance sets the
 * partition back half a second later, although it was assigned anew meanwhile (2.0.2
 * and since). A log that begins later makes it ask, too, but once in a log's life. */
static int64_t first_offset(const struct ts_assignment *assignment,
			    const struct ts_partition *partition)
{
	if (partition->window.is_known)
		return partition->window.base;
	if (assignment->begins_at_first)
		return 0;
	/* Jobs that wait to be tried again are wanted, whatever is said of new ones. */
	return partition->topic->is_ours ? RD_KAFKA_OFFSET_BEGINNING
					 : RD_KAFKA_OFFSET_INVALID;
}

static rd_kafka_topic_partition_list_t *
make_list(const struct ts_assignment *assignment)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)assignment->count);

	for (size_t i = 0; i < assignment->count; i++) {
		const struct ts_partition *partition = &assignment->partitions[i];
		rd_kafka_topic_partition_t *element = rd_kafka_topic_partition_list_add(
		    list, partition->topic->name, partition->id);

		element->offset = first_offset(assignment, partition);
	}
	return list;
}

/* Ask for the committed offsets and their metadata: the answer is an event, while
 * rd_kafka_committed() would wait, and hide transactions that are not finished. */
static void ask(struct ts_assignment *assignment)
{
	rd_kafka_topic_partition_list_t *list = make_list(assignment);
	rd_kafka_ListConsumerGroupOffsets_t *request =
	    rd_kafka_ListConsumerGroupOffsets_new(assignment->group, list);
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
	    assignment->consumer, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
	char reason[128];

	rd_kafka_AdminOptions_set_request_timeout(options, MAP_REQUEST_MS, reason,
						  sizeof(reason));
	rd_kafka_error_destroy(
	    rd_kafka_AdminOptions_set_require_stable_offsets(options, 1));
	rd_kafka_AdminOptions_set_opaque(options,
					 (void *)(uintptr_t)assignment->generation);
	rd_kafka_ListConsumerGroupOffsets(assignment->consumer, &request, 1, options,
					  assignment->answers);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ListConsumerGroupOffsets_destroy(request);
	rd_kafka_topic_partition_list_destroy(list);
	assignment->is_asking = true;
	assignment->due_ms = TS_FOREVER; /* the answer comes as an event */
}

/* Of the jobs topic; the retry topics' come on top. */
static int64_t count_jobs_partitions(const struct ts_assignment *assignment)
{
	int64_t count = 0;

	for (size_t i = 0; i < assignment->count; i++)
		count += assignment->partitions[i].topic->role == TS_TOPIC_JOBS;
	return count;
}

static void start_reading(struct ts_assignment *assignment)
{
	rd_kafka_topic_partition_list_t *list = make_list(assignment);
	rd_kafka_resp_err_t code = rd_kafka_assign(assignment->consumer, list);

	rd_kafka_topic_partition_list_destroy(list);
	if (code) /* fatal ones come as an event, too */
		ts_log(TS_LOG_WARN, "group.assign_failed",
		       TS_STR("reason", rd_kafka_err2str(code)));
	if (assignment->is_transactional)
		assignment->membership = ts_membership_take(assignment->consumer);
	ts_tally_add(assignment->tally, TS_TALLY_REBALANCES, 1);
	ts_log(TS_LOG_INFO, "group.assigned",
	       TS_INT("partitions", count_jobs_partitions(assignment)),
	       TS_INT("in_all", (int64_t)assignment->count),
	       TS_INT("generation", assignment->generation));
	enter_state(assignment, TS_ASSIGNMENT_RUNNING, ts_now_ms() + COMMIT_EVERY_MS,
		    TS_FOREVER);
	/* The queues are looked at once in any case: what they hold already wakes
	 * nobody. */
	(void)!write(assignment->wake_fd, &one, sizeof(one));
}

static void begin(struct ts_assignment *assignment,
		  const rd_kafka_topic_partition_list_t *list)
{
	assignment->generation++;
	assignment->is_lost = false;
	assignment->in_flight = assignment->held = 0;
	assignment->count = (size_t)list->cnt;
	assignment->partitions =
	    ts_calloc(assignment->count, sizeof(*assignment->partitions));
	for (size_t i = 0; i < assignment->count; i++) {
		struct ts_partition *partition = &assignment->partitions[i];

		partition->topic =
		    ts_topics_find(assignment->topics, list->elems[i].topic);
		assert(partition->topic); /* of those that were subscribed */
		partition->id = list->elems[i].partition;
		partition->queue = rd_kafka_queue_get_partition(
		    assignment->consumer, partition->topic->name, partition->id);
		rd_kafka_queue_forward(partition->queue, NULL);
		rd_kafka_queue_io_event_enable(partition->queue, assignment->wake_fd,
					       &one, sizeof(one));
	}
	enter_state(assignment, TS_ASSIGNMENT_MAPPING, TS_FOREVER,
		    ts_now_ms() + MAP_BOUND_MS);
	if (assignment->count)
		ask(assignment);
	else
		start_reading(assignment);
}

void ts_assignment_release(struct ts_assignment *assignment)
{
	for (size_t i = 0; i < assignment->count; i++)
		rd_kafka_queue_io_event_enable(assignment->partitions[i].queue, -1,
					       NULL, 0);
	rd_kafka_assign(assignment->consumer, NULL);
	for (size_t i = 0; i < assignment->count; i++) {
		rd_kafka_queue_destroy(assignment->partitions[i].queue);
		ts_window_release(&assignment->partitions[i].window);
	}
	if (assignment->membership)
		rd_kafka_consumer_group_metadata_destroy(assignment->membership);
	assignment->membership = NULL;
	free(assignment->partitions);
	assignment->partitions = NULL;
	assignment->count = 0;
	assignment->in_flight = assignment->held = 0;
	assignment->is_asking = false;
	assignment->commit = 0;
	assignment->generation++; /* what still runs is nobody's any more */
	enter_state(assignment, TS_ASSIGNMENT_NONE, TS_FOREVER, TS_FOREVER);
}

void ts_assignment_rebalance(struct ts_assignment *assignment, rd_kafka_event_t *event)
{
	if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		begin(assignment, rd_kafka_event_topic_partition_list(event));
		return;
	}
	assignment->is_lost = rd_kafka_assignment_lost(assignment->consumer);
	if (assignment->is_lost)
		ts_tally_add(assignment->tally, TS_TALLY_LOST,
			     (int64_t)assignment->count);
	ts_log(TS_LOG_INFO, "group.revoked",
	       TS_INT("partitions", count_jobs_partitions(assignment)),
	       TS_INT("in_flight", (int64_t)assignment->in_flight),
	       TS_STR("lost", assignment->is_lost ? "yes" : "no"));
	enter_state(assignment, TS_ASSIGNMENT_DRAINING, TS_FOREVER,
		    ts_now_ms() + assignment->drain_ms);
}

static struct ts_partition *find(struct ts_assignment *assignment, const char *topic,
				 int32_t id)
{
	for (size_t i = 0; i < assignment->count; i++)
		if (assignment->partitions[i].id == id &&
		    strcmp(assignment->partitions[i].topic->name, topic) == 0)
			return &assignment->partitions[i];
	return NULL;
}

/* Take what is known; an error of a partition is not 'nothing committed'. */
static void take_map(struct ts_assignment *assignment,
		     const rd_kafka_topic_partition_list_t *list)
{
	for (int i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *element = &list->elems[i];
		struct ts_partition *partition =
		    find(assignment, element->topic, element->partition);

		if (!partition || element->err)
			continue;
		partition->is_mapped = true;
		if (element->offset < 0)
			continue;
		if (!ts_window_start(&partition->window, element->offset,
				     element->metadata, element->metadata_size))
			ts_log(TS_LOG_WARN, "commit.metadata_ignored",
			       TS_STR("topic", partition->topic->name),
			       TS_INT("partition", partition->id));
		partition->committed = partition->window.changes;
		partition->committed_offset = partition->window.base;
	}
}

static void answer_map(struct ts_assignment *assignment, rd_kafka_event_t *event)
{
	const rd_kafka_ListConsumerGroupOffsets_result_t *result;
	const rd_kafka_group_result_t **groups;
	uintptr_t generation = (uintptr_t)rd_kafka_event_opaque(event);
	size_t count;

	if (assignment->state != TS_ASSIGNMENT_MAPPING ||
	    generation != assignment->generation)
		return;
	assignment->is_asking = false;
	assignment->due_ms = ts_now_ms() + MAP_PAUSE_MS;
	if (rd_kafka_event_error(event))
		return;
	result = rd_kafka_event_ListConsumerGroupOffsets_result(event);
	groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
	if (count != 1 || rd_kafka_group_result_error(groups[0]))
		return;
	take_map(assignment, rd_kafka_group_result_partitions(groups[0]));
	for (size_t i = 0; i < assignment->count; i++)
		if (!assignment->partitions[i].is_mapped)
			return;
	start_reading(assignment);
}

void ts_assignment_answer(struct ts_assignment *assignment, rd_kafka_event_t *event)
{
	switch (rd_kafka_event_type(event)) {
	case RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT:
		answer_map(assignment, event);
		break;
	case RD_KAFKA_EVENT_OFFSET_COMMIT:
		ts_commit_answer(assignment, event);
		break;
	}
}

/* What has changed since the last commit goes out once more, after the one that is on
 * its way: two of them could arrive in either order. */
static void advance_committing(struct ts_assignment *assignment, int64_t now_ms)
{
	if (now_ms < assignment->deadline_ms &&
	    (assignment->commit || ts_commit_send(assignment)))
		return;
	ts_assignment_release(assignment);
}

/* The partitions go: finish what runs, commit, if that means anything, then let go. */
static void advance_draining(struct ts_assignment *assignment, int64_t now_ms)
{
	if (assignment->is_lost) {
		ts_assignment_release(assignment);
		return;
	}
	if (assignment->in_flight && now_ms < assignment->deadline_ms)
		return;
	if (assignment->is_transactional) {
		ts_assignment_release(assignment);
		return;
	}
	enter_state(assignment, TS_ASSIGNMENT_COMMITTING, TS_FOREVER,
		    now_ms + COMMIT_BOUND_MS);
	advance_committing(assignment, now_ms);
}

bool ts_assignment_advance(struct ts_assignment *assignment, int64_t now_ms,
			   struct ts_error *err)
{
	switch (assignment->state) {
	case TS_ASSIGNMENT_NONE:
		break;
	case TS_ASSIGNMENT_MAPPING:
		if (now_ms >= assignment->deadline_ms)
			return ts_fail(err, TS_E_BROKER,
				       "the committed offsets could not be read");
		if (!assignment->is_asking && now_ms >= assignment->due_ms)
			ask(assignment);
		break;
	case TS_ASSIGNMENT_RUNNING:
		if (now_ms < assignment->due_ms)
			break;
		assignment->due_ms = now_ms + COMMIT_EVERY_MS;
		if (!assignment->commit && !assignment->is_transactional)
			ts_commit_send(assignment);
		break;
	case TS_ASSIGNMENT_DRAINING:
		advance_draining(assignment, now_ms);
		break;
	case TS_ASSIGNMENT_COMMITTING:
		advance_committing(assignment, now_ms);
		break;
	}
	return true;
}

int64_t ts_assignment_due_ms(const struct ts_assignment *assignment)
{
	return assignment->due_ms < assignment->deadline_ms ? assignment->due_ms
							    : assignment->deadline_ms;
}

void ts_assignment_complete(struct ts_assignment *assignment, uint32_t generation,
			    int32_t partition, int64_t offset)
{
	if (generation != assignment->generation)
		return;
	ts_window_complete(&assignment->partitions[partition].window, offset);
	assignment->in_flight--;
}

void ts_assignment_forget(struct ts_assignment *assignment, uint32_t generation)
{
	if (generation == assignment->generation)
		assignment->in_flight--;
}
