/* history.h - a topic from its newest records on, and for ever.
 *
 * At start the newest `count` records of all partitions together are read back (by the
 * offsets between them: fewer where there are transactions), then whatever comes, also
 * in partitions that are added later.  Only what is committed is read; there is no
 * consumer group, nothing is stored.  Where Kafka is away it is waited for.
 *
 * Thread: it has one of its own, on which the sink is called; start and stop from one
 * thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_HISTORY_H
#define TS_HISTORY_H
#include "config/config.h"
#include "contract/message.h"
#include <librdkafka/rdkafka.h>

struct ts_history;

struct ts_history_sink {
	/* Each record from this time on will come; the last word counts.  Not called
	 * where nothing was left out. */
	void (*on_since)(void *opaque, int64_t unix_ms);
	/* In the order of its partition; borrowed. */
	void (*on_record)(void *opaque, const struct ts_message *record);
	/* What there was at start has come. */
	void (*on_complete)(void *opaque);
	void *opaque;
};

/* Starts without waiting for Kafka.  Borrows `config` and `topic`.  TS_E_CONFIG for a
 * setting of librdkafka. */
TS_MUST_CHECK bool ts_history_start(const struct ts_config *config, const char *topic,
				    int64_t count, const struct ts_history_sink *sink,
				    struct ts_history **ret_history,
				    struct ts_error *err);
/* The sink is not called any more once it returns; within a second or two.  NULL is
 * fine. */
void ts_history_stop(struct ts_history *history);

#endif
