/* view.h - a record of librdkafka's, seen as a message.
 *
 * Thread: any; a view belongs to one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_VIEW_H
#define TS_VIEW_H
#include "contract/trail.h"
#include <librdkafka/rdkafka.h>

/* Zero-initialised is empty; it can be used for one record after the other. */
struct ts_view {
	struct ts_message message;
	struct ts_header *headers; /* owned */
	size_t capacity;
};

void ts_view_release(struct ts_view *view);
/* Look at `record`: view->message borrows from it. */
void ts_view_set(struct ts_view *view, const rd_kafka_message_t *record, bool is_ours);

/* The other way round: headers for a record; who produces it owns them. */
rd_kafka_headers_t *ts_view_headers(const struct ts_headers *headers);

#endif
