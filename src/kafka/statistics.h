/* statistics.h - what librdkafka tells of itself, by statistics.interval.ms.
 *
 * Plain data; zero-initialised is empty. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STATISTICS_H
#define TS_STATISTICS_H
#include "base/exposition.h"
#include <stdbool.h>
#include <stddef.h>

enum { TS_STATISTICS_BROKERS = 32 }; /* of more, only these are told */

struct ts_broker_statistics {
	int64_t id;
	int64_t requests; /* that ended since the statistics before */
	int64_t rtt_avg_us, rtt_p99_us;
};

/* Of one client of ours. */
struct ts_statistics {
	bool is_known;
	int64_t sent_bytes, received_bytes;
	int64_t queued; /* records that wait to be sent, or for their acknowledgement */
	int64_t fetched; /* records that wait to be read */
	struct ts_broker_statistics brokers[TS_STATISTICS_BROKERS];
	size_t count;
};

enum ts_client_role { TS_CLIENT_CONSUMER, TS_CLIENT_PRODUCER, TS_CLIENT_ROLES };

/* Read librdkafka's JSON.  What the newest does not tell of a broker, because nothing
 * was asked of it, is what was told before: in `statistics`.  False where it is none
 * that is known here. */
bool ts_statistics_take(struct ts_statistics statistics[TS_CLIENT_ROLES],
			const char *json, size_t len, enum ts_client_role *ret_role);

/* Append those of all clients, by their role, as metrics. */
void ts_statistics_print(const struct ts_statistics statistics[TS_CLIENT_ROLES],
			 struct ts_buf *text);
extern const struct ts_metrics ts_statistics_metrics;

#endif
