/* flags.h - one reader of command lines for every command.
 *
 * What every command takes: --config FILE, -X KEY=VALUE (a setting of `kafka`), every
 * option of the configuration (`--pool-workers 8`, `--pool-workers=8`), --json, --help.
 * What only one takes stands in its own table, which also makes its part of the help:
 *
 *   struct publish_flags {
 *           bool wait;
 *           const char *from;
 *           int64_t limit;
 *   };
 *   static const struct ts_flag flags[] = {
 *       {"wait", TS_FLAG_BOOL, offsetof(struct publish_flags, wait),
 *        .text = "wait for the replies and print them"},
 *       {"from", TS_FLAG_TEXT, offsetof(struct publish_flags, from), .value = "FILE",
 *        .text = "publish the jobs of FILE, one JSON object a line"},
 *       {"limit", TS_FLAG_INT, offsetof(struct publish_flags, limit), .value = "N",
 *        .min = 1, .max = 256, .text = "at most N jobs unanswered at once"},
 *       {0}};
 *
 *   static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
 *   {
 *           struct publish_flags own = {.limit = 256};
 *           TS_AUTO(ts_flags) line = {0};
 *           TS_AUTO(ts_config) config = {0};
 *           struct ts_error err = {0};
 *
 *           if (!ts_flags_read(command, argc, argv, &own, &line, &err) ||
 *               !ts_flags_want_args(&line, 3, 3, "DATASOURCE SCHEMA TABLE", &err) ||
 *               !ts_flags_config(&line, false, &config, &err))
 *                   return ts_command_fail(&err);
 *           …line.args[0] is DATASOURCE…
 *   }
 *
 *   const struct ts_command ts_command_publish = {
 *       .name = "publish", .summary = "…", .help = "…", .flags = flags, .run = run};
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FLAGS_H
#define TS_FLAGS_H
#include "cli/command.h"
#include "config/config.h"
#include <stdint.h>

enum ts_flag_type {
	TS_FLAG_BOOL, /* to a bool; takes no value */
	TS_FLAG_TEXT, /* to a const char *, borrowed from argv */
	TS_FLAG_INT,  /* to an int64_t within [min, max] */
	TS_FLAG_LIST, /* may come again; to a struct ts_flag_list */
};

enum { TS_FLAG_LIST_MAX = 256 };

struct ts_flag_list {
	const char *items[TS_FLAG_LIST_MAX]; /* borrowed from argv */
	size_t count;
};

/* A flag of one command; a row whose name is NULL ends the table. */
struct ts_flag {
	const char *name; /* without the dashes */
	enum ts_flag_type type;
	size_t offset;     /* into the command's own struct */
	const char *value; /* what the help calls the value; NULL for a bool */
	int64_t min, max;  /* of an int */
	const char *text;  /* of the help */
};

/* A command line that was read. */
struct ts_flags {
	const char *config;          /* --config, NULL without; borrowed from argv */
	bool wants_json;             /* --json */
	struct ts_setting *settings; /* options and -X, as ts_config_load takes them */
	size_t setting_count;
	char **args; /* what is no flag, in order; the texts are borrowed from argv */
	int arg_count;
};

void ts_flags_release(struct ts_flags *flags);

/* Read argv[1] and those after it.  `ret_own` is the struct that command->flags speaks
 * of, with the defaults in it (NULL where there are none).  What follows `--` is no
 * flag.  TS_E_USAGE with what may have been meant. */
TS_MUST_CHECK bool ts_flags_read(const struct ts_command *command, int argc,
				 char **argv, void *ret_own, struct ts_flags *ret_flags,
				 struct ts_error *err);

/* TS_E_USAGE unless there are `min` to `max` arguments; `names` says which. */
TS_MUST_CHECK bool ts_flags_want_args(const struct ts_flags *flags, int min, int max,
				      const char *names, struct ts_error *err);

/* Add a setting as if it had been a flag (`up`: "kafka.bootstrap.servers"). */
void ts_flags_set(struct ts_flags *flags, const char *key, const char *value);

/* Load the configuration that this command line asks for and apply what it says of
 * the log. */
TS_MUST_CHECK bool ts_flags_config(const struct ts_flags *flags, bool is_file_optional,
				   struct ts_config *ret_config, struct ts_error *err);

/* Append the table as help, one flag a line. */
void ts_flags_help(const struct ts_flag *flags, struct ts_buf *help);

#endif
