/* sketch.c - see sketch.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/sketch.h"

rd_kafka_resp_err_t ts_sketch_produce(rd_kafka_t *producer,
				      const struct ts_sketch *sketch)
{
	const rd_kafka_vu_t record[] = {
	    {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = sketch->topic},
	    {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = sketch->partition},
	    {.vtype = RD_KAFKA_VTYPE_MSGFLAGS,
	     .u.i = sketch->is_copied ? RD_KAFKA_MSG_F_COPY : 0},
	    {.vtype = RD_KAFKA_VTYPE_KEY,
	     .u.mem = {(void *)(uintptr_t)sketch->key, sketch->key_len}},
	    {.vtype = RD_KAFKA_VTYPE_VALUE,
	     .u.mem = {(void *)(uintptr_t)sketch->value, sketch->value_len}},
	    {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = sketch->opaque},
	    {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = sketch->headers},
	};
	const size_t count = sizeof(record) / sizeof(*record);
	rd_kafka_error_t *error =
	    rd_kafka_produceva(producer, record, sketch->headers ? count : count - 1);
	rd_kafka_resp_err_t code;

	if (!error)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	if (sketch->headers) /* not taken by a call that fails */
		rd_kafka_headers_destroy(sketch->headers);
	return code;
}
