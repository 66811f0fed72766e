/* history_start.h - from where on each partition is read back.
 *
 * Part of history.c.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_HISTORY_START_H
#define TS_HISTORY_START_H
#include "base/error.h"
#include <librdkafka/rdkafka.h>
#include <stdint.h>

struct ts_history_part {
	int64_t from, to; /* what there is: `to` is behind the last */
	int64_t start;    /* where it is read from, at least `from` */
	/* Is something before `start` that is as new as what is read elsewhere, or that
	 * was there once?  Then its first record tells since when all is known. */
	bool is_cut;

	/* While it is read. */
	int64_t next;
	bool is_started, is_read; /* up to `to` */
};

/* Fill `from` and `to`, and `start` so that about `count` records are read: those since
 * one moment, *ret_since_ms, INT64_MIN where all are read.  TS_E_BROKER, within
 * `timeout_ms`. */
TS_MUST_CHECK bool ts_history_find_start(rd_kafka_t *handle, const char *topic,
					 struct ts_history_part *parts,
					 size_t part_count, int64_t count,
					 int timeout_ms, int64_t *ret_since_ms,
					 struct ts_error *err);

#endif
