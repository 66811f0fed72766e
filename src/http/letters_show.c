/* letters_show.c - one dead letter, with all that is in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "http/letters.h"
#include "http/letters_row.h"
#include "http/page.h"
#include "http/page_data.h"
#include "kafka/letter_text.h"
#include "kafka/letters.h"
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 256 * 1024 /* of its value */ };

static void add_row(json_t *list, const char *name, const char *bytes, size_t len)
{
	TS_AUTO(ts_buf) shown_name = {0}, shown = {0};

	ts_letter_put_bytes(name, strlen(name), false, &shown_name);
	if (bytes)
		ts_letter_put_bytes(bytes, len, false, &shown);
	json_array_append_new(
	    list, json_pack("{ss, ss, sb}", "name", ts_buf_text(&shown_name), "value",
			    ts_buf_text(&shown), "is_null", bytes == NULL));
}

/* Key and headers, without `token`: a copy has none, whoever put it there. */
static json_t *make_rows(const struct ts_message *message)
{
	json_t *rows = json_array();

	add_row(rows, "key", message->key, message->key_len);
	for (size_t i = 0; i < message->header_count; i++)
		add_row(rows, message->headers[i].name, message->headers[i].value,
			message->headers[i].len);
	return rows;
}

/* Appends to the trail what happened, and empties the text. */
static void add_step(json_t *trail, int64_t at_ms, struct ts_buf *what)
{
	TS_AUTO(ts_buf) at = {0};

	if (at_ms >= 0)
		ts_letter_put_time(at_ms, &at);
	json_array_append_new(
	    trail, json_pack("{ss, ss}", "at", ts_buf_text(&at), "what", what->data));
	ts_buf_clear(what);
}

/* Where the job has been, in the order of time. */
static json_t *make_trail(const struct ts_letter *letter)
{
	const struct ts_trail *trail = &letter->trail;
	json_t *steps = json_array();
	TS_AUTO(ts_buf) what = {0};

	ts_buf_puts(&what, "published: ");
	ts_letter_put_job_id(letter, &what);
	add_step(steps, trail->timestamp_ms, &what);
	if (trail->first_failure_ms) {
		ts_buf_puts(&what, "failed for the first time");
		add_step(steps, trail->first_failure_ms, &what);
	}
	if (trail->replay) {
		ts_buf_printf(&what, "replayed, %d times up to now", trail->replay);
		add_step(steps, -1, &what);
	}
	ts_buf_printf(&what, "set aside after %d runs", trail->attempts);
	add_step(steps, letter->message->timestamp_ms, &what);
	ts_page_show_times(steps, "at");
	return steps;
}

static void add_value(json_t *data, const struct ts_letter *letter,
		      const struct ts_message *message)
{
	const size_t len = message->value_len > SHOWN_BYTES
			       ? ts_utf8_cut(message->value, SHOWN_BYTES)
			       : message->value_len;
	TS_AUTO(ts_buf) text = {0}, missing = {0};

	if (letter->value_bytes >= 0) {
		ts_letter_put_missing(letter, &missing);
		json_object_set_new(data, "missing", json_string(missing.data));
		return;
	}
	if (message->value)
		ts_letter_put_bytes(message->value, len, true, &text);
	json_object_set_new(data, "value", json_string(ts_buf_text(&text)));
	json_object_set_new(data, "bytes",
			    json_integer((json_int_t)message->value_len));
	json_object_set_new(data, "is_cut", json_boolean(len < message->value_len));
	json_object_set_new(
	    data, "is_text",
	    json_boolean(ts_utf8_is_valid(message->value ? message->value : "", len)));
}

static json_t *describe(const struct ts_call *call, const struct ts_letters *letters,
			const struct ts_letter *letter, const struct ts_buf *mark)
{
	struct ts_message *message = ts_message_copy(letter->message);
	json_t *data = ts_letters_row(letter, call->services->config);
	TS_AUTO(ts_buf) title = {0}, done = {0};

	ts_buf_printf(&title, "Dead letter %s", call->name);
	json_object_set_new(data, "title", json_string(title.data));
	json_object_set_new(data, "topic", json_string(ts_letters_topic(letters)));
	json_object_set_new(data, "rows", make_rows(message));
	json_object_set_new(data, "trail", make_trail(letter));
	/* The choices below are for this one. */
	json_object_set_new(
	    data, "given",
	    json_pack("[{ss, ss}]", "name", "offsets", "value", call->name));
	add_value(data, letter, message);
	if (mark->len) {
		ts_letter_put_mark(mark->data, &done);
		json_object_set_new(data, "done", json_string(done.data));
	}
	free(message);
	return data;
}

bool ts_letters_show(struct ts_call *call, struct ts_error *err)
{
	const struct ts_letter *letter;
	struct ts_letter_range range;
	struct ts_letters *letters;
	TS_AUTO(ts_buf) mark = {0};
	json_t *data = NULL;

	if (!ts_letter_range_parse(call->name, &range) || range.from != range.to)
		return ts_fail(err, TS_E_TABLE_NOT_FOUND,
			       "'%.40s' is no dead letter's place", call->name);
	if (!ts_letters_find(call->services->config, range.partition, range.from,
			     &letters, &letter, &mark, err))
		return false;
	if (letter)
		data = describe(call, letters, letter, &mark);
	else
		ts_fail(err, TS_E_TABLE_NOT_FOUND,
			"there is no dead letter %.40s in '%s'", call->name,
			ts_letters_topic(letters));
	ts_letters_free(letters);
	return data && ts_page_print(call, "letter", data, err);
}
