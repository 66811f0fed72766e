/* client_topics.h - finding a link's topics, and reading the replies from their end.
 *
 * Part of client_link.c.  Thread: the client's own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_TOPICS_H
#define TS_CLIENT_TOPICS_H
#include "kafka/client_link.h"

/* How many partitions the topic has; TS_E_BROKER says what to do about it when it is
 * missing or nobody answers. */
TS_MUST_CHECK bool ts_topic_find(struct ts_link *link, rd_kafka_t *handle,
				 rd_kafka_topic_t *topic, int64_t deadline_ms,
				 int32_t *ret_partitions, struct ts_error *err);
/* Start to read every partition of the replies topic at its end of now. */
TS_MUST_CHECK bool ts_topic_read(struct ts_link *link, int64_t deadline_ms,
				 struct ts_error *err);

/* Keep what an error event says in link->trouble. */
void ts_link_note(struct ts_link *link, rd_kafka_event_t *event);
/* Empty a queue that has nothing but errors in it; NULL is fine. */
void ts_link_listen(struct ts_link *link, rd_kafka_queue_t *queue);

/* Is it over in a moment?  So it is with a topic that was made just now, or has a new
 * leader. */
bool ts_topic_is_passing(rd_kafka_resp_err_t code);

#endif
