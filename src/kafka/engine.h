/* engine.h - the event loop between Kafka and the pool.
 *
 *   jobs, retries ─▶ window ─▶ pool ─▶ outbox ─▶ acknowledged ─▶ window ─▶ commit
 *
 * One thread waits for librdkafka's queues, finished jobs, timers and the stop signal,
 * and never for anything else.  An offset is complete when the records that end its job
 * are acknowledged; what is not complete is not committed.
 *
 * Thread: the calling thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_ENGINE_H
#define TS_ENGINE_H
#include "kafka/flow.h"
#include <librdkafka/rdkafka.h>

/* All borrowed. */
struct ts_engine_parts {
	rd_kafka_t *consumer;
	struct ts_pool *pool;
	struct ts_outbox *outbox;
	const struct ts_records *records;
	struct ts_crashes *crashes;
	struct ts_poke *poke;
	int wake_fd; /* an eventfd; the pool and librdkafka write it */
	int stop_fd; /* readable: finish and return */
};

/* Run until told to stop, then finish what runs, commit and leave the group, within
 * pool.grace_ms.  False: this process is unfit (TS_E_BROKER; TS_E_SYSTEM where drivers
 * keep too many threads, after it has finished in the same way), and should end.
 * *ret_is_closed says whether the consumer has left its group in order. */
TS_MUST_CHECK bool ts_engine_run(const struct ts_engine_parts *parts,
				 bool *ret_is_closed, struct ts_error *err);

#endif
