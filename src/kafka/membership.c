/* membership.c - see membership.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/membership.h"
#include "base/mem.h"
#include <stdbool.h>

rd_kafka_consumer_group_metadata_t *ts_membership_take(rd_kafka_t *consumer)
{
	rd_kafka_consumer_group_metadata_t *membership =
	    rd_kafka_consumer_group_metadata(consumer);
	/* Asked afterwards: if it is a member now, it was one then. */
	char *member = rd_kafka_memberid(consumer);
	const bool is_member = member && *member;

	if (member)
		rd_kafka_mem_free(consumer, member);
	if (is_member || !membership)
		return membership;
	rd_kafka_consumer_group_metadata_destroy(membership);
	return NULL;
}

/* librdkafka copies one only by way of its bytes. */
rd_kafka_consumer_group_metadata_t *
ts_membership_copy(const rd_kafka_consumer_group_metadata_t *membership)
{
	rd_kafka_consumer_group_metadata_t *copy = NULL;
	rd_kafka_error_t *error;
	void *bytes = NULL;
	size_t size;

	error = rd_kafka_consumer_group_metadata_write(membership, &bytes, &size);
	if (!error)
		error = rd_kafka_consumer_group_metadata_read(&copy, bytes, size);
	rd_kafka_mem_free(NULL, bytes);
	if (error) /* both fail for want of memory only */
		ts_out_of_memory();
	return copy;
}
