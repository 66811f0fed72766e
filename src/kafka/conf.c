/* conf.c - see conf.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/conf.h"
#include "base/log.h"
#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *key, *value;
};

/* Where the user's section says nothing else. */
static const struct row common_defaults[] = {
    {"client.id", "tablesync"},
    /* a broker that comes back after some time is found soon; 10 s by itself */
    {"reconnect.backoff.max.ms", "2000"},
    {NULL, NULL},
};
static const struct row consumer_defaults[] = {
    /* Bound what librdkafka holds of each partition; a short job takes several times
     * its bytes.  That it then fetches once a second only is what poke.h is for. */
    {"queued.max.messages.kbytes", "128"},
    {"fetch.message.max.bytes", "65536"}, /* a longer record comes alone */
    /* A commit that was on its way when the broker died can stay in a queue for so
     * long, 60 s by itself, and until then librdkafka does not join the group again. */
    {"socket.timeout.ms", "15000"},
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
/* On top of the producer's. */
static const struct row transactional_defaults[] = {
    /* after a kill -9 others wait as long for the offsets of what was open */
    {"transaction.timeout.ms", "10000"},
    /* the broker ends a transaction a little after it has said so, and the next is told
     * to come back: after 100 ms there are 10 transactions a second, else 70 */
    {"retry.backoff.ms", "1"},
    /* all of a transaction waits for it */
    {"topic.metadata.propagation.max.ms", "2000"},
    {NULL, NULL},
};
/* Where somebody may look at them. */
static const struct row statistics[] = {
    {"statistics.interval.ms", "5000"},
    {NULL, NULL},
};
static const struct row reader_defaults[] = {
    /* the end of a partition is known when a fetch comes back with nothing */
    {"fetch.wait.max.ms", "10"},
    {"log_level", "2"}, /* a command says itself what went wrong */
    {NULL, NULL},
};
static const struct row follower_defaults[] = {
    {"fetch.wait.max.ms", "200"},
    {"fetch.min.bytes", "65536"},
    {"log_level", "2"}, /* it says itself that it waits */
    {NULL, NULL},
};
/* What the engine relies on; the configuration refuses these keys in the section. */
static const struct row consumer_owned[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    /* what was aborted is no job: `dlq replay` publishes in transactions */
    {"isolation.level", "read_committed"},
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
/* What scan.c and history.c rely on. */
static const struct row reader_owned[] = {
    {"group.id", ""}, /* in no group, so that nothing is asked of its coordinator */
    {"enable.auto.commit", "false"},
    {"enable.partition.eof", "true"},
    /* a worker may want to hold less: a reader that does so fetches once a second */
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "4096"},
    {"auto.offset.reset", "earliest"}, /* what was to be read was cut meanwhile */
    {"allow.auto.create.topics", "false"},
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

static bool wants_statistics(const struct ts_config *config)
{
	return config->metrics.listen && *config->metrics.listen;
}

/* Defaults, then the user's section, then what is ours. */
static bool fill(rd_kafka_conf_t *conf, const struct ts_config *config,
		 const struct row *defaults, const struct row *owned,
		 struct ts_error *err)
{
	rd_kafka_conf_set_log_cb(conf, log_line);
	if (!set_rows(conf, common_defaults, err) || !set_rows(conf, defaults, err))
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
					   RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS);
	if (wants_statistics(config) && !set_rows(conf, statistics, err))
		return false;
	/* A static member's restart disturbs nobody, so it may take its time; a dynamic
	 * one that died stops the whole group until its session has timed out. */
	if (!is_static && !set(conf, "session.timeout.ms", "10000", err))
		return false;
	if (!fill(conf, config, consumer_defaults, consumer_owned, err))
		return false;
	return !is_static || set(conf, "group.instance.id", config->instance, err);
}

static int64_t get_number(const rd_kafka_conf_t *conf, const char *key,
			  int64_t standard)
{
	char text[32];
	size_t size = sizeof(text);
	int64_t number;

	if (rd_kafka_conf_get(conf, key, text, &size) != RD_KAFKA_CONF_OK ||
	    !ts_int64_parse(text, 0, INT32_MAX, &number))
		return standard;
	return number;
}

int64_t ts_kafka_number(rd_kafka_t *handle, const char *key, int64_t standard)
{
	return get_number(rd_kafka_conf(handle), key, standard);
}

/* Where it is set to more, or to 0, which means without end. */
static bool lower(rd_kafka_conf_t *conf, const char *key, int64_t most,
		  struct ts_error *err)
{
	const int64_t number = get_number(conf, key, 0);
	char text[32];

	if (number && number <= most)
		return true;
	snprintf(text, sizeof(text), "%lld", (long long)most);
	return set(conf, key, text, err);
}

/* A batch that its topic refuses is refused with all of its records. */
static bool lower_batch(rd_kafka_conf_t *conf, size_t bytes, struct ts_error *err)
{
	return !bytes || lower(conf, "batch.size", (int64_t)bytes, err);
}

static bool fill_producer(rd_kafka_conf_t *conf, const struct ts_config *config,
			  size_t batch_bytes, struct ts_error *err)
{
	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR |
					   RD_KAFKA_EVENT_STATS);
	if (wants_statistics(config) && !set_rows(conf, statistics, err))
		return false;
	return fill(conf, config, producer_defaults, producer_owned, err) &&
	       lower_batch(conf, batch_bytes, err);
}

/* Whatever does not come must be known before the broker gives the transaction up. */
static bool lower_timeouts(rd_kafka_conf_t *conf, struct ts_error *err)
{
	int64_t timeout = get_number(conf, "transaction.timeout.ms", 10000);

	return lower(conf, "message.timeout.ms", timeout / 2, err) &&
	       lower(conf, "socket.timeout.ms", timeout / 2, err);
}

static bool fill_transactional(rd_kafka_conf_t *conf, const struct ts_config *config,
			       const struct ts_kafka_transactional *how,
			       struct ts_error *err)
{
	rd_kafka_conf_set_opaque(conf, how->opaque);
	rd_kafka_conf_set_dr_msg_cb(conf, how->report);
	rd_kafka_conf_set_stats_cb(conf, how->statistics);
	if (how->statistics && wants_statistics(config) &&
	    !set_rows(conf, statistics, err))
		return false;
	return set_rows(conf, producer_defaults, err) &&
	       fill(conf, config, transactional_defaults, producer_owned, err) &&
	       set(conf, "transactional.id", how->id, err) &&
	       lower_batch(conf, how->batch_bytes, err) && lower_timeouts(conf, err);
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

bool ts_kafka_producer_new(const struct ts_config *config, size_t batch_bytes,
			   rd_kafka_t **ret_producer, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	if (!fill_producer(conf, config, batch_bytes, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	return create(RD_KAFKA_PRODUCER, conf, ret_producer, err);
}

bool ts_kafka_transactional_new(const struct ts_config *config,
				const struct ts_kafka_transactional *how,
				rd_kafka_t **ret_producer, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	if (!fill_transactional(conf, config, how, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	return create(RD_KAFKA_PRODUCER, conf, ret_producer, err);
}

static bool open_reader(const struct ts_config *config, const struct row *defaults,
			bool sees_open, rd_kafka_t **ret_reader, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR);
	if (!fill(conf, config, defaults, reader_owned, err) ||
	    !set(conf, "isolation.level",
		 sees_open ? "read_uncommitted" : "read_committed", err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	return create(RD_KAFKA_CONSUMER, conf, ret_reader, err);
}

bool ts_kafka_reader_new(const struct ts_config *config, bool sees_open,
			 rd_kafka_t **ret_reader, struct ts_error *err)
{
	return open_reader(config, reader_defaults, sees_open, ret_reader, err);
}

bool ts_kafka_follower_new(const struct ts_config *config, rd_kafka_t **ret_reader,
			   struct ts_error *err)
{
	return open_reader(config, follower_defaults, false, ret_reader, err);
}

bool ts_kafka_check(const struct ts_config *config, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool ok = fill_consumer(conf, config, err) &&
		  set_rows(conf, producer_defaults, err) &&
		  set_rows(conf, transactional_defaults, err) &&
		  set_rows(conf, producer_owned, err);

	rd_kafka_conf_destroy(conf);
	return ok;
}

size_t ts_kafka_record_bytes(rd_kafka_t *producer)
{
	return (size_t)ts_kafka_number(producer, "message.max.bytes", 1000000);
}
