/* poke.c - see poke.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/poke.h"
#include "base/clock.h"
#include <limits.h>
#include <stdio.h>

enum { PAUSE_MS = 20 };

bool ts_poke_open(struct ts_poke *poke, rd_kafka_t *consumer, int64_t deadline_ms,
		  struct ts_error *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code = rd_kafka_metadata(
	    consumer, 0, NULL, &metadata, ts_remaining_ms(deadline_ms, INT_MAX));

	if (code)
		return ts_fail(err, TS_E_BROKER, "asking for the brokers: %s",
			       rd_kafka_err2str(code));
	*poke = (struct ts_poke){.consumer = consumer,
				 .answers = rd_kafka_queue_new(consumer)};
	for (int i = 0; i < metadata->broker_cnt && poke->count < TS_POKE_BROKERS; i++)
		poke->brokers[poke->count++] = metadata->brokers[i].id;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

void ts_poke_close(struct ts_poke *poke)
{
	if (poke->answers)
		rd_kafka_queue_destroy(poke->answers);
	*poke = (struct ts_poke){0};
}

static void forget_answers(struct ts_poke *poke)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(poke->answers, 0)))
		rd_kafka_event_destroy(event);
}

/* A request that this broker itself has to answer. */
static void ask(struct ts_poke *poke, int32_t broker)
{
	rd_kafka_ConfigResource_t *resource;
	char id[16];

	snprintf(id, sizeof(id), "%d", broker);
	resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, id);
	rd_kafka_DescribeConfigs(poke->consumer, &resource, 1, NULL, poke->answers);
	rd_kafka_ConfigResource_destroy(resource);
}

void ts_poke_all(struct ts_poke *poke, int64_t now_ms)
{
	if (now_ms < poke->next_ms)
		return;
	poke->next_ms = now_ms + PAUSE_MS;
	for (size_t i = 0; i < poke->count; i++)
		ask(poke, poke->brokers[i]);
	if (poke->count)
		forget_answers(poke);
}
