/* topics.h - are the topics there, and how many partitions do they have?
 *
 * Thread: one at a time; these calls wait for the broker, so the engine makes them
 * before its loop begins. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TOPICS_H
#define TS_TOPICS_H
#include "config/config.h"
#include <librdkafka/rdkafka.h>

/* Ask for one topic.  *ret_partitions is 0 where it does not exist.  TS_E_BROKER when
 * no broker answers by the deadline, or the account may not see it. */
TS_MUST_CHECK bool ts_topic_partitions(rd_kafka_t *handle, const char *topic,
				       int64_t deadline_ms, int *ret_partitions,
				       struct ts_error *err);

/* Make what is missing of the jobs topic (topics.partitions) and the replies topic (as
 * many as the jobs topic has), if topics.create says so.  Where the account may not,
 * the error text has the commands. */
TS_MUST_CHECK bool ts_topics_create(rd_kafka_t *handle, const struct ts_config *config,
				    int64_t deadline_ms, struct ts_error *err);

#endif
