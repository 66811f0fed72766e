/* command.h - the commands of the program, one file each, and how they end.
 *
 * The frame (command.c) finds the command, prints its help and turns its end into an
 * exit code; what a command shares with the others is in flags.h.  A new command is a
 * file, a line below and a row of the table in command.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_COMMAND_H
#define TS_COMMAND_H
#include "base/error.h"

/* Exit codes, design.md section 2. */
enum ts_exit {
	TS_EXIT_OK = 0,
	TS_EXIT_FAILED = 1,
	TS_EXIT_USAGE = 2,     /* usage or configuration */
	TS_EXIT_JOB_ERROR = 3, /* the job's answer is an error */
	TS_EXIT_DENIED = 4,
	TS_EXIT_TIMED_OUT = 5,
	TS_EXIT_UNREACHABLE = 6,
};

struct ts_flag;

struct ts_command {
	const char *name, *summary;
	const char *help; /* examples first; the frame adds the flags */
	/* argv[0] is the command's name. */
	enum ts_exit (*run)(const struct ts_command *command, int argc, char **argv);
	const struct ts_flag *flags; /* its own (flags.h), NULL for none */
};

extern const struct ts_command ts_command_worker, ts_command_serve, ts_command_up,
    ts_command_publish, ts_command_dlq, ts_command_token, ts_command_config;

/* Run the command that argv[1] names. */
enum ts_exit ts_command_main(int argc, char **argv);

/* Print the error to stderr ("tablesync: …") and give the exit code that belongs to it.
 */
enum ts_exit ts_command_fail(const struct ts_error *err);

#endif
