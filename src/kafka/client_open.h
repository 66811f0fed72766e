/* client_open.h - a client for the program's own commands: with errors that have a
 * code, and an end that does not wait for as long as a job may take.
 *
 * Everything else of the client they use through <tablesync/client.h>.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLIENT_OPEN_H
#define TS_CLIENT_OPEN_H
#include "base/error.h"
#include <tablesync/client.h>

/* As tablesync_open; TS_E_CONFIG for a setting, TS_E_BROKER for Kafka. */
TS_MUST_CHECK bool ts_client_open(const struct tablesync_options *options,
				  struct tablesync_client **ret_client,
				  struct ts_error *err);
/* As tablesync_publish; TS_E_BUSY where it may be taken later, TS_E_BROKER. */
TS_MUST_CHECK bool ts_client_publish(struct tablesync_client *client,
				     const struct tablesync_job *job,
				     struct tablesync_call **ret_call,
				     struct ts_error *err);
/* Is the producer broken for good?  Then another client has to be opened. */
bool ts_client_is_broken(struct tablesync_client *client);
/* As tablesync_close, with `timeout_ms` for the delivery. */
void ts_client_close(struct tablesync_client *client, int timeout_ms);

#endif
