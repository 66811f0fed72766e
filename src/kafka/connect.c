/* connect.c - see connect.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/connect.h"
#include "base/mem.h"
#include "kafka/client_open.h"
#include <stdlib.h>

bool ts_connect(const struct ts_config *config, const struct tablesync_options *options,
		struct tablesync_client **ret_client, struct ts_error *err)
{
	struct tablesync_setting *kafka =
	    ts_calloc(config->kafka_count, sizeof(*kafka));
	struct tablesync_options all = *options;
	bool ok;

	for (size_t i = 0; i < config->kafka_count; i++)
		kafka[i] = (struct tablesync_setting){config->kafka[i].key,
						      config->kafka[i].value};
	all.kafka = kafka;
	all.kafka_count = config->kafka_count;
	all.jobs_topic = config->topics.jobs;
	all.replies_topic = config->topics.replies;
	ok = ts_client_open(&all, ret_client, err);
	free(kafka);
	return ok;
}
