/* farewell.h - letting go of a librdkafka handle without waiting for ever.
 *
 * Its end waits for its threads, and these may be in the resolver for a long time.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_FAREWELL_H
#define TS_FAREWELL_H
#include "base/attr.h"
#include <librdkafka/rdkafka.h>

/* Destroy the handle; after `timeout_ms` it is left to do so alone.  Topics and queues
 * of it are destroyed before.  NULL is fine. */
void ts_farewell(TS_TAKES rd_kafka_t *handle, int timeout_ms);

#endif
