/* statistics.c - see statistics.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/statistics.h"
#include "base/json.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const roles[TS_CLIENT_ROLES] = {"consumer", "producer"};

enum { SENT, RECEIVED, QUEUED, FETCHED, RTT_AVG, RTT_P99, METRICS };

static const struct ts_metric metrics[METRICS] = {
    [SENT] = {"kafka_sent_bytes_total",
	      TS_METRIC_COUNTER,
	      {"client"},
	      "bytes sent to brokers"},
    [RECEIVED] = {"kafka_received_bytes_total",
		  TS_METRIC_COUNTER,
		  {"client"},
		  "bytes received from brokers"},
    [QUEUED] = {"kafka_records_queued",
		TS_METRIC_GAUGE,
		{"client"},
		"records that wait to be sent or acknowledged"},
    [FETCHED] = {"kafka_records_fetched",
		 TS_METRIC_GAUGE,
		 {"client"},
		 "records that were fetched and wait to be read"},
    [RTT_AVG] = {"kafka_broker_rtt_avg_seconds",
		 TS_METRIC_GAUGE,
		 {"client", "broker"},
		 "mean time of requests to a broker, lately"},
    [RTT_P99] = {"kafka_broker_rtt_p99_seconds",
		 TS_METRIC_GAUGE,
		 {"client", "broker"},
		 "time within which 99 of 100 requests to a broker ended, lately"},
};

const struct ts_metrics ts_statistics_metrics = {metrics, METRICS};

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static int64_t sum_fetched(json_t *topics)
{
	const char *key;
	json_t *topic, *partition;
	int64_t sum = 0;

	json_object_foreach(topics, key, topic)
	{
		json_t *partitions = json_object_get(topic, "partitions");

		json_object_foreach(partitions, key, partition) sum +=
		    number(partition, "fetchq_cnt");
	}
	return sum;
}

static const struct ts_broker_statistics *find(const struct ts_statistics *statistics,
					       int64_t id)
{
	for (size_t i = 0; i < statistics->count; i++)
		if (statistics->brokers[i].id == id)
			return &statistics->brokers[i];
	return NULL;
}

static void take_broker(const json_t *broker, const struct ts_statistics *before,
			struct ts_broker_statistics *ret_broker)
{
	const json_t *rtt = json_object_get(broker, "rtt");
	const struct ts_broker_statistics *last;

	*ret_broker = (struct ts_broker_statistics){
	    .id = number(broker, "nodeid"),
	    .requests = number(rtt, "cnt"),
	    .rtt_avg_us = number(rtt, "avg"),
	    .rtt_p99_us = number(rtt, "p99"),
	};
	last = ret_broker->requests ? NULL : find(before, ret_broker->id);
	if (last)
		*ret_broker = *last;
}

/* For librdkafka a coordinator is one more broker, with the same number; and so is an
 * address at which nobody was found yet, without one. */
static void take_brokers(json_t *brokers, const struct ts_statistics *before,
			 struct ts_statistics *statistics)
{
	const char *key;
	json_t *broker;

	json_object_foreach(brokers, key, broker)
	{
		const char *source = ts_json_text(broker, "source");

		if (source && strcmp(source, "logical") != 0 &&
		    number(broker, "nodeid") >= 0 &&
		    statistics->count < TS_STATISTICS_BROKERS)
			take_broker(broker, before,
				    &statistics->brokers[statistics->count++]);
	}
}

bool ts_statistics_take(struct ts_statistics statistics[TS_CLIENT_ROLES],
			const char *json, size_t len, enum ts_client_role *ret_role)
{
	struct ts_statistics taken = {.is_known = true};
	struct ts_error err;
	const char *type;
	size_t role = 0;
	json_t *root;

	if (!ts_json_parse(json, len, len, &root, &err))
		return false;
	type = ts_json_text(root, "type");
	while (role < TS_CLIENT_ROLES && (!type || strcmp(roles[role], type) != 0))
		role++;
	if (role < TS_CLIENT_ROLES) {
		taken.sent_bytes = number(root, "tx_bytes");
		taken.received_bytes = number(root, "rx_bytes");
		taken.queued = number(root, "msg_cnt");
		taken.fetched = sum_fetched(json_object_get(root, "topics"));
		take_brokers(json_object_get(root, "brokers"), &statistics[role],
			     &taken);
		statistics[role] = taken;
		*ret_role = (enum ts_client_role)role;
	}
	json_decref(root);
	return role < TS_CLIENT_ROLES;
}

static void print_clients(const struct ts_statistics statistics[TS_CLIENT_ROLES],
			  struct ts_buf *text)
{
	for (size_t at = SENT; at <= FETCHED; at++) {
		ts_metric_begin(text, &metrics[at]);
		for (size_t role = 0; role < TS_CLIENT_ROLES; role++) {
			const struct ts_statistics *one = &statistics[role];
			const int64_t numbers[] = {
			    [SENT] = one->sent_bytes,
			    [RECEIVED] = one->received_bytes,
			    [QUEUED] = one->queued,
			    [FETCHED] = one->fetched,
			};

			if (one->is_known)
				ts_metric_put(text, &metrics[at], &roles[role],
					      (double)numbers[at]);
		}
	}
}

static void print_brokers(const struct ts_statistics statistics[TS_CLIENT_ROLES],
			  struct ts_buf *text)
{
	char id[24];

	for (size_t at = RTT_AVG; at <= RTT_P99; at++) {
		ts_metric_begin(text, &metrics[at]);
		for (size_t role = 0; role < TS_CLIENT_ROLES; role++)
			for (size_t i = 0; i < statistics[role].count; i++) {
				const struct ts_broker_statistics *broker =
				    &statistics[role].brokers[i];
				const char *values[] = {roles[role], id};
				int64_t us = at == RTT_AVG ? broker->rtt_avg_us
							   : broker->rtt_p99_us;

				snprintf(id, sizeof(id), "%" PRId64, broker->id);
				ts_metric_put(text, &metrics[at], values,
					      (double)us / 1000000);
			}
	}
}

void ts_statistics_print(const struct ts_statistics statistics[TS_CLIENT_ROLES],
			 struct ts_buf *text)
{
	print_clients(statistics, text);
	print_brokers(statistics, text);
}
