/* config.c - `tablesync config`: is the configuration right, and what is in force? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "catalog/catalog.h"
#include "cli/flags.h"
#include "config/manual.h"
#include "config/report.h"
#include "kafka/conf.h"
#include "source/source.h"
#include <stdio.h>
#include <string.h>

/* One of `config check`, `config print`, …; gives the exit code. */
struct action {
	const char *name;
	enum ts_exit (*run)(const struct ts_flags *flags);
};

static size_t finding_count(const struct ts_findings *findings)
{
	return findings->count + findings->dropped;
}

static void put_findings(const struct ts_findings *findings, FILE *file)
{
	for (size_t i = 0; i < findings->count; i++)
		fprintf(file, "%s\n", findings->items[i].text);
	if (findings->dropped)
		fprintf(file, "… and %zu more\n", findings->dropped);
}

static void put_json(TS_TAKES json_t *value)
{
	TS_AUTO(ts_buf) text = {0};

	ts_json_print(value, &text);
	puts(text.data);
	json_decref(value);
}

static void put_findings_json(const struct ts_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++)
		json_array_append_new(list, json_string(findings->items[i].text));
	put_json(json_pack("{s:b, s:o}", "ok", finding_count(findings) == 0, "findings",
			   list));
}

/* What only the layers know that use it: librdkafka, the dialects, the catalogs. */
static void ask_layers(const struct ts_config *config, struct ts_findings *findings)
{
	struct ts_sources *sources = NULL;
	struct ts_catalog *catalog = NULL;
	struct ts_error err = {0};

	if (!ts_kafka_check(config, &err))
		ts_findings_add(findings, NULL, "%s", err.text);
	if (!ts_sources_new(config, &sources, &err))
		ts_findings_add(findings, NULL, "%s", err.text);
	if (!ts_catalog_new(config, &catalog, &err))
		ts_findings_add(findings, NULL, "%s", err.text);
	ts_sources_free(sources);
	ts_catalog_free(catalog);
}

static enum ts_exit check(const struct ts_flags *flags)
{
	struct ts_config config;
	struct ts_report report;
	bool is_right;

	ts_config_read(flags->config, false, flags->settings, flags->setting_count,
		       &config, &report);
	if (finding_count(&report.findings) == 0)
		ask_layers(&config, &report.findings);
	is_right = finding_count(&report.findings) == 0;
	if (flags->wants_json)
		put_findings_json(&report.findings);
	else if (is_right)
		puts("ok");
	else
		put_findings(&report.findings, stdout);
	ts_report_release(&report);
	ts_config_release(&config);
	return is_right ? TS_EXIT_OK : TS_EXIT_USAGE;
}

static enum ts_exit print(const struct ts_flags *flags)
{
	TS_AUTO(ts_buf) text = {0};
	struct ts_config config;
	struct ts_report report;
	bool is_right;

	ts_config_read(flags->config, true, flags->settings, flags->setting_count,
		       &config, &report);
	is_right = finding_count(&report.findings) == 0;
	if (!is_right) {
		put_findings(&report.findings, stderr);
	} else if (flags->wants_json) {
		put_json(ts_config_json(&config, &report));
	} else {
		ts_config_print(&config, &report, &text);
		fputs(text.data, stdout);
	}
	ts_report_release(&report);
	ts_config_release(&config);
	return is_right ? TS_EXIT_OK : TS_EXIT_USAGE;
}

static enum ts_exit sample(const struct ts_flags *flags)
{
	TS_AUTO(ts_buf) text = {0};

	(void)flags;
	ts_options_sample(&text);
	fputs(text.data, stdout);
	return TS_EXIT_OK;
}

static const struct action actions[] = {
    {"check", check}, {"print", print}, {"sample", sample}};

static enum ts_exit run(const struct ts_command *command, int argc, char **argv)
{
	TS_AUTO(ts_flags) flags = {0};
	struct ts_error err = {0};

	if (!ts_flags_read(command, argc, argv, NULL, &flags, &err) ||
	    !ts_flags_want_args(&flags, 1, 1, "check, print or sample", &err))
		return ts_command_fail(&err);
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].name, flags.args[0]) == 0)
			return actions[i].run(&flags);
	ts_fail(&err, TS_E_USAGE, "config: '%.40s' is none of check, print, sample",
		flags.args[0]);
	return ts_command_fail(&err);
}

const struct ts_command ts_command_config = {
    .name = "config",
    .summary = "is the configuration right, and what is in force?",
    .help =
	"  tablesync config check                 what is wrong, a line each; or ok\n"
	"  tablesync config check --config FILE   the same of another file\n"
	"  tablesync config print                 every value and where it is from\n"
	"  tablesync config print --pool-workers 8 --json\n"
	"  tablesync config sample >tablesync.yaml\n",
    .run = run,
};
