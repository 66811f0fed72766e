/* client_conf.c - see client_conf.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/client_conf.h"
#include <stdio.h>
#include <string.h>

/* Settings of a worker's group and producer: a client shares the section `kafka` of the
 * configuration with them, and has neither a group nor transactions. */
static const char *const passed_over[] = {
    "group.id",
    "group.instance.id",
    "transactional.id",
    "partition.assignment.strategy",
    "enable.idempotence",
    "enable.auto.commit",
    "enable.auto.offset.store",
};

static bool is_passed_over(const char *key)
{
	for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]); i++)
		if (strcmp(passed_over[i], key) == 0)
			return true;
	return false;
}

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value,
		struct ts_error *err)
{
	char reason[256];

	/* librdkafka's reason repeats the value, which may be a secret. */
	switch (rd_kafka_conf_set(conf, key, value, reason, sizeof(reason))) {
	case RD_KAFKA_CONF_OK:
		return true;
	case RD_KAFKA_CONF_UNKNOWN:
		return ts_fail(err, TS_E_CONFIG, "librdkafka %s has no setting '%s'",
			       rd_kafka_version_str(), key);
	case RD_KAFKA_CONF_INVALID:
		break;
	}
	return ts_fail(err, TS_E_CONFIG,
		       "the value of '%s' is none that librdkafka %s "
		       "takes",
		       key, rd_kafka_version_str());
}

static bool set_caller(rd_kafka_conf_t *conf, const struct tablesync_options *options,
		       struct ts_error *err)
{
	bool wants_log = false, has_servers = false;

	for (size_t i = 0; i < options->kafka_count; i++) {
		const struct tablesync_setting *setting = &options->kafka[i];

		wants_log |= strcmp(setting->key, "debug") == 0;
		has_servers |= strcmp(setting->key, "bootstrap.servers") == 0 ||
			       strcmp(setting->key, "metadata.broker.list") == 0;
		if (!is_passed_over(setting->key) &&
		    !set(conf, setting->key, setting->value, err))
			return false;
	}
	if (!has_servers)
		return ts_fail(err, TS_E_CONFIG, "'bootstrap.servers' is not set");
	if (!wants_log) /* a library prints nothing: its failures are values */
		rd_kafka_conf_set_log_cb(conf, NULL);
	return true;
}

static bool set_all(rd_kafka_conf_t *conf, rd_kafka_type_t type,
		    const struct tablesync_options *options, struct ts_error *err)
{
	char timeout[16];

	if (!set(conf, "client.id", "tablesync-client", err))
		return false;
	if (type == RD_KAFKA_CONSUMER) {
		rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR);
		/* A topic that was made anew begins below the offset that is known; and
		 * of a topic that is missing the caller is told. */
		/* Partitions are started one by one, and the first fetch knows of some
		 * only: a reply in another waits for that fetch to end. */
		return set(conf, "fetch.wait.max.ms", "100", err) &&
		       set_caller(conf, options, err) &&
		       set(conf, "auto.offset.reset", "earliest", err) &&
		       set(conf, "auto.commit.enable", "false", err) &&
		       set(conf, "allow.auto.create.topics", "false", err);
	}
	snprintf(timeout, sizeof(timeout), "%d", options->timeout_ms);
	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
	/* One request at a time: when a partition's first batch is refused (its leader
	 * is not ready yet) and the second is taken, the broker calls the first one,
	 * repeated, a duplicate, and librdkafka 2.0.2 then calls it delivered.  It is
	 * lost.  (Kafka 4.3.1; one of five producers on a topic made just before.) */
	return set(conf, "linger.ms", "0", err) && set_caller(conf, options, err) &&
	       set(conf, "enable.idempotence", "true", err) &&
	       set(conf, "max.in.flight.requests.per.connection", "1", err) &&
	       set(conf, "partitioner", "murmur2_random", err) &&
	       set(conf, "message.timeout.ms", timeout, err);
}

bool ts_client_handle_new(rd_kafka_type_t type, const struct tablesync_options *options,
			  rd_kafka_t **ret_handle, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *handle;
	char reason[TS_ERROR_TEXT_BYTES];

	if (!set_all(conf, type, options, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	handle = rd_kafka_new(type, conf, reason, sizeof(reason));
	if (!handle) {
		rd_kafka_conf_destroy(conf);
		return ts_fail(err, TS_E_CONFIG, "%s", reason);
	}
	*ret_handle = handle;
	return true;
}
