/* conf.h - librdkafka's configuration, out of ours.
 *
 * The section `kafka` goes to librdkafka as it is; what the program itself relies on is
 * set here and nowhere else.
 *
 * Thread: any; log lines come from librdkafka's threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_KAFKA_CONF_H
#define TS_KAFKA_CONF_H
#include "config/config.h"
#include <librdkafka/rdkafka.h>

/* The worker's consumer: rebalances, commits and errors come as events. */
TS_MUST_CHECK bool ts_kafka_consumer_new(const struct ts_config *config,
					 rd_kafka_t **ret_consumer,
					 struct ts_error *err);
/* An idempotent producer: delivery reports and errors come as events on its main queue.
 * `batch_bytes`: the longest batch that every topic takes to which it writes; 0:
 * unknown.  A batch that its topic refuses is refused with all of its records. */
TS_MUST_CHECK bool ts_kafka_producer_new(const struct ts_config *config,
					 size_t batch_bytes, rd_kafka_t **ret_producer,
					 struct ts_error *err);

/* A producer for transactions. */
struct ts_kafka_transactional {
	const char
	    *id; /* transactional.id: who holds it later fences who held it before */
	size_t batch_bytes; /* as above */
	/* Serves the delivery reports, in the thread that flushes, commits or aborts.
	 */
	void (*report)(rd_kafka_t *producer, const rd_kafka_message_t *report,
		       void *opaque);
	/* Takes librdkafka's statistics, in the same way; NULL: there are none. */
	int (*statistics)(rd_kafka_t *producer, char *json, size_t len, void *opaque);
	void *opaque;
};
TS_MUST_CHECK bool ts_kafka_transactional_new(const struct ts_config *config,
					      const struct ts_kafka_transactional *how,
					      rd_kafka_t **ret_producer,
					      struct ts_error *err);

/* A setting of a handle as a number; `standard` where it is none. */
int64_t ts_kafka_number(rd_kafka_t *handle, const char *key, int64_t standard);
/* A consumer in no group that reads what is committed, or (`sees_open`) what is in open
 * transactions, too; errors come as events. */
TS_MUST_CHECK bool ts_kafka_reader_new(const struct ts_config *config, bool sees_open,
				       rd_kafka_t **ret_reader, struct ts_error *err);

/* The same for who reads on and on, what is committed: a fraction of a second late,
 * which costs less than many small answers do. */
TS_MUST_CHECK bool ts_kafka_follower_new(const struct ts_config *config,
					 rd_kafka_t **ret_reader, struct ts_error *err);

/* Would librdkafka take every setting?  TS_E_CONFIG names the first that it does not.
 */
TS_MUST_CHECK bool ts_kafka_check(const struct ts_config *config, struct ts_error *err);

/* The longest record that the producer takes, in bytes. */
size_t ts_kafka_record_bytes(rd_kafka_t *producer);

#endif
