/* repute.c - see repute.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/repute.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { SHUN_MS = 60000 };

struct ts_repute_row {
	char *topic; /* owned */
	bool has_worked;
	rd_kafka_resp_err_t code; /* of its last refusal */
	int64_t until_ms;         /* so long it counts */
	int64_t seen_ms;
};

void ts_repute_release(struct ts_repute *repute)
{
	for (size_t i = 0; i < repute->count; i++)
		free(repute->rows[i].topic);
	free(repute->rows);
	*repute = (struct ts_repute){0};
}

bool ts_repute_concerns(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	       code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	       code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
	       code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

static struct ts_repute_row *find(const struct ts_repute *repute, const char *topic)
{
	for (size_t i = 0; i < repute->count; i++)
		if (strcmp(repute->rows[i].topic, topic) == 0)
			return &repute->rows[i];
	return NULL;
}

static struct ts_repute_row *get(struct ts_repute *repute, const char *topic)
{
	struct ts_repute_row *row = find(repute, topic);

	if (row)
		return row;
	repute->rows =
	    ts_realloc(repute->rows, repute->count + 1, sizeof(*repute->rows));
	row = &repute->rows[repute->count++];
	*row = (struct ts_repute_row){.topic = ts_strdup(topic)};
	return row;
}

void ts_repute_note_sight(struct ts_repute *repute, const char *topic, int64_t now_ms)
{
	get(repute, topic)->seen_ms = now_ms;
}

bool ts_repute_was_seen(const struct ts_repute *repute, const char *topic,
			int64_t since_ms)
{
	const struct ts_repute_row *row = find(repute, topic);

	return row && row->seen_ms >= since_ms;
}

void ts_repute_note_success(struct ts_repute *repute, const char *topic)
{
	struct ts_repute_row *row = get(repute, topic);

	row->has_worked = true;
	row->code = RD_KAFKA_RESP_ERR_NO_ERROR;
}

void ts_repute_note_refusal(struct ts_repute *repute, const char *topic,
			    rd_kafka_resp_err_t code, int64_t now_ms)
{
	struct ts_repute_row *row;

	if (!ts_repute_concerns(code))
		return;
	row = get(repute, topic);
	row->has_worked = false;
	row->code = code;
	row->until_ms = now_ms + SHUN_MS;
}

rd_kafka_resp_err_t ts_repute_of(const struct ts_repute *repute, const char *topic,
				 int64_t now_ms)
{
	const struct ts_repute_row *row = find(repute, topic);

	return row && now_ms < row->until_ms ? row->code : RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool ts_repute_has_worked(const struct ts_repute *repute, const char *topic)
{
	const struct ts_repute_row *row = find(repute, topic);

	return row && row->has_worked;
}

void ts_repute_doubt(struct ts_repute *repute)
{
	for (size_t i = 0; i < repute->count; i++)
		repute->rows[i].has_worked = false;
}
