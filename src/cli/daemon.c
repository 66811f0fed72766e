/* daemon.c - see daemon.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/daemon.h"
#include "base/log.h"
#include "http/server.h"
#include "kafka/conf.h"
#include <malloc.h>

void ts_daemon_init(void)
{
	/* glibc gives each thread an arena that grows to the largest table it ever saw;
	 * a few arenas keep the process within its bounds. */
	mallopt(M_ARENA_MAX, 4);
}

bool ts_daemon_check(const struct ts_config *config, struct ts_error *err)
{
	if (!ts_config_kafka(config, "bootstrap.servers"))
		return ts_fail(err, TS_E_CONFIG,
			       "kafka.bootstrap.servers is not set: put it into the "
			       "configuration, or give -X bootstrap.servers=HOST:PORT");
	return ts_kafka_check(config, err);
}

bool ts_daemon_tell(const struct ts_config *config, const struct ts_services *services,
		    struct ts_server **ret_server, struct ts_error *err)
{
	*ret_server = NULL;
	if (!*config->metrics.listen)
		return true;
	if (!ts_server_start_probes(config->metrics.listen, services, ret_server, err))
		return false;
	ts_log(TS_LOG_INFO, "metrics.listening",
	       TS_STR("url", ts_server_url(*ret_server)));
	return true;
}
