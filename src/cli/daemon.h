/* daemon.h - what the commands that keep running have in common at their start. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DAEMON_H
#define TS_DAEMON_H
#include "base/error.h"
#include "config/config.h"

/* Settings of the process, before any thread is started. */
void ts_daemon_init(void);

/* Can Kafka be used with this configuration?  TS_E_CONFIG. */
TS_MUST_CHECK bool ts_daemon_check(const struct ts_config *config,
				   struct ts_error *err);

#endif
