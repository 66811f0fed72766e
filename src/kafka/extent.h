/* extent.h - which partitions a topic has, where they begin and end, and where a moment
 * is in them.
 *
 * librdkafka has a function of its own for both ends; until 2.3 it does not come
 * back before the broker does, whatever its time-out (#4460).
 *
 * Thread: any; each call waits, at most as long as it is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_EXTENT_H
#define TS_EXTENT_H
#include <librdkafka/rdkafka.h>

/* What a broker says of the topic, in topics[0] with a code of its own; to be given to
 * rd_kafka_metadata_destroy.  The code is that with which no broker answered. */
rd_kafka_resp_err_t ts_extent_topic(rd_kafka_t *handle, const char *topic,
				    int64_t deadline_ms,
				    const struct rd_kafka_metadata **ret_metadata);
/* The first record of `when` (Unix ms) or later of `count` partitions from `first` on:
 * -1 where there is none.  `when` RD_KAFKA_OFFSET_BEGINNING and RD_KAFKA_OFFSET_END:
 * their ends; for a reader of what is committed, the last is where that ends. */
rd_kafka_resp_err_t ts_extent_find(rd_kafka_t *handle, const char *topic, int32_t first,
				   size_t count, int64_t when, int timeout_ms,
				   int64_t *ret_offsets);
/* Both ends of one partition, by the deadline. */
rd_kafka_resp_err_t ts_extent_ask(rd_kafka_t *handle, const char *topic,
				  int32_t partition, int64_t deadline_ms,
				  int64_t *ret_from, int64_t *ret_to);

#endif
