/* inquiry.c - see inquiry.h; a handle that never fetches, so that nothing waits behind
 * a fetch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/inquiry.h"
#include "base/clock.h"
#include "base/mem.h"
#include "kafka/conf.h"
#include "kafka/extent.h"
#include "kafka/farewell.h"
#include "kafka/topics.h"
#include "kafka/trouble.h"
#include <limits.h>
#include <stdlib.h>

enum { END_MS = 1000 };

struct ts_inquiry {
	rd_kafka_t *handle;
	const struct ts_config *config;
	struct ts_trouble trouble; /* of who listens */
};

bool ts_inquiry_new(const struct ts_config *config, struct ts_inquiry **ret_inquiry,
		    struct ts_error *err)
{
	struct ts_inquiry *inquiry = ts_calloc(1, sizeof(*inquiry));

	inquiry->config = config;
	if (!ts_kafka_reader_new(config, true, &inquiry->handle, err)) {
		free(inquiry);
		return false;
	}
	ts_trouble_listen(&inquiry->trouble, inquiry->handle);
	*ret_inquiry = inquiry;
	return true;
}

void ts_inquiry_free(struct ts_inquiry *inquiry)
{
	if (!inquiry)
		return;
	ts_trouble_release(&inquiry->trouble);
	ts_farewell(inquiry->handle, END_MS);
	free(inquiry);
}

void ts_inquiry_listen(struct ts_inquiry *inquiry)
{
	ts_trouble_wait(&inquiry->trouble, 0);
}

bool ts_inquiry_make_topics(struct ts_inquiry *inquiry, int64_t deadline_ms,
			    struct ts_error *err)
{
	TS_AUTO(ts_topics) topics = {0};

	ts_topics_make(inquiry->config, &topics);
	return ts_topics_create(inquiry->handle, &topics, deadline_ms, err);
}

static bool fail(rd_kafka_resp_err_t code, struct ts_error *err)
{
	return ts_fail(err, TS_E_BROKER, "Kafka does not tell: %s",
		       rd_kafka_err2str(code));
}

/* What is there of the partition; the open transactions' records, too.  No extent where
 * there is no such partition. */
static rd_kafka_resp_err_t ask_extent(struct ts_inquiry *inquiry, int32_t partition,
				      int64_t deadline_ms, int64_t *ret_from,
				      int64_t *ret_to)
{
	rd_kafka_resp_err_t code =
	    ts_extent_ask(inquiry->handle, inquiry->config->topics.jobs, partition,
			  deadline_ms, ret_from, ret_to);

	if (code != RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION &&
	    code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
	    code != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		return code;
	*ret_from = *ret_to = 0;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool ts_inquiry_place(struct ts_inquiry *inquiry, int32_t partition, int64_t offset,
		      int64_t since_ms, int64_t deadline_ms,
		      enum ts_inquiry_verdict *ret_verdict, struct ts_error *err)
{
	int64_t from, to, first = 0;
	rd_kafka_resp_err_t code =
	    ask_extent(inquiry, partition, deadline_ms, &from, &to);

	if (code)
		return fail(code, err);
	if (offset >= to) {
		*ret_verdict = TS_PLACE_NONE;
		return true;
	}
	if (since_ms != INT64_MIN)
		code = ts_extent_find(inquiry->handle, inquiry->config->topics.jobs,
				      partition, 1, since_ms,
				      ts_remaining_ms(deadline_ms, INT_MAX), &first);
	if (code)
		return fail(code, err);
	*ret_verdict = offset < from || first < 0 || offset < first ? TS_PLACE_BEFORE
								    : TS_PLACE_SINCE;
	return true;
}
