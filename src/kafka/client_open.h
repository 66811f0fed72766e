/* client_open.h - tablesync_open for the program's own commands: with an error that has
 * a code.
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

#endif
