/* dlq_show.c - `tablesync dlq show`: one dead letter, with all that is in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "cli/dlq.h"
#include "kafka/letter_text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_base64(const unsigned char *bytes, size_t len, struct ts_buf *text)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const size_t left = len - i < 3 ? len - i : 3;
		const unsigned bits = (unsigned)bytes[i] << 16 |
				      (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
				      (left > 2 ? (unsigned)bytes[i + 2] : 0);

		ts_buf_putc(text, digits[bits >> 18]);
		ts_buf_putc(text, digits[bits >> 12 & 63]);
		ts_buf_putc(text, left > 1 ? digits[bits >> 6 & 63] : '=');
		ts_buf_putc(text, left > 2 ? digits[bits & 63] : '=');
	}
}

/* The bytes as text; where they are none, the text has \xNN for them, and the exact
 * bytes are in `exact` under the same name. */
static void set_bytes(json_t *object, const char *name, const void *bytes, size_t len,
		      json_t *exact, const char *exact_name)
{
	TS_AUTO(ts_buf) text = {0}, base64 = {0};

	if (!bytes) {
		json_object_set_new(object, name, json_null());
		return;
	}
	if (ts_utf8_is_valid(bytes, len)) {
		json_object_set_new(object, name, json_stringn(bytes, len));
		return;
	}
	ts_letter_put_bytes(bytes, len, true, &text);
	json_object_set_new(object, name, json_string(ts_buf_text(&text)));
	put_base64(bytes, len, &base64);
	json_object_set_new(exact, exact_name, json_string(ts_buf_text(&base64)));
}

static json_t *headers_json(const struct ts_message *message, json_t *exact)
{
	json_t *headers = json_object();

	for (size_t i = 0; i < message->header_count; i++) {
		const struct ts_header *header = &message->headers[i];
		TS_AUTO(ts_buf) name = {0};

		ts_letter_put_bytes(header->name, strlen(header->name), false, &name);
		json_object_del(exact, ts_buf_text(&name)); /* the last counts */
		set_bytes(headers, ts_buf_text(&name), header->value, header->len,
			  exact, ts_buf_text(&name));
	}
	return headers;
}

static void print_json(const struct ts_letters *letters,
		       const struct ts_message *message)
{
	TS_AUTO(ts_buf) place = {0}, at = {0};
	json_t *letter, *exact = json_object();

	ts_letter_put_place(message, &place);
	ts_letter_put_time(message->timestamp_ms, &at);
	letter = json_pack("{s:s, s:s, s:s}", "topic", ts_letters_topic(letters),
			   "letter", place.data, "at", at.data);
	set_bytes(letter, "key", message->key, message->key_len, letter, "key_base64");
	set_bytes(letter, "value", message->value, message->value_len, letter,
		  "value_base64");
	json_object_set_new(letter, "headers", headers_json(message, exact));
	if (json_object_size(exact))
		json_object_set_new(letter, "headers_base64", exact);
	else
		json_decref(exact);
	ts_dlq_put_json(letter);
}

static void put_row(const char *name, const void *bytes, size_t len,
		    struct ts_buf *text)
{
	ts_letter_put_bytes(name, strlen(name), false, text);
	ts_buf_puts(text, ": ");
	if (bytes)
		ts_letter_put_bytes(bytes, len, false, text);
	else
		ts_buf_puts(text, "(none)");
	ts_buf_putc(text, '\n');
}

static void print_text(const struct ts_letters *letters, const struct ts_letter *letter,
		       const struct ts_message *message)
{
	TS_AUTO(ts_buf) text = {0};

	ts_buf_puts(&text, "letter ");
	ts_letter_put_place(message, &text);
	ts_buf_printf(&text, " of '%s', set aside ", ts_letters_topic(letters));
	ts_letter_put_time(message->timestamp_ms, &text);
	ts_buf_puts(&text, "\n\n");
	put_row("key", message->key, message->key_len, &text);
	for (size_t i = 0; i < message->header_count; i++)
		put_row(message->headers[i].name, message->headers[i].value,
			message->headers[i].len, &text);
	if (letter->value_bytes >= 0) {
		ts_buf_printf(&text, "\nits value of %" PRId64 " bytes did not fit\n",
			      letter->value_bytes);
	} else if (message->value) {
		ts_buf_printf(&text, "\n%zu bytes:\n", message->value_len);
		ts_letter_put_bytes(message->value, message->value_len, true, &text);
		ts_buf_end_with(&text, '\n');
	} else {
		ts_buf_puts(&text, "\nno value\n");
	}
	fputs(text.data, stdout);
}

/* A copy has no `token`, whoever put that there. */
static void print(const struct ts_dlq *dlq, const struct ts_letters *letters,
		  const struct ts_letter *letter)
{
	struct ts_message *message = ts_message_copy(letter->message);

	if (dlq->line->wants_json)
		print_json(letters, message);
	else
		print_text(letters, letter, message);
	free(message);
}

static void say_done(const char *place, const char *mark, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};

	ts_letter_put_mark(mark, &text);
	ts_fail(err, TS_E_SYSTEM, "letter %s is done with: %s", place, text.data);
}

enum ts_exit ts_dlq_show(const struct ts_dlq *dlq)
{
	const char *place = dlq->line->args[1];
	const struct ts_letter *letter;
	struct ts_letter_range range;
	struct ts_letters *letters;
	struct ts_error err = {0};
	TS_AUTO(ts_buf) mark = {0};

	if (!ts_letter_range_parse(place, &range) || range.from != range.to) {
		ts_fail(&err, TS_E_USAGE, "dlq show: '%.40s' is not PARTITION-OFFSET",
			place);
		return ts_command_fail(&err);
	}
	if (!ts_letters_find(dlq->config, range.partition, range.from, &letters,
			     &letter, &mark, &err))
		return ts_command_fail(&err);
	if (!letter)
		ts_fail(&err, TS_E_SYSTEM, "no letter %s in '%s'", place,
			ts_letters_topic(letters));
	else if (mark.len)
		say_done(place, mark.data, &err);
	else
		print(dlq, letters, letter);
	ts_letters_free(letters);
	return err.code ? ts_command_fail(&err) : TS_EXIT_OK;
}
