/* daemon.h - what the commands that keep running have in common at their start. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DAEMON_H
#define TS_DAEMON_H
#include "base/error.h"
#include "config/config.h"

struct ts_server;
struct ts_services;

/* Settings of the process, before any thread is started. */
void ts_daemon_init(void);

/* Can Kafka be used with this configuration?  TS_E_CONFIG. */
TS_MUST_CHECK bool ts_daemon_check(const struct ts_config *config,
				   struct ts_error *err);

/* Answer at metrics.listen how the process is; *ret_server is NULL where it is not set.
 * Borrows both. */
TS_MUST_CHECK bool ts_daemon_tell(const struct ts_config *config,
				  const struct ts_services *services,
				  struct ts_server **ret_server, struct ts_error *err);

#endif
