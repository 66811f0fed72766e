/* trial.c - see trial.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/trial.h"
#include "base/mem.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct ts_trial {
	rd_kafka_t *handle; /* the mock cluster needs one to live in */
	rd_kafka_mock_cluster_t *cluster;
};

bool ts_trial_start(struct ts_trial **ret_trial, struct ts_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	struct ts_trial *trial;
	char reason[256];
	rd_kafka_t *handle;

	/* It would complain that it knows no broker. */
	rd_kafka_conf_set_log_cb(conf, NULL);
	handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
	if (!handle) {
		rd_kafka_conf_destroy(conf);
		return ts_fail(err, TS_E_BROKER, "starting the trial broker: %s",
			       reason);
	}
	trial = ts_calloc(1, sizeof(*trial));
	trial->handle = handle;
	trial->cluster = rd_kafka_mock_cluster_new(handle, 1);
	if (!trial->cluster) {
		ts_trial_stop(trial);
		return ts_fail(err, TS_E_BROKER, "starting the trial broker failed");
	}
	*ret_trial = trial;
	return true;
}

const char *ts_trial_address(const struct ts_trial *trial)
{
	return rd_kafka_mock_cluster_bootstraps(trial->cluster);
}

bool ts_trial_create_topics(struct ts_trial *trial, const struct ts_topics *topics,
			    struct ts_error *err)
{
	for (size_t i = 0; i < topics->count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(
		    trial->cluster, topics->items[i].name, topics->jobs_partitions, 1);

		if (code)
			return ts_fail(err, TS_E_BROKER, "creating topic '%s': %s",
				       topics->items[i].name, rd_kafka_err2str(code));
	}
	return true;
}

void ts_trial_stop(struct ts_trial *trial)
{
	if (trial->cluster)
		rd_kafka_mock_cluster_destroy(trial->cluster);
	rd_kafka_destroy(trial->handle);
	free(trial);
}
