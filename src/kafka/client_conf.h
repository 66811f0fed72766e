/* client_conf.h - a librdkafka handle for a client, from the caller's settings and
 * ours.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_CONF_H
#define TS_CLIENT_CONF_H
#include "base/error.h"
#include <librdkafka/rdkafka.h>
#include <tablesync/client.h>

/* The producer of jobs or the reader of replies; TS_E_CONFIG names the setting. Thread:
 * any. */
TS_MUST_CHECK bool ts_client_handle_new(rd_kafka_type_t type,
					const struct tablesync_options *options,
					rd_kafka_t **ret_handle, struct ts_error *err);

#endif
