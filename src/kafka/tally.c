/* tally.c - see tally.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/tally.h"
#include "base/log.h"
#include <stddef.h>

static const char *const names[] = {
#define X(id, name, help) [id] = (name),
    TS_TALLIES(X)
#undef X
};

void ts_tally_add(struct ts_tally *tally, enum ts_tally_id which, int64_t n)
{
	tally->values[which] += n;
}

void ts_tally_log(const struct ts_tally *tally)
{
	struct ts_field fields[TS_TALLY_COUNT + 1] = {0};
	size_t count = 0;

	for (size_t i = 0; i < TS_TALLY_COUNT; i++)
		if (tally->values[i])
			fields[count++] = TS_INT(names[i], tally->values[i]);
	ts_log_event(TS_LOG_INFO, "worker.counted", fields);
}
