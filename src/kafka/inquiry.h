/* inquiry.h - what Kafka knows of the jobs topic: are the topics there, was this job
 * published?
 *
 * Thread: several at once, but ts_inquiry_listen one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_INQUIRY_H
#define TS_INQUIRY_H
#include "config/config.h"

struct ts_inquiry;

/* Does not wait for Kafka.  Borrows `config`.  TS_E_CONFIG for a setting of librdkafka.
 */
TS_MUST_CHECK bool ts_inquiry_new(const struct ts_config *config,
				  struct ts_inquiry **ret_inquiry,
				  struct ts_error *err);
/* Within a second or two.  NULL is fine. */
void ts_inquiry_free(struct ts_inquiry *inquiry);

/* Make those topics of the configuration that are missing, if it allows that.
 * TS_E_BROKER says what to do. */
TS_MUST_CHECK bool ts_inquiry_make_topics(struct ts_inquiry *inquiry,
					  int64_t deadline_ms, struct ts_error *err);

enum ts_inquiry_verdict {
	TS_PLACE_NONE,   /* there is, or was, no such record */
	TS_PLACE_BEFORE, /* it is older than the moment, or gone */
	TS_PLACE_SINCE,  /* it was published at the moment or later */
};

/* Where is a record of the jobs topic, seen from a moment (INT64_MIN: the beginning)?
 * TS_E_BROKER when no broker answers by the deadline. */
TS_MUST_CHECK bool ts_inquiry_place(struct ts_inquiry *inquiry, int32_t partition,
				    int64_t offset, int64_t since_ms,
				    int64_t deadline_ms,
				    enum ts_inquiry_verdict *ret_verdict,
				    struct ts_error *err);

/* To be called now and then: librdkafka has things to say, and they pile up. */
void ts_inquiry_listen(struct ts_inquiry *inquiry);

#endif
