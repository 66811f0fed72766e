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
 */
TS_MUST_CHECK bool ts_kafka_producer_new(const struct ts_config *config,
					 rd_kafka_t **ret_producer,
					 struct ts_error *err);

/* Would librdkafka take every setting?  TS_E_CONFIG names the first that it does not.
 */
TS_MUST_CHECK bool ts_kafka_check(const struct ts_config *config, struct ts_error *err);

/* The longest record that the producer takes, in bytes. */
size_t ts_kafka_record_bytes(rd_kafka_t *producer);

#endif
