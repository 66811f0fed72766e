/* config.h - what the operator decided, read once at start.
 *
 * Every scalar is a row of the options table (options.c): the file's key, the variable
 * TS_*, the flag, its help, the README and the sample configuration come from that row.
 * A flag overrides the environment, that overrides the file, that overrides the
 * default.
 *
 * Plain data.  Thread: written at start, then read by any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CONFIG_H
#define TS_CONFIG_H
#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_strings {
	char **items; /* owned, as are the texts */
	size_t count;
};

enum { TS_DELAYS_MAX = 8 };

struct ts_delays {
	int64_t *ms;  /* owned */
	size_t count; /* at most TS_DELAYS_MAX */
};

/* One `key: value` of the section `kafka`, for librdkafka as it is. */
struct ts_setting {
	char *key, *value;
};

struct ts_datasource {
	int32_t id;
	char *name;
	char *connection;      /* ODBC; may hold {catalog} */
	char *default_catalog; /* for one-part names; NULL: what the connection has */
	struct ts_strings catalogs;
	char *password;  /* the text of password_file; NULL without; never printed */
	char *init;      /* SQL for each new connection, NULL for none */
	char *dialect;   /* NULL: by SQL_DBMS_NAME */
	int concurrency; /* connections at once, at least 1 */
	int64_t timeout_ms;
	struct ts_strings exclude_schemas; /* patterns, design.md 4.4 */
};

struct ts_config {
	struct ts_setting *kafka;
	size_t kafka_count;
	struct {
		char *jobs, *replies;
		struct ts_strings reply_allow;
		struct ts_delays retry_delays;  /* one retry topic each, ascending */
		struct ts_strings dead_letters; /* names of errors */
		bool create;
		int partitions;
	} topics;
	char *delivery; /* "at-least-once" or "exactly-once" */
	char *instance; /* "" for a dynamic member */
	char *state_dir;
	struct {
		int workers, queued, batch;
		int64_t drain_ms, grace_ms;
	} pool;
	struct ts_datasource *datasources;
	size_t datasource_count;
	struct {
		char *driver, *url;
		char *token; /* the text of token_file, NULL without */
		int64_t timeout_ms;
	} catalog;
	struct {
		char *listen, *storage;
		char *storage_password; /* the text of its file, NULL without */
		bool remote;            /* may listen beyond this host, without TLS? */
		char *public_url;       /* without a slash at its end; "" for none */
		int threads, connections;
		int64_t wait_ms;
	} http;
	struct {
		char *listen; /* "" for none */
	} metrics;
	char *log_level, *log_format;
	bool simulation; /* may a data source or the catalog only pretend? */
};

void ts_config_release(struct ts_config *config);

/* Fill `ret_config` from the file, the environment and the flags (`settings`:
 * "pool.workers", "8"; those of `kafka` as "kafka.bootstrap.servers").  `path` NULL:
 * TS_CONFIG, else /etc/tablesync/tablesync.yaml; where `is_file_optional`, it is no
 * error that the last of these is not there.  Fails with TS_E_CONFIG: file, line, what
 * is wrong and what may have been meant. */
TS_MUST_CHECK bool ts_config_load(const char *path, bool is_file_optional,
				  const struct ts_setting *settings, size_t count,
				  struct ts_config *ret_config, struct ts_error *err);

/* The value of a setting of `kafka`, NULL where it is not set. */
const char *ts_config_kafka(const struct ts_config *config, const char *key);

#endif
