/* conf.c - see conf.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/conf.h"
#include "base/log.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

struct row {
	const char *key, *value;
};

/* Where the user's section says nothing else. */
static const struct row consumer_defaults[] = {
    /* bounds what librdkafka holds; fewer kilobytes make it fetch once a second only */
    {"queued.max.messages.kbytes", "4096"},
    {NULL, NULL},
};
static const struct row producer_defaults[] = {
    {"linger.ms", "0"},
    /* how long a record waits for a topic that does not exist; then the default one */
    {"topic.metadata.propagation.max.ms", "5000"},
    /* Java's: the same key gets the same partition from every client */
    {"partitioner", "murmur2_random"},
    {NULL, NULL},
};
/* What the engine relies on; the configuration refuses these keys in the section. */
static const struct row consumer_owned[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    /* eager: incremental assignment has bugs until 2.10.1, and groups must not mix */
    {"partition.assignment.strategy", "range"},
    {NULL, NULL},
};
static const struct row producer_owned[] = {
    {"enable.idempotence", "true"},
    {"delivery.report.only.error", "false"},
    /* With more, librdkafka 2.0.2 can report a record as delivered that is not there: a
     * partition without a leader refuses the first batch and takes the second, and the
     * first, sent again, is taken for a duplicate. */
    {"max.in.flight.requests.per.connection", "1"},
    {NULL, NULL},
};

static void log_line(const rd_kafka_t *rk, int level, const char *facility,
		     const char *text)
{
	/* One section serves consumer and producer, so each gets the other's settings.
	 */
	bool is_noise = strcmp(facility, "CONFWARN") == 0;
	enum ts_log_level as = is_noise || level > 5 ? TS_LOG_DEBUG
			       : level > 3           ? TS_LOG_INFO
						     : TS_LOG_WARN;

	ts_log(as, "kafka.log", TS_STR("client", rk ? rd_kafka_name(rk) : ""),
	       TS_STR("facility", facility), TS_STR("text", text));
}

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value,
		struct ts_error *err)
{
	char reason[512];

	switch (rd_kafka_conf_set(conf, key, value, reason, sizeof(reason))) {
	case RD_KAFKA_CONF_OK:
		return true;
	case RD_KAFKA_CONF_UNKNOWN:
		return ts_fail(err, TS_E_CONFIG,
			       "kafka: librdkafka %s has no property '%s'",
			       rd_kafka_version_str(), key);
	case RD_KAFKA_CONF_INVALID:
		break;
	}
	/* librdkafka's own sentence may repeat the value, which may be a secret. */
	return ts_fail(err, TS_E_CONFIG,
		       "kafka: librdkafka %s refuses the value of '%s'",
		       rd_kafka_version_str(), key);
}

static bool set_rows(rd_kafka_conf_t *conf, const struct row *rows,
		     struct ts_error *err)
{
	for (; rows->key; rows++)
		if (!set(conf, rows->key, rows->value, err))
			return false;
	return true;
}

/* Defaults, then the user's section, then what is ours. */
static bool fill(rd_kafka_conf_t *conf, const struct ts_config *config,
		 const struct row *defaults, const struct row *owned,
		 struct ts_error *err)
{
	rd_kafka_conf_set_log_cb(conf, log_line);
	if (!set(conf, "client.id", "tablesync", err) || !set_rows(conf, defaults, err))
		return false;
	for (size_t i = 0; i < config->kafka_count; i++)
		if (!set(conf, config->kafka[i].key, config->kafka[i].value, err))
			return false;
	return set_rows(conf, owned, err);
}

static bool fill_consumer(rd_kafka_conf_t *conf, const struct ts_config *config,
			  struct ts_error *err)
{
	bool is_static = config->instance && *config->instance;

	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE |
					   RD_KAFKA_EVENT_OFFSET_COMMIT |
					   RD_KAFKA_EVENT_ERROR);
	/* A static member's restart disturbs nobody, so it may take its time; a dynamic
	 * one that died stops the whole group until its session has timed out. */
	if (!is_static && !set(conf, "session.timeout.ms", "10000", err))
		return false;
	if (!fill(conf, config, consumer_defaults, consumer_owned, err))
		return false;
	return !is_static || set(conf, "group.instance.id", config->instance, err);
}

static bool fill_producer(rd_kafka_conf_t *conf, const struct ts_config *config,
			  struct ts_error *err)
{
	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
	return fill(conf, config, producer_defaults, producer_owned, err);
}

static bool create(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **ret_handle,
		   struct ts_error *err)
{
	char reason[512];
	rd_kafka_t *handle = rd_kafka_new(type, conf, reason, sizeof(reason));

	if (!handle) {
		rd_kafka_conf_destroy(conf);
		return ts_fail(err, TS_E_CONFIG, "kafka: %s", reason);
	}
	*ret_handle = handle;
	return true;
}

bool ts_kafka_consumer_new(const struct ts_config *config, rd_kafka_t **ret_consumer,
			   struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	if (!fill_consumer(conf, config, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	return create(RD_KAFKA_CONSUMER, conf, ret_consumer, err);
}

bool ts_kafka_producer_new(const struct ts_config *config, rd_kafka_t **ret_producer,
			   struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	if (!fill_producer(conf, config, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	return create(RD_KAFKA_PRODUCER, conf, ret_producer, err);
}

bool ts_kafka_check(const struct ts_config *config, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool ok = fill_consumer(conf, config, err) &&
		  set_rows(conf, producer_defaults, err) &&
		  set_rows(conf, producer_owned, err);

	rd_kafka_conf_destroy(conf);
	return ok;
}

size_t ts_kafka_record_bytes(rd_kafka_t *producer)
{
	char text[32];
	size_t size = sizeof(text);
	int64_t bytes;

	if (rd_kafka_conf_get(rd_kafka_conf(producer), "message.max.bytes", text,
			      &size) != RD_KAFKA_CONF_OK ||
	    !ts_int64_parse(text, 1000, INT32_MAX, &bytes))
		return 1000000;
	return (size_t)bytes;
}
