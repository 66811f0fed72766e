/* manual.c - see manual.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/manual.h"
#include "base/error.h"
#include "config/kafka_settings.h"
#include "config/options.h"
#include <string.h>

enum { HELP_COLUMN = 34 };

/* The section of an option that stands at `i`; its length, 0 for none. */
static size_t section_len(size_t i)
{
	const char *key = ts_options.rows[i].key;

	return strchr(key, '.') ? strcspn(key, ".") : 0;
}

static bool begins_section(size_t i)
{
	const size_t len = section_len(i);

	return len && (i == 0 || strncmp(ts_options.rows[i - 1].key,
					 ts_options.rows[i].key, len + 1) != 0);
}

static const char *leaf(const struct ts_option *option)
{
	const char *dot = strchr(option->key, '.');

	return dot ? dot + 1 : option->key;
}

/* As it would stand in the file. */
static const char *written(const char *value)
{
	return *value ? value : "\"\"";
}

static bool has_words(const struct ts_option *option)
{
	return option->type == TS_OPTION_WORD || option->type == TS_OPTION_BOOL;
}

static void put_flag(const struct ts_option *option, struct ts_buf *text)
{
	ts_option_flag(option->key, text);
	if (option->type == TS_OPTION_BOOL)
		ts_buf_puts(text, "[=false]");
	else
		ts_buf_printf(text, " %s", has_words(option) ? "WORD" : option->unit);
}

void ts_options_help(struct ts_buf *text)
{
	ts_buf_puts(text,
		    "`pool.workers` in the file is --pool-workers on the command line "
		    "and\nTS_POOL__WORKERS in the environment; flags come before the "
		    "environment,\nthat before the file. A list has commas between. "
		    "Data sources stand in the\nfile only.\n\n");
	for (size_t i = 0; i < ts_options.count; i++) {
		const struct ts_option *option = &ts_options.rows[i];
		TS_AUTO(ts_buf) flag = {0};

		put_flag(option, &flag);
		ts_buf_printf(text, "  %-*s %s", HELP_COLUMN, flag.data, option->text);
		if (has_words(option))
			ts_buf_printf(text, ": %s", option->unit);
		ts_buf_putc(text, '\n');
		if (option->standard && *option->standard)
			ts_buf_printf(text, "  %-*s default: %s\n", HELP_COLUMN, "",
				      option->standard);
	}
}

static void put_kafka_sample(struct ts_buf *text)
{
	ts_buf_puts(
	    text, "# Handed to librdkafka as it is.  A secret stands in a file of its\n"
		  "# own: sasl.password_file is the path of the file that holds\n"
		  "# sasl.password.\nkafka:\n"
		  "  bootstrap.servers: localhost:9092\n");
	for (const struct ts_kafka_default *row = ts_kafka_defaults; row->key; row++)
		ts_buf_printf(text, "  # %s\n  #%s: %s\n", row->text, row->key,
			      row->value);
}

/* What may be left out is commented out. */
static void put_sample(const struct ts_option *option, const char *indent,
		       struct ts_buf *text)
{
	const char *value = option->sample ? option->sample : option->standard;
	const char *shown = *indent ? leaf(option) : option->key;

	ts_buf_printf(text, "%s# %s", indent, option->text);
	if (has_words(option))
		ts_buf_printf(text, ": %s", option->unit);
	ts_buf_printf(text, "\n%s%s%s: %s\n", indent, option->is_required ? "" : "#",
		      shown, written(value));
}

void ts_options_sample(struct ts_buf *text)
{
	ts_buf_puts(text, "# tablesync.yaml - every option with its default or, where "
			  "it has none, an example.\n"
			  "# SPDX-License-Identifier: Apache-2.0\n"
			  "# Made by `tablesync config sample`; checked by `tablesync "
			  "config check --config FILE`.\n\n");
	put_kafka_sample(text);
	for (size_t i = 0; i < ts_options.count; i++) {
		if (begins_section(i))
			ts_buf_printf(text, "\n%.*s:\n", (int)section_len(i),
				      ts_options.rows[i].key);
		else if (!section_len(i))
			ts_buf_putc(text, '\n');
		put_sample(&ts_options.rows[i], section_len(i) ? "  " : "", text);
	}
	ts_buf_puts(text, "\n# What jobs can be about.\ndatasources:\n  -\n");
	for (size_t i = 0; i < ts_datasource_options.count; i++)
		put_sample(&ts_datasource_options.rows[i], "    ", text);
}

/* A cell of a table must not hold the bar that ends it. */
static void put_cell(const char *value, struct ts_buf *text)
{
	for (; *value; value++) {
		if (*value == '|')
			ts_buf_putc(text, '\\');
		ts_buf_putc(text, *value);
	}
}

static void put_row(const struct ts_option *option, struct ts_buf *text)
{
	ts_buf_printf(text, "| `%s` | ", option->key);
	if (option->standard)
		ts_buf_printf(text, "`%s` | ", written(option->standard));
	else
		ts_buf_puts(text, option->is_required ? "required | " : "| ");
	put_cell(option->text, text);
	if (has_words(option)) {
		ts_buf_puts(text, ": ");
		put_cell(option->unit, text);
	}
	ts_buf_puts(text, " |\n");
}

void ts_options_markdown(struct ts_buf *text)
{
	ts_buf_puts(
	    text, "`pool.workers` is the key `workers` in the section `pool` of the "
		  "file, `TS_POOL__WORKERS` in the\nenvironment and `--pool-workers` "
		  "on the command line. Flags come before the environment, that "
		  "before\nthe file. In a variable or a flag, a list has commas "
		  "between. Durations: `200ms`, `30s`, `5m`, `1h`.\n\n"
		  "| option | default | what it decides |\n|---|---|---|\n"
		  "| `kafka.*` | | handed to librdkafka as it is; "
		  "`kafka.KEY_file` names a file that holds the value of KEY, so that "
		  "a secret need not stand here |\n");
	for (const struct ts_kafka_default *row = ts_kafka_defaults; row->key; row++)
		ts_buf_printf(text, "| `kafka.%s` | `%s` | %s |\n", row->key,
			      row->value, row->text);
	for (size_t i = 0; i < ts_options.count; i++)
		put_row(&ts_options.rows[i], text);
	ts_buf_puts(text, "\nThe members of one entry of the list `datasources`, which "
			  "only the file can hold:\n\n"
			  "| member | default | what it decides |\n|---|---|---|\n");
	for (size_t i = 0; i < ts_datasource_options.count; i++)
		put_row(&ts_datasource_options.rows[i], text);
}

static const char *class_name(enum ts_class class)
{
	switch (class) {
	case TS_RETRY:
		return "retry";
	case TS_REJECT:
		return "reject";
	case TS_STOP:
		return "stop";
	}
	return "";
}

void ts_errors_markdown(struct ts_buf *text)
{
	ts_buf_puts(text, "| name | code | class | the message begins with |\n"
			  "|---|---|---|---|\n");
	for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++) {
		if (!ts_code_status(code)) /* never leaves the program */
			continue;
		ts_buf_printf(text, "| `%s` | %d | %s | %s |\n", ts_code_name(code),
			      ts_code_status(code), class_name(ts_code_class(code)),
			      ts_code_sentence(code));
	}
}
