/* connect.h - a client (tablesync/client.h) out of the configuration.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CONNECT_H
#define TS_CONNECT_H
#include "config/config.h"
#include <tablesync/client.h>

/* `options` without the settings and topics, which are the configuration's.  As
 * ts_client_open. */
TS_MUST_CHECK bool ts_connect(const struct ts_config *config,
			      const struct tablesync_options *options,
			      struct tablesync_client **ret_client,
			      struct ts_error *err);

#endif
