/* view.c - see view.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/view.h"
#include "base/mem.h"
#include <stdlib.h>

void ts_view_release(struct ts_view *view)
{
	free(view->headers);
	*view = (struct ts_view){0};
}

static size_t set_headers(struct ts_view *view, const rd_kafka_message_t *record)
{
	rd_kafka_headers_t *headers;
	size_t count;

	if (rd_kafka_message_headers(record, &headers))
		return 0;
	count = rd_kafka_header_cnt(headers);
	if (count > view->capacity) {
		view->headers =
		    ts_realloc(view->headers, count, sizeof(*view->headers));
		view->capacity = count;
	}
	for (size_t i = 0; i < count; i++)
		rd_kafka_header_get_all(headers, i, &view->headers[i].name,
					&view->headers[i].value, &view->headers[i].len);
	return count;
}

void ts_view_set(struct ts_view *view, const rd_kafka_message_t *record, bool is_ours)
{
	const size_t count = set_headers(view, record);
	rd_kafka_timestamp_type_t type;

	view->message = (struct ts_message){
	    .topic = rd_kafka_topic_name(record->rkt),
	    .partition = record->partition,
	    .offset = record->offset,
	    .timestamp_ms = rd_kafka_message_timestamp(record, &type),
	    .key = record->key,
	    .key_len = record->key_len,
	    .value = record->payload,
	    .value_len = record->len,
	    .headers = view->headers,
	    .header_count = count,
	    .is_ours = is_ours,
	};
}

rd_kafka_headers_t *ts_view_headers(const struct ts_headers *headers)
{
	rd_kafka_headers_t *made = rd_kafka_headers_new(headers->count);

	for (size_t i = 0; i < headers->count; i++) {
		const struct ts_header *header = &headers->items[i];

		rd_kafka_header_add(made, header->name, -1, header->value,
				    (ssize_t)header->len);
	}
	return made;
}
