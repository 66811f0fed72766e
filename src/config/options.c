/* options.c - see options.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"
#include "base/mem.h"
#include "base/str.h"
#include "config/checks.h"
#include "config/config.h"
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SECONDS(n) (INT64_C(1000) * (n))
#define MINUTES(n) (SECONDS(60) * (n))
#define HOURS(n) (MINUTES(60) * (n))

#define AT(member) .offset = offsetof(struct ts_config, member)
static const struct ts_option options[] = {
    {.key = "topics.jobs",
     .type = TS_OPTION_TEXT,
     AT(topics.jobs),
     .standard = "tablesync.jobs",
     .unit = "TOPIC",
     .check = ts_check_topic,
     .text = "where jobs are published"},
    {.key = "topics.replies",
     .type = TS_OPTION_TEXT,
     AT(topics.replies),
     .standard = "tablesync.replies",
     .unit = "TOPIC",
     .check = ts_check_topic,
     .text = "where replies go that are not asked for elsewhere"},
    {.key = "topics.reply_allow",
     .type = TS_OPTION_STRINGS,
     AT(topics.reply_allow),
     .unit = "TOPICS",
     .sample = "[billing.replies]",
     .check = ts_check_topic,
     .text = "other topics that a job may name for its reply"},
    {.key = "topics.retry_delays",
     .type = TS_OPTION_DELAYS,
     AT(topics.retry_delays),
     .min = SECONDS(1),
     .max = HOURS(24),
     .standard = "[10s, 5m]",
     .unit = "DURATIONS",
     .text = "how long a job that failed waits for each further attempt"},
    {.key = "topics.dead_letters",
     .type = TS_OPTION_ERRORS,
     AT(topics.dead_letters),
     .standard = "[bad_message, source_denied, source_login_denied, "
		 "source_unreachable, source_timeout, source_busy, "
		 "catalog_unreachable, worker_crash]",
     .unit = "ERRORS",
     .text = "errors whose jobs are kept as dead letters"},
    {.key = "topics.create",
     .type = TS_OPTION_BOOL,
     AT(topics.create),
     .standard = "true",
     .unit = "true|false",
     .text = "create the topics that are missing"},
    {.key = "topics.partitions",
     .type = TS_OPTION_INT,
     AT(topics.partitions),
     .min = 1,
     .max = 10000,
     .standard = "12",
     .unit = "N",
     .text = "partitions of a jobs topic that is created"},
    {.key = "delivery",
     .type = TS_OPTION_WORD,
     AT(delivery),
     .standard = "at-least-once",
     .unit = "at-least-once|exactly-once",
     .text = "how often a job is answered when a worker dies half-way"},
    {.key = "instance",
     .type = TS_OPTION_TEXT,
     AT(instance),
     .standard = "",
     .unit = "NAME",
     .sample = "worker-1",
     .check = ts_check_instance,
     .text = "a name that this process keeps over restarts; empty: none"},
    {.key = "state_dir",
     .type = TS_OPTION_TEXT,
     AT(state_dir),
     .standard = "/var/lib/tablesync",
     .unit = "FOLDER",
     .check = ts_check_not_empty,
     .text = "where the program keeps its own files"},
    {.key = "pool.workers",
     .type = TS_OPTION_INT,
     AT(pool.workers),
     .min = 1,
     .max = 1024,
     .standard = "16",
     .unit = "N",
     .text = "threads that run jobs"},
    {.key = "pool.queued",
     .type = TS_OPTION_INT,
     AT(pool.queued),
     .min = 1,
     .max = 1000000,
     .standard = "4096",
     .unit = "N",
     .text = "jobs in the process at once, at most"},
    {.key = "pool.batch",
     .type = TS_OPTION_INT,
     AT(pool.batch),
     .min = 1,
     .max = 256,
     .standard = "16",
     .unit = "N",
     .text = "tables that one thread takes at once when many wait"},
    {.key = "pool.drain",
     .type = TS_OPTION_DURATION,
     AT(pool.drain_ms),
     .max = MINUTES(5),
     .standard = "2s",
     .unit = "DURATION",
     .text = "time to finish what runs when a partition is taken away"},
    {.key = "pool.grace",
     .type = TS_OPTION_DURATION,
     AT(pool.grace_ms),
     .max = MINUTES(60),
     .standard = "25s",
     .unit = "DURATION",
     .text = "time to finish what runs after SIGTERM"},
    {.key = "catalog.driver",
     .type = TS_OPTION_WORD,
     AT(catalog.driver),
     .standard = "tablesync",
     .unit = "tablesync|simulated",
     .text = "the kind of catalog"},
    {.key = "catalog.url",
     .type = TS_OPTION_TEXT,
     AT(catalog.url),
     .standard = "http://127.0.0.1:8080",
     .unit = "URL",
     .check = ts_check_url,
     .text = "where the catalog is"},
    {.key = "catalog.token_file",
     .type = TS_OPTION_SECRET,
     AT(catalog.token),
     .unit = "FILE",
     .sample = "/run/secrets/catalog",
     .text = "a file that holds the token for the catalog"},
    {.key = "catalog.timeout",
     .type = TS_OPTION_DURATION,
     AT(catalog.timeout_ms),
     .min = 100,
     .max = MINUTES(10),
     .standard = "10s",
     .unit = "DURATION",
     .text = "how long one exchange with the catalog may take"},
    {.key = "http.listen",
     .type = TS_OPTION_TEXT,
     AT(http.listen),
     .standard = "127.0.0.1:8080",
     .unit = "HOST:PORT",
     .check = ts_check_listen,
     .text = "where serve answers, on this host only; port 0: any that is free"},
    {.key = "http.storage",
     .type = TS_OPTION_TEXT,
     AT(http.storage),
     .standard = "Driver=SQLite3;Database={state_dir}/catalog.db",
     .unit = "CONNECTION",
     .is_connection = true,
     .check = ts_check_line,
     .text = "the reference catalog's database, an ODBC connection string"},
    {.key = "http.threads",
     .type = TS_OPTION_INT,
     AT(http.threads),
     .min = 2,
     .max = 256,
     .standard = "4",
     .unit = "N",
     .text = "threads that answer HTTP"},
    {.key = "log.level",
     .type = TS_OPTION_WORD,
     AT(log_level),
     .standard = "info",
     .unit = "error|warn|info|debug",
     .text = "the least important events that are logged"},
    {.key = "simulation",
     .type = TS_OPTION_BOOL,
     AT(simulation),
     .standard = "false",
     .unit = "true|false",
     .text = "allow data sources and a catalog that only pretend, for benchmarks"},
};
#undef AT

#define AT(member) .offset = offsetof(struct ts_datasource, member)
static const struct ts_option datasource_options[] = {
    {.key = "id",
     .type = TS_OPTION_INT,
     AT(id),
     .max = INT32_MAX,
     .unit = "N",
     .is_required = true,
     .sample = "8",
     .text = "the datasource_id of a job"},
    {.key = "name",
     .type = TS_OPTION_TEXT,
     AT(name),
     .unit = "NAME",
     .is_required = true,
     .sample = "warehouse",
     .check = ts_check_line,
     .text = "what people call it"},
    {.key = "connection",
     .type = TS_OPTION_TEXT,
     AT(connection),
     .unit = "CONNECTION",
     .is_required = true,
     .is_connection = true,
     .sample = "DSN=warehouse;UID=svc",
     .check = ts_check_line,
     .text = "an ODBC connection string; {catalog} stands for the job's catalog"},
    {.key = "default_catalog",
     .type = TS_OPTION_TEXT,
     AT(default_catalog),
     .unit = "NAME",
     .sample = "main",
     .check = ts_check_catalog_name,
     .text = "the catalog of a schema that names none"},
    {.key = "catalogs",
     .type = TS_OPTION_STRINGS,
     AT(catalogs),
     .unit = "NAMES",
     .sample = "[main, archive]",
     .check = ts_check_catalog_name,
     .text = "catalogs that jobs may name (default: all that the connection sees)"},
    {.key = "password_file",
     .type = TS_OPTION_SECRET,
     AT(password),
     .unit = "FILE",
     .sample = "/run/secrets/warehouse",
     .text = "a file that holds the password"},
    {.key = "init",
     .type = TS_OPTION_TEXT,
     AT(init),
     .unit = "SQL",
     .sample = "\"SET lock_timeout = '2s'\"",
     .text = "SQL that is run on each new connection"},
    {.key = "dialect",
     .type = TS_OPTION_TEXT,
     AT(dialect),
     .unit = "NAME",
     .sample = "postgresql",
     .text = "how its catalog is read (default: as its driver says)"},
    {.key = "concurrency",
     .type = TS_OPTION_INT,
     AT(concurrency),
     .min = 1,
     .max = 1000,
     .standard = "8",
     .unit = "N",
     .text = "connections at once, at most"},
    {.key = "timeout",
     .type = TS_OPTION_DURATION,
     AT(timeout_ms),
     .min = 100,
     .max = MINUTES(60),
     .standard = "30s",
     .unit = "DURATION",
     .text = "how long a read may take"},
    {.key = "exclude_schemas",
     .type = TS_OPTION_STRINGS,
     AT(exclude_schemas),
     .unit = "PATTERNS",
     .sample = "[sys, \"tmp_*\"]",
     .check = ts_check_line,
     .text = "schemas that no job may name; with a dot: catalog and schema"},
};
#undef AT

const struct ts_options ts_options = {options, COUNT(options)};
const struct ts_options ts_datasource_options = {datasource_options,
						 COUNT(datasource_options)};

bool ts_option_is_list(const struct ts_option *option)
{
	return option->type == TS_OPTION_STRINGS || option->type == TS_OPTION_ERRORS ||
	       option->type == TS_OPTION_DELAYS;
}

const struct ts_option *ts_option_find(const struct ts_options *from, const char *key)
{
	for (size_t i = 0; i < from->count; i++)
		if (strcmp(from->rows[i].key, key) == 0)
			return &from->rows[i];
	return NULL;
}

bool ts_option_is_section(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (strncmp(options[i].key, name, len) == 0 &&
		    options[i].key[len] == '.')
			return true;
	return false;
}

void ts_option_variable(const char *key, struct ts_buf *name)
{
	ts_buf_puts(name, "TS_");
	for (; *key; key++) {
		if (*key == '.')
			ts_buf_puts(name, "__");
		else
			ts_buf_putc(name, (char)toupper((unsigned char)*key));
	}
}

void ts_option_flag(const char *key, struct ts_buf *name)
{
	ts_buf_puts(name, "--");
	for (; *key; key++)
		ts_buf_putc(name, *key == '.' || *key == '_' ? '-' : *key);
}
