/* letter_json.c - see letter_json.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter_json.h"
#include "kafka/letter_text.h"

static json_t *text_or_null(bool is_there, const struct ts_buf *text)
{
	return is_there ? json_string(ts_buf_text(text)) : json_null();
}

json_t *ts_letter_json(const struct ts_letter *letter)
{
	TS_AUTO(ts_buf) place = {0}, at = {0}, job = {0};
	json_t *item;

	ts_letter_put_place(letter->message, &place);
	ts_letter_put_time(letter->message->timestamp_ms, &at);
	ts_letter_put_job_id(letter, &job);
	item =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:b}", "letter", place.data,
		      "at", at.data, "error", letter->error, "message", letter->text,
		      "job_id", job.data, "attempts", letter->trail.attempts, "replays",
		      letter->trail.replay, "has_value", letter->value_bytes < 0);
	json_object_set_new(item, "datasource_id",
			    letter->has_datasource ? json_integer(letter->datasource_id)
						   : json_null());
	json_object_set_new(item, "schema",
			    text_or_null(letter->has_schema, &letter->schema));
	json_object_set_new(item, "table",
			    text_or_null(letter->has_table, &letter->table));
	return item;
}
