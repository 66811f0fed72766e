/* sketch.h - a record to be, and how it is produced.
 *
 * Thread: any, as librdkafka's producers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SKETCH_H
#define TS_SKETCH_H
#include <librdkafka/rdkafka.h>
#include <stdbool.h>

struct ts_sketch {
	const char *topic;
	int32_t partition; /* RD_KAFKA_PARTITION_UA: by key */
	const void *key, *value;
	size_t key_len, value_len;
	rd_kafka_headers_t *headers; /* NULL for none; taken in any case */
	bool is_copied; /* else key and value live until the delivery report */
	void *opaque;   /* of that report */
};

rd_kafka_resp_err_t ts_sketch_produce(rd_kafka_t *producer,
				      const struct ts_sketch *sketch);

#endif
