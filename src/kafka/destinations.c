/* destinations.c - see destinations.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/destinations.h"
#include "base/log.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

struct ts_destinations {
	struct ts_topic_limit *items; /* the first is the default one */
	size_t count;
};

static bool judge(const struct ts_destinations *destinations, struct ts_error *err)
{
	for (size_t i = 1; i < destinations->count; i++)
		if (destinations->items[i].partitions == 0)
			ts_log(TS_LOG_WARN, "reply_topic.missing",
			       TS_STR("topic", destinations->items[i].name));
	return destinations->items[0].partitions ||
	       ts_fail(err, TS_E_BROKER,
		       "topic '%s' does not exist: create it, or set topics.create",
		       destinations->items[0].name);
}

bool ts_destinations_new(const struct ts_config *config, rd_kafka_t *consumer,
			 int64_t deadline_ms, struct ts_destinations **ret_destinations,
			 struct ts_error *err)
{
	const struct ts_strings *allowed = &config->topics.reply_allow;
	struct ts_destinations *destinations = ts_calloc(1, sizeof(*destinations));

	destinations->count = allowed->count + 1;
	destinations->items =
	    ts_calloc(destinations->count, sizeof(*destinations->items));
	destinations->items[0].name = config->topics.replies;
	for (size_t i = 0; i < allowed->count; i++)
		destinations->items[i + 1].name = allowed->items[i];
	if (ts_topic_limits(consumer, destinations->items, destinations->count,
			    deadline_ms, err) &&
	    judge(destinations, err)) {
		*ret_destinations = destinations;
		return true;
	}
	ts_destinations_free(destinations);
	return false;
}

void ts_destinations_free(struct ts_destinations *destinations)
{
	if (!destinations)
		return;
	free(destinations->items);
	free(destinations);
}

const struct ts_topic_limit *
ts_destinations_find(const struct ts_destinations *destinations, const char *name)
{
	if (!name)
		return &destinations->items[0];
	for (size_t i = 0; i < destinations->count; i++)
		if (strcmp(destinations->items[i].name, name) == 0)
			return &destinations->items[i];
	return NULL;
}

const struct ts_topic_limit *
ts_destinations_at(const struct ts_destinations *destinations, size_t number)
{
	return number < destinations->count ? &destinations->items[number] : NULL;
}

size_t ts_destinations_batch_bytes(const struct ts_destinations *destinations)
{
	size_t least = 0;

	for (size_t i = 0; i < destinations->count; i++) {
		size_t bytes = destinations->items[i].batch_bytes;

		if (bytes && (!least || bytes < least))
			least = bytes;
	}
	return least;
}

void ts_request_use_default(struct ts_request *request)
{
	free(request->reply_topic);
	request->reply_topic = NULL;
	request->reply_partition = -1;
}

bool ts_destinations_route(const struct ts_destinations *destinations, bool is_trying,
			   struct ts_request *request)
{
	const struct ts_topic_limit *topic =
	    ts_destinations_find(destinations, request->reply_topic);

	if (!topic || (!topic->partitions && !is_trying)) {
		ts_job_warn(&request->job,
			    topic ? "reply topic '%s' did not exist when the worker "
				    "started"
				  : "reply topic '%s' is not in topics.reply_allow",
			    request->reply_topic);
		ts_request_use_default(request);
		return false;
	}
	if (topic->partitions && request->reply_partition >= topic->partitions) {
		ts_job_warn(&request->job, "topic '%s' has no partition %d",
			    topic->name, request->reply_partition);
		request->reply_partition = -1;
	}
	return true;
}
