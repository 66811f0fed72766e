/* command.c - see command.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "base/str.h"
#include "cli/flags.h"
#include "config/manual.h"
#include "config/findings.h"
#include <stdio.h>
#include <string.h>

static const struct ts_command *const commands[] = {
    &ts_command_worker, &ts_command_serve, &ts_command_up,     &ts_command_publish,
    &ts_command_dlq,    &ts_command_token, &ts_command_config,
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(*commands), NAME_COLUMN = 10 };

static const char common_help[] =
    "  --config FILE          the configuration (else TS_CONFIG, else\n"
    "                         /etc/tablesync/tablesync.yaml)\n"
    "  -X KEY=VALUE           a setting of librdkafka, as with kcat\n"
    "  --OPTION VALUE         any option of the configuration, for example\n"
    "                         --pool-workers 8: see tablesync help options\n"
    "  --json                 data as JSON\n"
    "  -h, --help             this text\n";

static const char exit_help[] =
    "exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 the job's answer is an\n"
    "error, 4 not allowed, 5 timed out, 6 cannot reach something\n";

static void put_overview(struct ts_buf *help)
{
	ts_buf_puts(help, "tablesync - a table's metadata into the catalog, now\n\n"
			  "usage: tablesync COMMAND …\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		ts_buf_printf(help, "  %-*s %s\n", NAME_COLUMN, commands[i]->name,
			      commands[i]->summary);
	ts_buf_puts(help,
		    "\n  tablesync help COMMAND   examples and flags of a command\n"
		    "  tablesync help options   every option of the configuration\n"
		    "  tablesync --version\n\n");
	ts_buf_puts(help, exit_help);
}

static void put_command(const struct ts_command *command, struct ts_buf *help)
{
	ts_buf_printf(help, "tablesync %s - %s\n\n%s\nflags:\n", command->name,
		      command->summary, command->help);
	ts_flags_help(command->flags, help);
	ts_buf_puts(help, common_help);
	ts_buf_putc(help, '\n');
	ts_buf_puts(help, exit_help);
}

static const struct ts_command *find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static enum ts_exit fail_unknown(const char *name)
{
	struct ts_guess guess = {.wanted = name};
	struct ts_error err = {0};

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		ts_guess_offer(&guess, commands[i]->name);
	ts_fail(&err, TS_E_USAGE, "unknown command '%.40s'%s%s%s; see tablesync --help",
		name, guess.best ? ": did you mean '" : "",
		guess.best ? guess.best : "", guess.best ? "'?" : "");
	return ts_command_fail(&err);
}

/* `help` alone, `help options` or `help COMMAND`; `name` NULL for the first. */
static enum ts_exit print_help(const char *name)
{
	const struct ts_command *command = name ? find(name) : NULL;
	TS_AUTO(ts_buf) help = {0};

	if (!name)
		put_overview(&help);
	else if (command)
		put_command(command, &help);
	else if (strcmp(name, "options") == 0)
		ts_options_help(&help);
	else
		return fail_unknown(name);
	fputs(help.data, stdout);
	return TS_EXIT_OK;
}

static bool is_any(const char *text, const char *one, const char *other)
{
	return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_any(argv[i], "-h", "--help"))
			return true;
	return false;
}

static enum ts_exit run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct ts_command *command = name ? find(name) : NULL;
	TS_AUTO(ts_buf) help = {0};

	if (!name) {
		put_overview(&help);
		fputs(help.data, stderr);
		return TS_EXIT_USAGE;
	}
	if (strcmp(name, "help") == 0)
		return print_help(argc > 2 ? argv[2] : NULL);
	if (is_any(name, "-h", "--help"))
		return print_help(NULL);
	if (is_any(name, "-V", "--version")) {
		puts("tablesync " TS_VERSION);
		return TS_EXIT_OK;
	}
	if (!command)
		return fail_unknown(name);
	if (wants_help(argc - 1, argv + 1))
		return print_help(name);
	return command->run(command, argc - 1, argv + 1);
}

enum ts_exit ts_command_main(int argc, char **argv)
{
	const enum ts_exit exit = run(argc, argv);

	/* A full disk shows up here; then what was printed is not all there is. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && exit == TS_EXIT_OK) {
		fputs("tablesync: writing the output failed\n", stderr);
		return TS_EXIT_FAILED;
	}
	return exit;
}

static enum ts_exit exit_of(enum ts_code code)
{
	if (code == TS_E_USAGE || code == TS_E_CONFIG)
		return TS_EXIT_USAGE;
	if (code == TS_E_SOURCE_TIMEOUT || code == TS_E_DEADLINE_EXCEEDED ||
	    code == TS_E_WAIT_EXPIRED)
		return TS_EXIT_TIMED_OUT;
	if (code == TS_E_BROKER || code == TS_E_SOURCE_UNREACHABLE ||
	    code == TS_E_CATALOG_UNREACHABLE || code == TS_E_PUBLISH_FAILED)
		return TS_EXIT_UNREACHABLE;
	return code == TS_E_NOT_ALLOWED || ts_code_status(code) == 403 ? TS_EXIT_DENIED
								       : TS_EXIT_FAILED;
}

enum ts_exit ts_command_fail(const struct ts_error *err)
{
	char message[TS_ERROR_MESSAGE_BYTES];
	struct ts_error shown = *err;

	/* Of a command's own failure the text alone says everything. */
	ts_error_message(&shown, message, sizeof(message));
	if (!ts_code_status(err->code) && err->text[0]) {
		ts_utf8_clean(shown.text);
		fprintf(stderr, "tablesync: %s\n", shown.text);
	} else {
		fprintf(stderr, "tablesync: %s\n", message);
	}
	return exit_of(err->code);
}
