/* extent.c - see extent.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/extent.h"
#include "base/clock.h"
#include <limits.h>

rd_kafka_resp_err_t ts_extent_topic(rd_kafka_t *handle, const char *topic,
				    int64_t deadline_ms,
				    const struct rd_kafka_metadata **ret_metadata)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(handle, topic, NULL);
	rd_kafka_resp_err_t code = rd_kafka_metadata(
	    handle, 0, rkt, ret_metadata, ts_remaining_ms(deadline_ms, INT_MAX));

	rd_kafka_topic_destroy(rkt);
	return code;
}

rd_kafka_resp_err_t ts_extent_find(rd_kafka_t *handle, const char *topic, int32_t first,
				   size_t count, int64_t when, int timeout_ms,
				   int64_t *ret_offsets)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)count);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, topic, first + (int32_t)i)
		    ->offset = when;
	code = rd_kafka_offsets_for_times(handle, list, timeout_ms);
	for (int i = 0; !code && i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *found = &list->elems[i];

		code = found->err;
		ret_offsets[found->partition - first] = found->offset;
	}
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

rd_kafka_resp_err_t ts_extent_ask(rd_kafka_t *handle, const char *topic,
				  int32_t partition, int64_t deadline_ms,
				  int64_t *ret_from, int64_t *ret_to)
{
	rd_kafka_resp_err_t code =
	    ts_extent_find(handle, topic, partition, 1, RD_KAFKA_OFFSET_BEGINNING,
			   ts_remaining_ms(deadline_ms, INT_MAX), ret_from);

	return code ? code
		    : ts_extent_find(handle, topic, partition, 1, RD_KAFKA_OFFSET_END,
				     ts_remaining_ms(deadline_ms, INT_MAX), ret_to);
}
