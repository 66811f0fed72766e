/* serve.c - the command `serve`: the reference catalog over HTTP, until SIGTERM. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "http/server.h"

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	struct ts_server *server;
	struct ts_error err = {0};
	int stop_fd;

	ts_daemon_init();
	if (!ts_flags_read(command, argc, argv, NULL, &line, &err) ||
	    !ts_flags_want_args(&line, 0, 0, "", &err) ||
	    !ts_flags_config(&line, true, &config, &err) ||
	    !ts_stop_fd(&stop_fd, &err) || !ts_server_start(&config, &server, &err))
		return ts_command_fail(&err);

	ts_log(TS_LOG_INFO, "serve.listening", TS_STR("url", ts_server_url(server)));
	ts_stop_wait(stop_fd);
	ts_log(TS_LOG_INFO, "serve.stopping", TS_STR("url", ts_server_url(server)));
	ts_server_stop(server);
	return TS_EXIT_OK;
}

const struct ts_command ts_command_serve = {
    .name = "serve",
    .summary = "the reference catalog over HTTP",
    .help = "  tablesync serve\n"
	    "  tablesync serve --http-listen 127.0.0.1:0\n"
	    "  curl http://127.0.0.1:8080/api/v1/catalog/tables?q=customer\n\n"
	    "Keeps the tables, their versions and what people write about them in the\n"
	    "storage of http.storage. Runs until SIGTERM; then it finishes what was\n"
	    "begun. A second SIGTERM ends it at once.\n",
    .run = run,
};
