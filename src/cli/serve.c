/* serve.c - the command `serve`: the reference catalog over HTTP, until SIGTERM. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/notify.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "http/server.h"

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	struct ts_server *server, *metrics;
	struct ts_error err = {0};
	int stop_fd;

	ts_daemon_init();
	if (!ts_flags_read(command, argc, argv, NULL, &line, &err) ||
	    !ts_flags_want_args(&line, 0, 0, "", &err) ||
	    !ts_flags_config(&line, true, &config, &err) ||
	    !ts_stop_fd(&stop_fd, &err) || !ts_server_start(&config, &server, &err))
		return ts_command_fail(&err);

	ts_log(TS_LOG_INFO, "serve.listening", TS_STR("url", ts_server_url(server)));
	if (!ts_daemon_tell(&config, ts_server_services(server), &metrics, &err)) {
		ts_server_stop(server);
		return ts_command_fail(&err);
	}
	ts_notify_ready();
	ts_stop_wait(stop_fd);
	ts_notify_stopping();
	ts_log(TS_LOG_INFO, "serve.stopping", TS_STR("url", ts_server_url(server)));
	ts_server_stop(metrics);
	ts_server_stop(server);
	return TS_EXIT_OK;
}

const struct ts_command ts_command_serve = {
    .name = "serve",
    .summary = "HTTP: the trigger API, the reference catalog, its pages",
    .help =
	"  tablesync serve\n"
	"  tablesync serve --http-listen 127.0.0.1:0\n"
	"  tablesync token create --name me --role admin\n\n"
	"POST /api/v1/table/sync/ publishes a job and answers with its reply. The\n"
	"catalog keeps the tables, their versions and what people write about them\n"
	"in the storage of http.storage; a browser shows them. Whoever asks shows\n"
	"a token (tablesync token). Without Kafka only the trigger does not work.\n"
	"Runs until SIGTERM; then it answers those who wait. A second SIGTERM ends\n"
	"it at once.\n",
    .run = run,
};
