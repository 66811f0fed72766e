/* membership.h - as which member of its group, in which generation, does a consumer
 * have its partitions?
 *
 * By it the group judges the offsets in a transaction.  It is taken when partitions are
 * assigned and kept with them: librdkafka's current one may belong to a later
 * generation, or, once a member was thrown out, to nobody at all, and offsets from
 * nobody are taken by the broker without any check (Kafka 4.3.1).
 *
 * Thread: any; a membership belongs to one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MEMBERSHIP_H
#define TS_MEMBERSHIP_H
#include <librdkafka/rdkafka.h>

/* The current one of this consumer; NULL where it is no member of its group just now.
 * rd_kafka_consumer_group_metadata_destroy() it. */
rd_kafka_consumer_group_metadata_t *ts_membership_take(rd_kafka_t *consumer);
rd_kafka_consumer_group_metadata_t *
ts_membership_copy(const rd_kafka_consumer_group_metadata_t *membership);

#endif
