/* up.c - the command `up`: everything in one process, for trying it out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/daemon.h"
#include "cli/flags.h"
#include "cli/stop.h"
#include "config/options.h"
#include "http/access.h"
#include "http/figures.h"
#include "http/server.h"
#include "kafka/board.h"
#include "http/services.h"
#include "kafka/topics.h"
#include "kafka/trial.h"
#include "kafka/worker.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Zero-initialised is empty; released backwards. */
struct parts {
	struct ts_flags line;
	struct ts_config config;
	struct ts_trial *trial;
	struct ts_server *server, *metrics;
	struct ts_board *board;            /* of the worker */
	int64_t worker_token, admin_token; /* their ids; 0: not made */
	char folder[64]; /* a temporary one for the catalog; "" for none */
};

/* Make a token of the storage of our own server. */
static bool make_token(struct parts *parts, const char *name, enum ts_role role,
		       int64_t *ret_id, struct ts_buf *ret_text, struct ts_error *err)
{
	TS_AUTO(ts_token) token = {.name = ts_strdup(name), .role = role};

	if (!ts_access_issue(ts_server_services(parts->server)->store, &token, ret_text,
			     err))
		return false;
	*ret_id = token.id;
	return true;
}

/* Where that fails, the tokens are still in `tablesync token list`. */
static void revoke_tokens(struct parts *parts)
{
	const int64_t ids[] = {parts->worker_token, parts->admin_token};
	struct ts_error err = {0};
	bool is_there;

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (ids[i] &&
		    !ts_store_token_revoke(ts_server_services(parts->server)->store,
					   ids[i], &is_there, &err))
			ts_log(TS_LOG_WARN, "up.token_kept", TS_INT("token", ids[i]),
			       TS_STR("error", err.text));
}

static void parts_release(struct parts *parts)
{
	char path[sizeof(parts->folder) + 32];

	revoke_tokens(parts);
	ts_server_stop(parts->metrics);
	ts_server_stop(parts->server);
	ts_board_free(parts->board);
	if (parts->trial)
		ts_trial_stop(parts->trial);
	if (parts->folder[0]) {
		static const char *const files[] = {"catalog.db", "catalog.db-wal",
						    "catalog.db-shm"};

		for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
			snprintf(path, sizeof(path), "%s/%s", parts->folder, files[i]);
			unlink(path);
		}
		rmdir(parts->folder);
	}
	ts_config_release(&parts->config);
	ts_flags_release(&parts->line);
}

/* The trial broker joins a group and wakes a waiting fetch in its own, slow way; these
 * are the times at which it is lively. */
static void use_trial_broker(struct parts *parts)
{
	ts_flags_set(&parts->line, "kafka.bootstrap.servers",
		     ts_trial_address(parts->trial));
	ts_flags_set(&parts->line, "kafka.session.timeout.ms", "4000");
	ts_flags_set(&parts->line, "kafka.heartbeat.interval.ms", "300");
	ts_flags_set(&parts->line, "kafka.fetch.wait.max.ms", "10");
}

/* Without a folder of its own that can be written, the catalog lives as long as `up`.
 */
static bool load(struct parts *parts, struct ts_error *err)
{
	const char *standard = ts_option_find(&ts_options, "state_dir")->standard;

	if (!ts_flags_config(&parts->line, true, &parts->config, err))
		return false;
	if (strcmp(parts->config.state_dir, standard) != 0 ||
	    access(standard, W_OK) == 0)
		return true;
	strcpy(parts->folder, "/tmp/tablesync-up-XXXXXX");
	if (!mkdtemp(parts->folder)) {
		parts->folder[0] = '\0';
		return ts_fail(err, TS_E_SYSTEM, "a temporary folder: %s",
			       strerror(errno));
	}
	ts_flags_set(&parts->line, "state_dir", parts->folder);
	ts_config_release(&parts->config);
	return ts_flags_config(&parts->line, true, &parts->config, err);
}

/* The trial broker has no transactions. */
static bool can_deliver(const struct ts_config *config, struct ts_error *err)
{
	return strcmp(config->delivery, "exactly-once") != 0 ||
	       ts_fail(err, TS_E_CONFIG,
		       "delivery: the trial broker knows at-least-once only: for "
		       "exactly-once, start a worker on a Kafka of your own");
}

static bool create_topics(struct parts *parts, struct ts_error *err)
{
	TS_AUTO(ts_topics) topics = {0};

	ts_topics_make(&parts->config, &topics);
	return ts_trial_create_topics(parts->trial, &topics, err);
}

/* The worker writes to our own catalog, with a token that nobody sees. */
static bool use_own_catalog(struct parts *parts, struct ts_error *err)
{
	struct ts_config *config = &parts->config;
	TS_AUTO(ts_buf) token = {0};

	free(config->catalog.url);
	config->catalog.url = ts_strdup(ts_server_url(parts->server));
	if (config->catalog.token)
		return true;
	if (!make_token(parts, "up worker", TS_ROLE_SYNC, &parts->worker_token, &token,
			err))
		return false;
	config->catalog.token = ts_buf_detach(&token);
	return true;
}

static bool print_addresses(struct parts *parts, struct ts_error *err)
{
	const struct ts_config *config = &parts->config;
	TS_AUTO(ts_buf) token = {0};

	if (!make_token(parts, "up", TS_ROLE_ADMIN, &parts->admin_token, &token, err))
		return false;
	printf("Kafka (trial broker, in memory): %s\n", ts_trial_address(parts->trial));
	printf("jobs topic: %s\nreplies topic: %s\ncatalog: %s\n", config->topics.jobs,
	       config->topics.replies, config->catalog.url);
	printf("admin token: %s\n", ts_buf_text(&token));
	if (config->datasource_count == 0)
		puts("no data source is configured: give --config FILE "
		     "(tablesync config sample prints one)");
	fflush(stdout);
	return true;
}

/* The worker is asked where the catalog is, too. */
static bool tell(struct parts *parts, struct ts_error *err)
{
	const struct ts_services *services = ts_server_services(parts->server);

	parts->board = ts_board_new(&parts->config);
	ts_figures_join(services->figures, ts_board_probe(parts->board));
	return ts_daemon_tell(&parts->config, services, &parts->metrics, err);
}

static bool start(struct parts *parts, struct ts_error *err)
{
	struct ts_config *config = &parts->config;

	if (!ts_trial_start(&parts->trial, err))
		return false;
	use_trial_broker(parts);
	return load(parts, err) && can_deliver(config, err) &&
	       ts_daemon_check(config, err) && create_topics(parts, err) &&
	       ts_server_start(config, &parts->server, err) &&
	       use_own_catalog(parts, err) && tell(parts, err) &&
	       print_addresses(parts, err);
}

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	struct parts parts = {0};
	struct ts_error err = {0};
	enum ts_exit exit = TS_EXIT_OK;
	int stop_fd;

	ts_daemon_init();
	if (!ts_flags_read(command, argc, argv, NULL, &parts.line, &err) ||
	    !ts_flags_want_args(&parts.line, 0, 0, "", &err) ||
	    !ts_stop_fd(&stop_fd, &err) || !start(&parts, &err) ||
	    !ts_worker_run(&parts.config, parts.board, stop_fd, &err))
		exit = ts_command_fail(&err);
	parts_release(&parts);
	return exit;
}

const struct ts_command ts_command_up = {
    .name = "up",
    .summary = "everything in one process, to try it out",
    .help =
	"  tablesync up --config tablesync.yaml\n"
	"  tablesync up --http-listen 127.0.0.1:0\n\n"
	"Starts a trial broker in memory, a worker, the catalog and its HTTP server,\n"
	"and prints their addresses, where kcat and any Kafka client can publish, and "
	"a\n"
	"token to log in with, which is revoked when it ends.\n"
	"What the broker holds is gone when it ends, and so is the catalog unless\n"
	"state_dir or http.storage say where it is to be kept. Data sources come from\n"
	"the configuration.\n",
    .run = run,
};
