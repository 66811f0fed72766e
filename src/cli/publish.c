/* publish.c - `tablesync publish`: one job, a file of jobs, or all tables of a schema.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/flags.h"
#include "cli/jobs.h"
#include "cli/publishing.h"
#include "cli/stop.h"
#include "config/datasources.h"
#include "config/options.h"
#include "kafka/connect.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 30000, TIMEOUT_MAX_MS = 24 * 3600 * 1000 };

struct publish_flags {
	bool is_view, is_all, wait, keep_going;
	const char *from, *timeout;
};

static const struct ts_flag flags[] = {
    {"view", TS_FLAG_BOOL, offsetof(struct publish_flags, is_view),
     .text = "TABLE is a view"},
    {"from", TS_FLAG_TEXT, offsetof(struct publish_flags, from), .value = "FILE",
     .text = "publish the jobs of FILE, one JSON object a line; - is stdin"},
    {"all", TS_FLAG_BOOL, offsetof(struct publish_flags, is_all),
     .text = "publish a job for each table and view of SCHEMA"},
    {"wait", TS_FLAG_BOOL, offsetof(struct publish_flags, wait),
     .text = "wait for the reply; --from and --all always do"},
    {"timeout", TS_FLAG_TEXT, offsetof(struct publish_flags, timeout),
     .value = "DURATION", .text = "wait so long for each reply (default 30s)"},
    {"keep-going", TS_FLAG_BOOL, offsetof(struct publish_flags, keep_going),
     .text = "publish the good lines of FILE although others are bad"},
    {0}};

static bool parse_timeout(const char *text, int *ret_ms, struct ts_error *err)
{
	static const struct ts_option duration = {.key = "timeout",
						  .type = TS_OPTION_DURATION,
						  .min = 1,
						  .max = TIMEOUT_MAX_MS};
	TS_AUTO(ts_buf) copy = {0};
	int64_t ms = TIMEOUT_MS;

	if (text) {
		ts_buf_puts(&copy, text);
		if (!ts_option_store(&duration, &ms, &copy.data, 1, err)) {
			ts_wrap(err, "--timeout");
			err->code = TS_E_USAGE;
			return false;
		}
	}
	*ret_ms = (int)ms;
	return true;
}

static bool check_flags(const struct publish_flags *own, const struct ts_flags *line,
			struct ts_error *err)
{
	if (own->from && own->is_all)
		return ts_fail(err, TS_E_USAGE, "--from and --all exclude each other");
	if (own->is_view && (own->from || own->is_all))
		return ts_fail(err, TS_E_USAGE,
			       "--view goes with one TABLE: --from has table_type in "
			       "each line, --all finds it out");
	if (own->keep_going && !own->from)
		return ts_fail(err, TS_E_USAGE, "--keep-going goes with --from");
	if (own->from)
		return ts_flags_want_args(line, 0, 0, "", err);
	if (own->is_all)
		return ts_flags_want_args(line, 2, 2, "DATASOURCE SCHEMA", err);
	return ts_flags_want_args(line, 3, 3, "DATASOURCE SCHEMA TABLE", err);
}

/* With an address on the command line and an id no file is needed. */
static bool is_file_optional(const struct publish_flags *own,
			     const struct ts_flags *line)
{
	int64_t id;

	if (own->is_all ||
	    (!own->from && !ts_int64_parse(line->args[0], 0, INT32_MAX, &id)))
		return false;
	for (size_t i = 0; i < line->setting_count; i++)
		if (strcmp(line->settings[i].key, "kafka.bootstrap.servers") == 0)
			return true;
	return false;
}

static bool read_file(const struct publish_flags *own, struct ts_jobs *jobs,
		      size_t *ret_bad, struct ts_error *err)
{
	size_t bad;

	if (!ts_jobs_read(jobs, own->from, &bad, err))
		return false;
	if (bad && !own->keep_going)
		return ts_fail(err, TS_E_USAGE,
			       "%zu of %zu lines are not jobs, nothing is published "
			       "(--keep-going publishes the others)",
			       bad, bad + jobs->count);
	*ret_bad = bad;
	return true;
}

static bool check_names(const struct ts_flags *line, struct ts_error *err)
{
	for (int i = 1; i < line->arg_count; i++) {
		if (!line->args[i][0])
			return ts_fail(err, TS_E_USAGE, "a name is empty");
		if (!ts_utf8_is_valid(line->args[i], strlen(line->args[i])))
			return ts_fail(err, TS_E_USAGE, "a name is not UTF-8");
	}
	return true;
}

/* The jobs that the command line speaks of. */
static bool gather(const struct publish_flags *own, const struct ts_flags *line,
		   const struct ts_config *config, int timeout_ms, struct ts_jobs *jobs,
		   size_t *ret_bad, struct ts_error *err)
{
	int32_t id;

	if (own->from)
		return read_file(own, jobs, ret_bad, err);
	if (!check_names(line, err) ||
	    !ts_datasource_id(config, line->args[0], &id, err))
		return false;
	if (own->is_all)
		return ts_jobs_list(jobs, config, id, line->args[1],
				    ts_now_ms() + timeout_ms, err);
	ts_jobs_add(jobs, id, line->args[1], line->args[2], own->is_view);
	return true;
}

static bool open_client(const struct ts_config *config, int timeout_ms,
			bool is_publish_only, struct tablesync_client **ret_client,
			struct ts_error *err)
{
	const struct tablesync_options options = {
	    .timeout_ms = timeout_ms,
	    .is_publish_only = is_publish_only,
	};

	return ts_connect(config, &options, ret_client, err);
}

static enum ts_exit publish(const struct publish_flags *own,
			    const struct ts_flags *line, const struct ts_config *config,
			    const struct ts_jobs *jobs, int timeout_ms)
{
	struct ts_publishing publishing = {
	    .jobs = jobs,
	    .jobs_topic = config->topics.jobs,
	    .timeout_ms = timeout_ms,
	    .is_delivery = !own->wait && !own->from && !own->is_all,
	    .wants_json = line->wants_json,
	};
	struct ts_error err = {0};
	enum ts_exit exit;

	if (!ts_stop_fd(&publishing.stop_fd, &err) ||
	    !open_client(config, timeout_ms, publishing.is_delivery, &publishing.client,
			 &err))
		return ts_command_fail(&err);
	exit = ts_publish_all(&publishing);
	fflush(stdout); /* before the close, which may take its time */
	tablesync_close(publishing.client);
	return exit;
}

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	struct publish_flags own = {0};
	TS_AUTO(ts_flags) line = {0};
	TS_AUTO(ts_config) config = {0};
	TS_AUTO(ts_jobs) jobs = {0};
	struct ts_error err = {0};
	enum ts_exit exit;
	size_t bad = 0;
	int timeout_ms;

	if (!ts_flags_read(command, argc, argv, &own, &line, &err) ||
	    !check_flags(&own, &line, &err) ||
	    !parse_timeout(own.timeout, &timeout_ms, &err) ||
	    !ts_flags_config(&line, is_file_optional(&own, &line), &config, &err) ||
	    !gather(&own, &line, &config, timeout_ms, &jobs, &bad, &err))
		return ts_command_fail(&err);
	if (!jobs.count) {
		fprintf(stderr, "tablesync: there is nothing to publish\n");
		return bad ? TS_EXIT_USAGE : TS_EXIT_OK;
	}
	exit = publish(&own, &line, &config, &jobs, timeout_ms);
	return exit == TS_EXIT_OK && bad ? TS_EXIT_USAGE : exit;
}

const struct ts_command ts_command_publish = {
    .name = "publish",
    .summary = "publish jobs: sync this table, these tables, a whole schema",
    .help =
	"examples:\n"
	"  tablesync publish 8 main.dbo foobar            one job; prints where it is\n"
	"  tablesync publish 8 main.dbo foobar --wait     … and its reply\n"
	"  tablesync publish warehouse public orders_v --view --wait --json\n"
	"  tablesync publish --all warehouse public       every table and view of it\n"
	"  tablesync publish --from jobs.jsonl            one JSON object a line\n"
	"  tablesync publish 8 main.dbo foobar -X bootstrap.servers=kafka1:9092\n"
	"\n"
	"usage: tablesync publish DATASOURCE SCHEMA TABLE [--view] [--wait]\n"
	"       tablesync publish --all DATASOURCE SCHEMA\n"
	"       tablesync publish --from FILE [--keep-going]\n"
	"\n"
	"DATASOURCE is an id, or the name of a data source in the configuration.  "
	"--all\n"
	"reads the list of tables itself, through that configuration.  --from and "
	"--all\n"
	"wait for the replies, since at most 256 jobs are left unanswered at once: a\n"
	"large schema does not stand before everyone else's jobs.  A file is read to "
	"its\n"
	"end first; if a line is bad, nothing is published.\n"
	"Ctrl-C stops publishing and says what is unanswered; the jobs that are on "
	"the\n"
	"topic are done all the same.\n",
    .flags = flags,
    .run = run,
};
