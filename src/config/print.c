/* print.c - a configuration with its origins, for people and programs; see report.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "config/options.h"
#include "config/report.h"
#include "config/secret.h"
#include <string.h>
#include <strings.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/"

enum { ORIGIN_COLUMN = 48 };

static void put_origin(const struct ts_given *given, struct ts_buf *text)
{
	ts_buf_puts(text, given->place);
	if (given->line)
		ts_buf_printf(text, ":%d", given->line);
}

static json_t *text_value(const struct ts_option *option, const char *text)
{
	TS_AUTO(ts_buf) masked = {0};

	if (!text)
		return json_null();
	if (!option->is_connection)
		return json_string(text);
	ts_secret_mask(text, &masked);
	return json_string(ts_buf_text(&masked));
}

static json_t *list_value(const struct ts_strings *strings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(list, json_string(strings->items[i]));
	return list;
}

static json_t *delays_value(const struct ts_delays *delays)
{
	json_t *list = json_array();

	for (size_t i = 0; i < delays->count; i++) {
		TS_AUTO(ts_buf) text = {0};

		ts_option_print_duration(delays->ms[i], &text);
		json_array_append_new(list, json_string(ts_buf_text(&text)));
	}
	return list;
}

/* What is in force, of its own type; of a secret only the path. */
static json_t *value_of(const struct ts_option *option, const void *base,
			const struct ts_given *given)
{
	const char *member = (const char *)base + option->offset;

	switch (option->type) {
	case TS_OPTION_TEXT:
	case TS_OPTION_WORD:
		return text_value(option, *(char *const *)(const void *)member);
	case TS_OPTION_DELAYS:
		return delays_value((const void *)member);
	case TS_OPTION_STRINGS:
	case TS_OPTION_ERRORS:
		return list_value((const void *)member);
	case TS_OPTION_INT:
		return json_integer(*(const int *)(const void *)member);
	case TS_OPTION_BOOL:
		return json_boolean(*(const bool *)(const void *)member);
	case TS_OPTION_DURATION:
	case TS_OPTION_SECRET:
		break;
	}
	return given->text ? json_string(given->text) : json_null();
}

/* Of a setting of `kafka`; never a secret. */
static const char *shown(const struct ts_given_setting *setting)
{
	if (ts_glob_matches("*_file", setting->key, false) ||
	    !ts_secret_is_key(setting->key))
		return setting->given.text;
	return TS_SECRET_MASK;
}

static void put_scalar(const json_t *value, struct ts_buf *text)
{
	const char *plain = json_string_value(value);

	if (plain && *plain && strspn(plain, PLAIN "-") == strlen(plain) &&
	    strspn(plain, PLAIN) > 0 && strcasecmp(plain, "null") != 0)
		ts_buf_puts(text, plain);
	else
		ts_json_print(value, text);
}

static void put_value(const json_t *value, struct ts_buf *text)
{
	if (!json_is_array(value)) {
		put_scalar(value, text);
		return;
	}
	ts_buf_putc(text, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		ts_buf_puts(text, i ? ", " : "");
		put_scalar(json_array_get(value, i), text);
	}
	ts_buf_putc(text, ']');
}

/* "  key: value      # origin"; takes the value. */
static void put_line(const char *indent, const char *key, TS_TAKES json_t *value,
		     const struct ts_given *given, struct ts_buf *text)
{
	TS_AUTO(ts_buf) line = {0};

	if (json_is_null(value)) {
		ts_buf_printf(text, "%s# %s is not set\n", indent, key);
		return;
	}
	ts_buf_printf(&line, "%s%s: ", indent, key);
	put_value(value, &line);
	ts_buf_printf(text, "%-*s # ", ORIGIN_COLUMN, line.data);
	put_origin(given, text);
	ts_buf_putc(text, '\n');
	json_decref(value);
}

static void put_options(const struct ts_config *config, const struct ts_report *report,
			struct ts_buf *text)
{
	const char *section = "";
	size_t section_len = 0;

	for (size_t i = 0; i < ts_options.count; i++) {
		const struct ts_option *option = &ts_options.rows[i];
		const char *dot = strchr(option->key, '.');
		const size_t len = dot ? (size_t)(dot - option->key) : 0;

		if (len &&
		    (len != section_len || strncmp(section, option->key, len) != 0))
			ts_buf_printf(text, "%.*s:\n", (int)len, option->key);
		section = option->key;
		section_len = len;
		put_line(dot ? "  " : "", dot ? dot + 1 : option->key,
			 value_of(option, config, &report->options[i]),
			 &report->options[i], text);
	}
}

static void put_datasources(const struct ts_config *config,
			    const struct ts_report *report, struct ts_buf *text)
{
	const size_t rows = ts_datasource_options.count;

	ts_buf_puts(text,
		    config->datasource_count ? "datasources:\n" : "datasources: []\n");
	for (size_t i = 0; i < config->datasource_count; i++) {
		for (size_t row = 0; row < rows; row++) {
			const struct ts_option *option =
			    &ts_datasource_options.rows[row];
			const struct ts_given *given =
			    &report->datasources[i * rows + row];

			put_line(row ? "    " : "  - ", option->key,
				 value_of(option, &config->datasources[i], given),
				 given, text);
		}
	}
}

void ts_config_print(const struct ts_config *config, const struct ts_report *report,
		     struct ts_buf *text)
{
	ts_buf_puts(text, "kafka:\n");
	for (size_t i = 0; i < report->kafka_count; i++)
		put_line("  ", report->kafka[i].key,
			 json_string(shown(&report->kafka[i])), &report->kafka[i].given,
			 text);
	put_options(config, report, text);
	put_datasources(config, report, text);
}

static json_t *entry(const char *key, TS_TAKES json_t *value,
		     const struct ts_given *given)
{
	TS_AUTO(ts_buf) origin = {0};

	put_origin(given, &origin);
	return json_pack("{s:s, s:o, s:s}", "key", key, "value", value, "origin",
			 ts_buf_text(&origin));
}

static json_t *entries(const struct ts_options *options, const void *base,
		       const struct ts_given *given)
{
	json_t *list = json_array();

	for (size_t i = 0; i < options->count; i++)
		json_array_append_new(
		    list,
		    entry(options->rows[i].key,
			  value_of(&options->rows[i], base, &given[i]), &given[i]));
	return list;
}

json_t *ts_config_json(const struct ts_config *config, const struct ts_report *report)
{
	json_t *datasources = json_array(), *kafka = json_array();

	for (size_t i = 0; i < config->datasource_count; i++)
		json_array_append_new(
		    datasources,
		    entries(&ts_datasource_options, &config->datasources[i],
			    &report->datasources[i * ts_datasource_options.count]));
	for (size_t i = 0; i < report->kafka_count; i++)
		json_array_append_new(kafka,
				      entry(report->kafka[i].key,
					    json_string(shown(&report->kafka[i])),
					    &report->kafka[i].given));
	return json_pack("{s:s?, s:o, s:o, s:o}", "file", report->file, "kafka", kafka,
			 "options", entries(&ts_options, config, report->options),
			 "datasources", datasources);
}
