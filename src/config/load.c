/* load.c - file, environment and flags become one configuration; see config.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/checks.h"
#include "config/kafka_settings.h"
#include "config/secret.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATH "/etc/tablesync/tablesync.yaml"
#define STATE_DIR "{state_dir}"

void ts_config_release(struct ts_config *config)
{
	for (size_t i = 0; i < config->kafka_count; i++) {
		free(config->kafka[i].key);
		free(config->kafka[i].value);
	}
	for (size_t i = 0; i < config->datasource_count; i++)
		ts_options_release(&ts_datasource_options, &config->datasources[i]);
	ts_options_release(&ts_options, config);
	free(config->kafka);
	free(config->datasources);
	*config = (struct ts_config){0};
}

/* At most a little more than the reader takes. */
static bool read_file(FILE *file, struct ts_buf *text)
{
	char bytes[16 * 1024];
	size_t len;

	while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	       text->len <= TS_YAML_BYTES)
		ts_buf_add(text, bytes, len);
	return !ferror(file);
}

/* False: the file was not read to its end. */
static bool apply_file(const struct ts_target *target, bool is_optional,
		       struct ts_config *config)
{
	const struct ts_place whole = {.name = target->report->file};
	FILE *file = fopen(whole.name, "re");
	TS_AUTO(ts_buf) text = {0};
	struct ts_node root = {0};
	bool is_read;

	if (!file && errno == ENOENT && is_optional) {
		free(target->report->file);
		target->report->file = NULL;
		return true;
	}
	is_read = file && read_file(file, &text);
	if (!is_read)
		ts_findings_add(&target->report->findings, &whole,
				"cannot be read: %s: name the configuration with "
				"--config FILE or TS_CONFIG ('tablesync config sample' "
				"prints one)",
				strerror(errno));
	if (file)
		fclose(file);
	if (!is_read)
		return false;
	is_read = ts_yaml_read(whole.name, ts_buf_text(&text), text.len, &root,
			       &target->report->findings);
	if (is_read) /* half a file would be full of mistakes that nobody made */
		ts_apply_tree(target, &root, config);
	ts_node_release(&root);
	return is_read;
}

static void apply_flag(const struct ts_target *target, const struct ts_setting *setting)
{
	const struct ts_option *option = ts_option_find(target->options, setting->key);
	TS_AUTO(ts_buf) name = {0};
	struct ts_place place;

	if (ts_str_has_prefix(setting->key, "kafka.")) {
		ts_buf_printf(&name, "-X %s", setting->key + strlen("kafka."));
		place = (struct ts_place){.name = name.data};
		ts_kafka_give(target->report, &place, true,
			      setting->key + strlen("kafka."), setting->value);
		return;
	}
	ts_option_flag(setting->key, &name);
	place = (struct ts_place){.name = name.data};
	if (option)
		ts_apply_text(target, option, setting->value, &place);
	else
		ts_apply_unknown(target, setting->key, &place);
}

/* The files that the options name, once it is known which. */
static void read_secrets(const struct ts_target *target)
{
	for (size_t i = 0; i < target->options->count; i++) {
		const struct ts_option *option = &target->options->rows[i];
		const struct ts_given *given = &target->given[i];
		const struct ts_place place = ts_given_place(given);
		char **text = (char **)((char *)target->base + option->offset);
		struct ts_error err = {0};

		if (option->type != TS_OPTION_SECRET || !given->text || !*given->text)
			continue;
		if (!ts_secret_read(given->text, true, text, &err))
			ts_findings_add(&target->report->findings, &place, "%s: %s",
					option->key, err.text);
	}
}

static void expand_state_dir(struct ts_config *config)
{
	const char *at = config->http.storage;
	TS_AUTO(ts_buf) text = {0};

	for (const char *next; (next = strstr(at, STATE_DIR));
	     at = next + strlen(STATE_DIR)) {
		ts_buf_add(&text, at, (size_t)(next - at));
		ts_buf_puts(&text, config->state_dir);
	}
	ts_buf_puts(&text, at);
	free(config->http.storage);
	config->http.storage = ts_buf_detach(&text);
}

/* What can only be said when everybody has spoken. */
static void settle(const struct ts_target *target, bool is_whole,
		   struct ts_config *config)
{
	struct ts_report *report = target->report;
	const size_t rows = ts_datasource_options.count;

	ts_kafka_settle(report, config);
	read_secrets(target);
	expand_state_dir(config);
	for (size_t i = 0; i < config->datasource_count; i++) {
		const struct ts_target source = {
		    &ts_datasource_options, &config->datasources[i],
		    &report->datasources[i * rows], report};

		read_secrets(&source);
	}
	if (is_whole)
		ts_check_config(config, report->datasource_places, &report->findings);
}

void ts_config_read(const char *path, bool is_file_optional,
		    const struct ts_setting *settings, size_t count,
		    struct ts_config *ret_config, struct ts_report *ret_report)
{
	const char *variable = getenv("TS_CONFIG");
	const char *given = path ? path : variable && *variable ? variable : NULL;
	struct ts_config config = {0};
	struct ts_report report = {.file = ts_strdup(given ? given : DEFAULT_PATH)};
	const struct ts_target target = {
	    &ts_options, &config, ts_calloc(ts_options.count, sizeof(*report.options)),
	    &report};
	bool is_whole;

	report.options = target.given;
	ts_apply_defaults(&target);
	is_whole = apply_file(&target, is_file_optional && !given, &config);
	ts_apply_environment(&target);
	for (size_t i = 0; i < count; i++)
		apply_flag(&target, &settings[i]);
	settle(&target, is_whole, &config);
	*ret_config = config;
	*ret_report = report;
}

bool ts_config_load(const char *path, bool is_file_optional,
		    const struct ts_setting *settings, size_t count,
		    struct ts_config *ret_config, struct ts_error *err)
{
	struct ts_config config;
	struct ts_report report;
	const struct ts_findings *findings = &report.findings;
	size_t more;

	ts_config_read(path, is_file_optional, settings, count, &config, &report);
	more = findings->count + findings->dropped;
	if (more == 1)
		ts_fail(err, TS_E_CONFIG, "%s", findings->items[0].text);
	else if (more)
		ts_fail(err, TS_E_CONFIG,
			"%s (and %zu more: see tablesync config check)",
			findings->items[0].text, more - 1);
	ts_report_release(&report);
	if (more) {
		ts_config_release(&config);
		return false;
	}
	*ret_config = config;
	return true;
}

const char *ts_config_kafka(const struct ts_config *config, const char *key)
{
	for (size_t i = 0; i < config->kafka_count; i++)
		if (strcmp(config->kafka[i].key, key) == 0)
			return config->kafka[i].value;
	return NULL;
}
