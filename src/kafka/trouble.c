/* trouble.c - see trouble.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/trouble.h"
#include "base/clock.h"
#include "base/log.h"
#include "kafka/extent.h"
#include <stdio.h>

enum { ONLY_CRITICAL = 2 /* of syslog's levels */ };

void ts_trouble_quieten(rd_kafka_t *handle)
{
	if (!ts_log_is_on(TS_LOG_DEBUG))
		rd_kafka_set_log_level(handle, ONLY_CRITICAL);
}

void ts_trouble_listen(struct ts_trouble *trouble, rd_kafka_t *handle)
{
	*trouble = (struct ts_trouble){.notices = rd_kafka_queue_get_main(handle)};
}

void ts_trouble_release(struct ts_trouble *trouble)
{
	if (trouble->notices)
		rd_kafka_queue_destroy(trouble->notices);
	*trouble = (struct ts_trouble){0};
}

void ts_trouble_note(struct ts_trouble *trouble, const char *text)
{
	snprintf(trouble->text, sizeof(trouble->text), "%s", text);
}

void ts_trouble_wait(struct ts_trouble *trouble, int timeout_ms)
{
	rd_kafka_event_t *event;

	while (trouble->notices &&
	       (event = rd_kafka_queue_poll(trouble->notices, timeout_ms))) {
		/* That all brokers are down says less than what came before it. */
		if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR &&
		    (rd_kafka_event_error(event) !=
			 RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
		     !trouble->text[0]))
			ts_trouble_note(trouble, rd_kafka_event_error_string(event));
		rd_kafka_event_destroy(event);
		timeout_ms = 0;
	}
}

bool ts_trouble_is_forbidden(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	       code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
	       code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
	       code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

static bool is_silence(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
	       code == RD_KAFKA_RESP_ERR__TRANSPORT ||
	       code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

bool ts_trouble_fail(const struct ts_trouble *trouble, const char *what,
		     rd_kafka_resp_err_t code, struct ts_error *err)
{
	if (ts_trouble_is_forbidden(code))
		return ts_fail(err, TS_E_NOT_ALLOWED, "'%s': %s", what,
			       rd_kafka_err2str(code));
	if (is_silence(code))
		return ts_fail(err, TS_E_BROKER, "no broker answered in time: %s",
			       trouble->text[0] ? trouble->text
						: rd_kafka_err2str(code));
	return ts_fail(err, TS_E_BROKER, "'%s': %s", what, rd_kafka_err2str(code));
}

bool ts_trouble_partitions(struct ts_trouble *trouble, rd_kafka_t *handle,
			   const char *topic, int64_t deadline_ms, int *ret_partitions,
			   struct ts_error *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code =
	    ts_extent_topic(handle, topic, deadline_ms, &metadata);

	ts_trouble_wait(trouble, 0);
	if (code)
		return ts_trouble_fail(trouble, topic, code, err);
	code = metadata->topics[0].err;
	*ret_partitions = code ? 0 : metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	return !code || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	       ts_trouble_fail(trouble, topic, code, err);
}
