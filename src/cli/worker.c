/* worker.c - the command `worker`: the pool, until SIGTERM. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/worker.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "http/figures.h"
#include "http/server.h"
#include "http/services.h"
#include "kafka/board.h"

static bool has_datasource(const struct ts_config *config, struct ts_error *err)
{
	return config->datasource_count ||
	       ts_fail(err, TS_E_CONFIG,
		       "no data source is configured: every job would be answered with "
		       "datasource_unknown");
}

static bool prepare(const struct ts_flags *line, struct ts_config *ret_config,
		    int *ret_stop_fd, struct ts_error *err)
{
	return ts_flags_want_args(line, 0, 0, "", err) &&
	       ts_flags_config(line, false, ret_config, err) &&
	       ts_daemon_check(ret_config, err) && has_datasource(ret_config, err) &&
	       ts_stop_fd(ret_stop_fd, err);
}

/* Run, and tell at metrics.listen how it goes. */
static bool work(const struct ts_config *config, int stop_fd, struct ts_error *err)
{
	struct ts_board *board = *config->metrics.listen ? ts_board_new(config) : NULL;
	struct ts_figures *figures = ts_figures_new();
	const struct ts_services services = {.config = config, .figures = figures};
	struct ts_server *server;
	bool ok;

	if (board)
		ts_figures_join(figures, ts_board_probe(board));
	ok = ts_daemon_tell(config, &services, &server, err) &&
	     ts_worker_run(config, board, stop_fd, err);
	ts_server_stop(server);
	ts_figures_free(figures);
	ts_board_free(board);
	return ok;
}

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	struct ts_error err = {0};
	int stop_fd;

	ts_daemon_init();
	if (!ts_flags_read(command, argc, argv, NULL, &line, &err) ||
	    !prepare(&line, &config, &stop_fd, &err) || !work(&config, stop_fd, &err))
		return ts_command_fail(&err);
	return TS_EXIT_OK;
}

const struct ts_command ts_command_worker = {
    .name = "worker",
    .summary = "consume jobs, read tables, update the catalog, answer",
    .help = "  tablesync worker\n"
	    "  tablesync worker --config tablesync.yaml --pool-workers 32\n"
	    "  tablesync worker -X bootstrap.servers=kafka1:9092,kafka2:9092\n\n"
	    "Runs until SIGTERM; then it finishes what runs, commits and leaves the\n"
	    "group. Start as many as you like, on any hosts: they share the work. A\n"
	    "second SIGTERM ends it at once.\n",
    .run = run,
};
