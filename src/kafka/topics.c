/* topics.c - see topics.h; the table itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/topics.h"
#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What there is beside a jobs topic, and what is behind its name there; the retry
 * topics have their delay in place of a fixed text. */
static const struct row {
	enum ts_topic_role role;
	const char *suffix; /* NULL: it has a name of its own */
	bool is_read, is_ours, is_compacted;
} rows[] = {
    {TS_TOPIC_JOBS, "", true, false, false},
    {TS_TOPIC_REPLIES, NULL, false, false, false},
    {TS_TOPIC_REPLAY, "-retry-0", true, true, false},
    {TS_TOPIC_RETRY, "-retry-", true, true, false},
    {TS_TOPIC_LETTERS, "-dlt", false, true, false},
    {TS_TOPIC_DONE, "-dlt-done", false, true, true},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static struct ts_topic *add(struct ts_topics *topics, const struct row *row)
{
	struct ts_topic *topic = &topics->items[topics->count++];

	*topic = (struct ts_topic){.role = row->role,
				   .is_read = row->is_read,
				   .is_ours = row->is_ours,
				   .is_compacted = row->is_compacted};
	return topic;
}

static void add_retries(struct ts_topics *topics, const struct row *row,
			const struct ts_config *config)
{
	const struct ts_delays *delays = &config->topics.retry_delays;

	for (size_t i = 0; i < delays->count; i++) {
		struct ts_topic *topic = add(topics, row);

		topic->stage = i + 1;
		topic->delay_ms = delays->ms[i];
		snprintf(topic->name, sizeof(topic->name), "%s%s%" PRId64,
			 config->topics.jobs, row->suffix, delays->ms[i]);
	}
}

static void add_one(struct ts_topics *topics, const struct row *row,
		    const struct ts_config *config)
{
	struct ts_topic *topic = add(topics, row);

	if (row->suffix)
		snprintf(topic->name, sizeof(topic->name), "%s%s", config->topics.jobs,
			 row->suffix);
	else
		snprintf(topic->name, sizeof(topic->name), "%s",
			 config->topics.replies);
}

void ts_topics_make(const struct ts_config *config, struct ts_topics *ret_topics)
{
	*ret_topics = (struct ts_topics){
	    .items = ts_calloc(ROWS + config->topics.retry_delays.count,
			       sizeof(*ret_topics->items)),
	    .may_create = config->topics.create,
	    .jobs_partitions = config->topics.partitions,
	    .brokers = ts_config_kafka(config, "bootstrap.servers"),
	};
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].role == TS_TOPIC_RETRY)
			add_retries(ret_topics, &rows[i], config);
		else
			add_one(ret_topics, &rows[i], config);
	}
}

void ts_topics_release(struct ts_topics *topics)
{
	free(topics->items);
	*topics = (struct ts_topics){0};
}

const struct ts_topic *ts_topics_get(const struct ts_topics *topics,
				     enum ts_topic_role role)
{
	for (size_t i = 0; i < topics->count; i++)
		if (topics->items[i].role == role)
			return &topics->items[i];
	return NULL;
}

const struct ts_topic *ts_topics_next(const struct ts_topics *topics, size_t stage)
{
	for (size_t i = 0; i < topics->count; i++)
		if (topics->items[i].role == TS_TOPIC_RETRY &&
		    topics->items[i].stage == stage + 1)
			return &topics->items[i];
	return NULL;
}

const struct ts_topic *ts_topics_find(const struct ts_topics *topics, const char *name)
{
	for (size_t i = 0; i < topics->count; i++)
		if (strcmp(topics->items[i].name, name) == 0)
			return &topics->items[i];
	return NULL;
}
