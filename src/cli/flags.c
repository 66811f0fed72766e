/* flags.c - see flags.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/findings.h"
#include "config/options.h"
#include "config/secret.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 22 };

/* Where the reader stands, and where it puts what it reads. */
struct reader {
	const struct ts_command *command;
	int argc, at; /* `at` is the argument that is being read */
	char **argv;
	void *own;
	struct ts_flags *flags;
};

/* One `--name` or `--name=value`. */
struct word {
	const char *name;  /* with the dashes */
	const char *value; /* behind the '=', or NULL */
};

void ts_flags_release(struct ts_flags *flags)
{
	for (size_t i = 0; i < flags->setting_count; i++) {
		free(flags->settings[i].key);
		free(flags->settings[i].value);
	}
	free(flags->settings);
	free(flags->args);
	*flags = (struct ts_flags){0};
}

void ts_flags_set(struct ts_flags *flags, const char *key, const char *value)
{
	flags->settings = ts_realloc(flags->settings, flags->setting_count + 1,
				     sizeof(*flags->settings));
	flags->settings[flags->setting_count++] =
	    (struct ts_setting){ts_strdup(key), ts_strdup(value)};
}

/* The value behind '=' or in the next argument. */
static bool take_value(struct reader *reader, const struct word *word,
		       const char **ret_value, struct ts_error *err)
{
	if (word->value) {
		*ret_value = word->value;
		return true;
	}
	if (reader->at + 1 >= reader->argc)
		return ts_fail(err, TS_E_USAGE, "%s needs a value", word->name);
	*ret_value = reader->argv[++reader->at];
	return true;
}

static bool refuse_value(const struct word *word, struct ts_error *err)
{
	return word->value ? ts_fail(err, TS_E_USAGE, "%s takes no value", word->name)
			   : true;
}

static bool add_to_list(struct ts_flag_list *list, const struct word *word,
			const char *value, struct ts_error *err)
{
	if (list->count == TS_FLAG_LIST_MAX)
		return ts_fail(err, TS_E_USAGE, "%s: at most %d are taken", word->name,
			       TS_FLAG_LIST_MAX);
	list->items[list->count++] = value;
	return true;
}

static bool read_own(struct reader *reader, const struct ts_flag *flag,
		     const struct word *word, struct ts_error *err)
{
	void *field = (char *)reader->own + flag->offset;
	const char *value;

	if (flag->type == TS_FLAG_BOOL) {
		if (!refuse_value(word, err))
			return false;
		*(bool *)field = true;
		return true;
	}
	if (!take_value(reader, word, &value, err))
		return false;
	if (flag->type == TS_FLAG_LIST)
		return add_to_list(field, word, value, err);
	if (flag->type == TS_FLAG_TEXT)
		*(const char **)field = value;
	else if (!ts_int64_parse(value, flag->min, flag->max, field))
		return ts_fail(err, TS_E_USAGE,
			       "%s: '%.40s' is not a whole number from %" PRId64
			       " to %" PRId64,
			       word->name, value, flag->min, flag->max);
	return true;
}

static bool read_option(struct reader *reader, const struct ts_option *option,
			const struct word *word, struct ts_error *err)
{
	const char *value = word->value ? word->value : "true";

	if (option->type != TS_OPTION_BOOL && !take_value(reader, word, &value, err))
		return false;
	ts_flags_set(reader->flags, option->key, value);
	return true;
}

/* KEY=VALUE of librdkafka, as kcat takes it. */
static bool read_kafka(struct reader *reader, const char *setting, struct ts_error *err)
{
	const size_t len = strcspn(setting, "=");
	TS_AUTO(ts_buf) key = {0};

	if (!len || !setting[len])
		return ts_fail(err, TS_E_USAGE, "-X: '%.40s' is not KEY=VALUE",
			       ts_secret_is_key(setting) ? TS_SECRET_MASK : setting);
	ts_buf_puts(&key, "kafka.");
	ts_buf_add(&key, setting, len);
	ts_flags_set(reader->flags, key.data, setting + len + 1);
	return true;
}

static const struct ts_option *find_option(const char *name)
{
	for (size_t i = 0; i < ts_options.count; i++) {
		TS_AUTO(ts_buf) flag = {0};

		ts_option_flag(ts_options.rows[i].key, &flag);
		if (strcmp(flag.data, name) == 0)
			return &ts_options.rows[i];
	}
	return NULL;
}

static const struct ts_flag *find_own(const struct ts_flag *flags, const char *name)
{
	for (; flags && flags->name; flags++)
		if (strcmp(flags->name, name) == 0)
			return flags;
	return NULL;
}

static bool refuse_unknown(const struct reader *reader, const char *name,
			   struct ts_error *err)
{
	static const char *const common[] = {"config", "json", "help"};
	struct ts_guess guess = {.wanted = name + strspn(name, "-")};
	TS_AUTO(ts_buf) near = {0};

	for (const struct ts_flag *flag = reader->command->flags; flag && flag->name;
	     flag++)
		ts_guess_offer(&guess, flag->name);
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		ts_guess_offer(&guess, common[i]);
	if (guess.best)
		ts_buf_printf(&near, "--%s", guess.best);
	for (size_t i = 0; i < ts_options.count; i++) {
		const char *best = guess.best;
		TS_AUTO(ts_buf) flag = {0};

		ts_option_flag(ts_options.rows[i].key, &flag);
		ts_guess_offer(&guess, flag.data + strlen("--"));
		if (guess.best == best)
			continue;
		ts_buf_clear(&near);
		ts_buf_puts(&near, flag.data);
		guess.best = near.data; /* the flag's own text ends here */
	}
	if (near.len)
		return ts_fail(err, TS_E_USAGE,
			       "%s: unknown flag '%.40s': did you mean '%s'?",
			       reader->command->name, name, near.data);
	return ts_fail(err, TS_E_USAGE,
		       "%s: unknown flag '%.40s': see tablesync help %s",
		       reader->command->name, name, reader->command->name);
}

static bool read_word(struct reader *reader, const struct word *word,
		      struct ts_error *err)
{
	const char *name = word->name + strlen("--");
	const struct ts_flag *own = find_own(reader->command->flags, name);
	const struct ts_option *option = find_option(word->name);

	if (own)
		return read_own(reader, own, word, err);
	if (option)
		return read_option(reader, option, word, err);
	if (strcmp(name, "config") == 0)
		return take_value(reader, word, &reader->flags->config, err);
	if (strcmp(name, "json") == 0) {
		reader->flags->wants_json = true;
		return refuse_value(word, err);
	}
	return refuse_unknown(reader, word->name, err);
}

/* `-X KEY=VALUE` or `-XKEY=VALUE` */
static bool read_short_x(struct reader *reader, const char *text, struct ts_error *err)
{
	const struct word word = {"-X", text[2] ? text + 2 : NULL};
	const char *setting = NULL;

	return take_value(reader, &word, &setting, err) &&
	       read_kafka(reader, setting, err);
}

/* An argument that begins with a dash and is more than a dash. */
static bool read_flag(struct reader *reader, struct ts_error *err)
{
	const char *text = reader->argv[reader->at];
	const size_t len = strcspn(text, "=");
	TS_AUTO(ts_buf) name = {0};
	struct word word;

	if (text[1] == 'X')
		return read_short_x(reader, text, err);
	if (text[1] != '-')
		return refuse_unknown(reader, text, err);
	ts_buf_add(&name, text, len);
	word = (struct word){name.data, text[len] ? text + len + 1 : NULL};
	return read_word(reader, &word, err);
}

bool ts_flags_read(const struct ts_command *command, int argc, char **argv,
		   void *ret_own, struct ts_flags *ret_flags, struct ts_error *err)
{
	struct ts_flags flags = {.args = ts_calloc((size_t)argc, sizeof(*flags.args))};
	struct reader reader = {command, argc, 1, argv, ret_own, &flags};
	bool is_over = false; /* `--` was there */

	for (; reader.at < argc; reader.at++) {
		char *arg = argv[reader.at];

		if (!is_over && strcmp(arg, "--") == 0) {
			is_over = true;
		} else if (is_over || arg[0] != '-' || !arg[1]) {
			flags.args[flags.arg_count++] = arg;
		} else if (!read_flag(&reader, err)) {
			ts_flags_release(&flags);
			return false;
		}
	}
	*ret_flags = flags;
	return true;
}

bool ts_flags_want_args(const struct ts_flags *flags, int min, int max,
			const char *names, struct ts_error *err)
{
	if (flags->arg_count >= min && flags->arg_count <= max)
		return true;
	if (flags->arg_count > max)
		return ts_fail(err, TS_E_USAGE, "unexpected argument '%.80s'",
			       flags->args[max]);
	return ts_fail(err, TS_E_USAGE, "arguments are missing: %s", names);
}

bool ts_flags_config(const struct ts_flags *flags, bool is_file_optional,
		     struct ts_config *ret_config, struct ts_error *err)
{
	struct ts_config config = {0};
	enum ts_log_format format = TS_LOG_LOGFMT;
	enum ts_log_level level = TS_LOG_INFO;

	if (!ts_config_load(flags->config, is_file_optional, flags->settings,
			    flags->setting_count, &config, err))
		return false;
	if (ts_log_format_parse(config.log_format, &format))
		ts_log_set_format(format);
	if (ts_log_level_parse(config.log_level, &level))
		ts_log_set_level(level);
	*ret_config = config;
	return true;
}

void ts_flags_help(const struct ts_flag *flags, struct ts_buf *help)
{
	for (; flags && flags->name; flags++) {
		TS_AUTO(ts_buf) flag = {0};

		ts_buf_printf(&flag, "--%s%s%s", flags->name, flags->value ? " " : "",
			      flags->value ? flags->value : "");
		ts_buf_printf(help, "  %-*s %s\n", HELP_COLUMN, flag.data, flags->text);
	}
}
