/* poke.h - make librdkafka fetch at once.
 *
 * A broker's thread that found a partition's queue full looks at it again when it next
 * wakes up: up to a second later, however soon the queue is empty (librdkafka 2.0.2).
 * Any request that is handed to it wakes it; one is, whose answer nobody reads.
 *
 * Zero-initialised pokes nobody.  Thread: the engine's only, but ts_poke_open, which
 * waits for the broker: before the loop begins. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POKE_H
#define TS_POKE_H
#include "base/error.h"
#include <librdkafka/rdkafka.h>
#include <stdint.h>

enum { TS_POKE_BROKERS = 32 }; /* of more, the others' partitions may be slower */

struct ts_poke {
	rd_kafka_t *consumer; /* borrowed */
	rd_kafka_queue_t *answers;
	int32_t brokers[TS_POKE_BROKERS];
	size_t count;
	int64_t next_ms; /* no sooner than this */
};

/* Learn which brokers there are.  TS_E_BROKER. */
TS_MUST_CHECK bool ts_poke_open(struct ts_poke *poke, rd_kafka_t *consumer,
				int64_t deadline_ms, struct ts_error *err);
void ts_poke_close(struct ts_poke *poke);

/* A queue ran empty that was not: there may be more to fetch. */
void ts_poke_all(struct ts_poke *poke, int64_t now_ms);

#endif
