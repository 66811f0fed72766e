/* scan.h - a topic of our own, read from its beginning to the end that it had then.
 *
 * Outside any consumer group: nothing is stored, nobody is disturbed.  Only what is
 * committed is read.  One partition is read after the other, so that no more than a few
 * megabytes are held whatever their number; records may be missing between two offsets
 * (retention, compaction, transactions).
 *
 * Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SCAN_H
#define TS_SCAN_H
#include "config/config.h"
#include "contract/message.h"

/* What is in one partition: the offsets from `from` to before `to`. */
struct ts_extent {
	int64_t from, to;
};

/* Zero-initialised is empty. */
struct ts_extents {
	struct ts_extent *items; /* owned; indexed by partition */
	size_t count;            /* 0: there is no such topic */
};

void ts_extents_release(struct ts_extents *extents);
/* How many offsets are in there. */
int64_t ts_extents_total(const struct ts_extents *extents);

struct ts_scan;

TS_MUST_CHECK bool ts_scan_open(const struct ts_config *config,
				struct ts_scan **ret_scan, struct ts_error *err);
void ts_scan_free(struct ts_scan *scan);

/* What is committed of the topic now.  TS_E_BROKER, TS_E_NOT_ALLOWED. */
TS_MUST_CHECK bool ts_scan_measure(struct ts_scan *scan, const char *topic,
				   struct ts_extents *ret_extents,
				   struct ts_error *err);
/* The same with what is in transactions that are open still: to read it means to wait
 * for their ends. */
TS_MUST_CHECK bool ts_scan_measure_open(struct ts_scan *scan, const char *topic,
					struct ts_extents *ret_extents,
					struct ts_error *err);

/* Begin to read it, in place of what was read before.  Borrows `extents`. */
void ts_scan_begin(struct ts_scan *scan, const char *topic,
		   const struct ts_extents *extents);

/* The next record, borrowed until the next call; NULL at the end.  TS_E_BROKER when
 * nothing comes for a while, TS_E_NOT_ALLOWED. */
TS_MUST_CHECK bool ts_scan_next(struct ts_scan *scan,
				const struct ts_message **ret_record,
				struct ts_error *err);

#endif
