/* letter_text.c - see letter_text.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter_text.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "config/datasources.h"
#include <inttypes.h>
#include <string.h>

void ts_letter_put_place(const struct ts_message *letter, struct ts_buf *text)
{
	ts_buf_printf(text, "%" PRId32 "-%" PRId64, letter->partition, letter->offset);
}

void ts_letter_put_time(int64_t unix_ms, struct ts_buf *text)
{
	char at[TS_TIMESTAMP_SIZE];

	if (unix_ms < 0) {
		ts_buf_putc(text, '-');
		return;
	}
	ts_timestamp_print(unix_ms * 1000, at);
	ts_buf_printf(text, "%.19sZ", at);
}

void ts_letter_put_datasource(const struct ts_config *config, bool has_datasource,
			      int32_t id, struct ts_buf *text)
{
	const char *name = has_datasource ? ts_datasource_name(config, id) : NULL;

	if (!has_datasource) {
		ts_buf_putc(text, '-');
		return;
	}
	ts_buf_printf(text, "%" PRId32, id);
	if (name)
		ts_buf_printf(text, " %s", name);
}

static void put_job_id(const struct ts_letter *letter, struct ts_buf *text)
{
	ts_buf_printf(text, "%s-%" PRId32 "-%" PRId64, letter->trail.topic,
		      letter->trail.partition, letter->trail.offset);
}

void ts_letter_put_job_id(const struct ts_letter *letter, struct ts_buf *text)
{
	TS_AUTO(ts_buf) id = {0};

	put_job_id(letter, &id);
	ts_utf8_clean(id.data);
	ts_buf_puts(text, id.data);
}

void ts_letter_put_missing(const struct ts_letter *letter, struct ts_buf *text)
{
	ts_buf_printf(text,
		      "its value of %" PRId64 " bytes did not fit; the job was first "
		      "delivered as ",
		      letter->value_bytes);
	ts_letter_put_job_id(letter, text);
}

void ts_letter_put_mark(const char *mark, struct ts_buf *text)
{
	struct ts_error ignored;
	json_t *value = NULL;
	const char *what, *at, *by;

	if (!ts_json_parse(mark, strlen(mark), strlen(mark), &value, &ignored))
		value = json_object();
	what = ts_json_text(value, "what");
	at = ts_json_text(value, "at");
	by = ts_json_text(value, "by");
	ts_buf_printf(text, "%.20s%s%.30s%s%.300s", what ? what : "marked",
		      at ? " at " : "", at ? at : "", by ? " by " : "", by ? by : "");
	json_decref(value);
}

/* How long is the character that these bytes begin with?  0: they are none. */
static size_t character(const char *bytes, size_t len)
{
	for (size_t i = 1; i <= 4 && i <= len; i++)
		if (ts_utf8_is_valid(bytes, i))
			return i;
	return 0;
}

/* Would a terminal obey it? */
static bool is_control(const char *bytes, size_t len)
{
	const unsigned char first = (unsigned char)bytes[0];

	return (len == 1 && (first < ' ' || first == 0x7f)) ||
	       (len == 2 && first == 0xc2 && (unsigned char)bytes[1] < 0xa0);
}

void ts_letter_put_bytes(const char *bytes, size_t len, bool keeps_lines,
			 struct ts_buf *text)
{
	while (len) {
		const size_t size = character(bytes, len), taken = size ? size : 1;

		if (size && (!is_control(bytes, size) ||
			     (keeps_lines && strchr("\t\n", *bytes) && *bytes)))
			ts_buf_add(text, bytes, size);
		else
			for (size_t i = 0; i < taken; i++)
				ts_buf_printf(text, "\\x%02x", (unsigned char)bytes[i]);
		bytes += taken;
		len -= taken;
	}
}
