/* kafka_settings.c - see kafka_settings.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kafka_settings.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/secret.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SUFFIX "_file"

const struct ts_kafka_default ts_kafka_defaults[] = {
    {"group.id", "tablesync", "the group in which the workers share the jobs"},
    {"auto.offset.reset", "earliest", "where a group that is new begins"},
    {NULL, NULL, NULL},
};

static const struct owned {
	const char *key, *why;
} owned[] = {
    {"enable.auto.commit", "an offset is committed once its job was answered"},
    {"enable.auto.offset.store", "an offset is committed once its job was answered"},
    {"isolation.level", "what was aborted is no job"},
    {"enable.idempotence", "replies are always produced idempotently"},
    {"max.in.flight.requests.per.connection", "more than one can lose a reply"},
    {"max.in.flight", "more than one can lose a reply"},
    {"delivery.report.only.error", "a delivery report is what completes a job"},
    {"group.protocol", "partitions are assigned and let go as a whole"},
    {"transactional.id", "it follows from 'delivery' and 'instance'"},
    {"group.instance.id", "it is set by 'instance'"},
    {"partition.assignment.strategy", "it follows from how partitions are let go"},
};

static bool is_file_key(const char *key)
{
	const size_t len = strlen(key), suffix = strlen(FILE_SUFFIX);

	return len > suffix && strcmp(key + len - suffix, FILE_SUFFIX) == 0;
}

/* The key of librdkafka that is meant. */
static char *base_key(const char *key)
{
	return ts_memdup(key,
			 strlen(key) - (is_file_key(key) ? strlen(FILE_SUFFIX) : 0));
}

void ts_kafka_key_of(const char *name, struct ts_buf *key)
{
	const size_t len = strlen(name), suffix = strlen(FILE_SUFFIX);
	const bool is_file = len > suffix && strcmp(name + len - suffix, "_FILE") == 0;

	for (size_t i = 0; i < (is_file ? len - suffix : len); i++)
		ts_buf_putc(
		    key, name[i] == '_' ? '.' : (char)tolower((unsigned char)name[i]));
	if (is_file)
		ts_buf_puts(key, FILE_SUFFIX);
}

static bool is_allowed(struct ts_findings *findings, const struct ts_place *place,
		       bool is_seen, const char *key, const char *base,
		       const char *value)
{
	for (size_t i = 0; i < sizeof(owned) / sizeof(*owned); i++) {
		if (strcmp(base, owned[i].key) != 0)
			continue;
		ts_findings_add(findings, place, "kafka: '%s' is not yours to set: %s",
				base, owned[i].why);
		return false;
	}
	if (is_seen && key[strlen(base)] == '\0' && ts_secret_is_key(base)) {
		ts_findings_add(findings, place,
				"kafka: '%.80s' is a secret that others could see "
				"here: put it into a file and set '%.80s_file'",
				base, base);
		return false;
	}
	if (!ts_utf8_is_valid(value, strlen(value))) {
		ts_findings_add(findings, place, "kafka: '%.80s' is not UTF-8", key);
		return false;
	}
	return true;
}

static struct ts_given_setting *find(const struct ts_report *report, const char *base)
{
	for (size_t i = 0; i < report->kafka_count; i++) {
		char *other = base_key(report->kafka[i].key);
		const bool is_same = strcmp(other, base) == 0;

		free(other);
		if (is_same)
			return &report->kafka[i];
	}
	return NULL;
}

static struct ts_given_setting *add(struct ts_report *report)
{
	struct ts_given_setting *setting;

	report->kafka =
	    ts_realloc(report->kafka, report->kafka_count + 1, sizeof(*report->kafka));
	setting = &report->kafka[report->kafka_count++];
	*setting = (struct ts_given_setting){0};
	return setting;
}

static void note(struct ts_report *report, const struct ts_place *place,
		 const char *base, const char *key, const char *value)
{
	struct ts_given_setting *setting = find(report, base);

	if (setting && place->line && setting->given.line &&
	    strcmp(setting->key, key) != 0) {
		ts_findings_add(&report->findings, place,
				"kafka: '%.80s' and '%.80s' are the same: leave one "
				"out",
				key, setting->key);
		return;
	}
	if (!setting)
		setting = add(report);
	free(setting->key);
	setting->key = ts_strdup(key);
	ts_given_set(&setting->given, place, value);
}

void ts_kafka_give(struct ts_report *report, const struct ts_place *place, bool is_seen,
		   const char *key, const char *value)
{
	char *base = base_key(key);

	if (is_allowed(&report->findings, place, is_seen, key, base, value))
		note(report, place, base, key, value);
	free(base);
}

/* The text that librdkafka gets; NULL where a file cannot be read. */
static char *final_value(struct ts_report *report,
			 const struct ts_given_setting *setting, const char *base)
{
	const struct ts_place place = ts_given_place(&setting->given);
	struct ts_error err = {0};
	char *text = NULL;

	if (!is_file_key(setting->key))
		return ts_strdup(setting->given.text);
	if (!ts_secret_read(setting->given.text, ts_secret_is_key(base), &text, &err))
		ts_findings_add(&report->findings, &place, "kafka: %s: %s",
				setting->key, err.text);
	return text;
}

void ts_kafka_settle(struct ts_report *report, struct ts_config *config)
{
	const struct ts_place by_default = {.name = TS_DEFAULT};

	for (const struct ts_kafka_default *row = ts_kafka_defaults; row->key; row++)
		if (!find(report, row->key))
			note(report, &by_default, row->key, row->key, row->value);

	config->kafka = ts_calloc(report->kafka_count, sizeof(*config->kafka));
	for (size_t i = 0; i < report->kafka_count; i++) {
		char *base = base_key(report->kafka[i].key);
		char *value = final_value(report, &report->kafka[i], base);

		if (value)
			config->kafka[config->kafka_count++] =
			    (struct ts_setting){base, value};
		else
			free(base);
	}
}
