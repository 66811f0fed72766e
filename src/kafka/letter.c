/* letter.c - see letter.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter.h"
#include "base/json_index.h"
#include "base/str.h"
#include "contract/job.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_letter_release(struct ts_letter *letter)
{
	ts_buf_release(&letter->schema);
	ts_buf_release(&letter->table);
	*letter = (struct ts_letter){0};
}

void ts_letter_filter_release(struct ts_letter_filter *filter)
{
	for (size_t i = 0; i < filter->errors.count; i++)
		free(filter->errors.items[i]);
	free(filter->errors.items);
	free(filter->ranges);
	*filter = (struct ts_letter_filter){0};
}

/* Put a header's text, cut where it is too long, on one line. */
static void copy_text(const struct ts_message *message, const char *name,
		      char *ret_text, size_t size)
{
	const struct ts_header *header = ts_message_header(message, name);
	const size_t len = !header ? 0 : header->len < size ? header->len : size - 1;

	if (len)
		memcpy(ret_text, header->value, len);
	ret_text[len] = '\0';
	ts_utf8_clean(ret_text);
}

static int64_t read_value_bytes(const struct ts_message *message)
{
	char text[32];
	int64_t bytes;

	copy_text(message, "x-value-bytes", text, sizeof(text));
	return ts_int64_parse(text, 0, INT64_MAX, &bytes) ? bytes : -1;
}

static bool read_text(const struct ts_json_node *job, const char *name,
		      struct ts_buf *ret_text)
{
	const struct ts_json_node *node = ts_json_node_get(job, name);

	ts_buf_clear(ret_text);
	if (!node || !ts_json_node_is_text(node))
		return false;
	ts_json_node_decode(node, ret_text);
	return true;
}

/* What was set aside may be no job at all, so each member is taken for itself. */
static void read_job(struct ts_letter *letter)
{
	const struct ts_message *message = letter->message;
	const struct ts_json_node *job, *node;
	TS_AUTO(ts_json_index) index = {0};
	struct ts_error err;
	int64_t id;

	letter->has_datasource = letter->has_schema = letter->has_table = false;
	if (!message->value_len ||
	    !ts_json_index_make(message->value, message->value_len, TS_JOB_BYTES,
				&index, &err))
		return;
	job = index.nodes;
	if (!ts_json_node_is_object(job))
		return;
	node = ts_json_node_get(job, "datasource_id");
	letter->has_datasource = node && ts_json_node_integer(node, 0, INT32_MAX, &id);
	if (letter->has_datasource)
		letter->datasource_id = (int32_t)id;
	letter->has_schema = read_text(job, "schema", &letter->schema);
	letter->has_table = read_text(job, "table", &letter->table);
}

void ts_letter_read(const struct ts_message *message, struct ts_letter *ret_letter)
{
	ret_letter->message = message;
	ts_trail_read(message, &ret_letter->trail);
	copy_text(message, "x-error-code", ret_letter->error,
		  sizeof(ret_letter->error));
	copy_text(message, "x-error-message", ret_letter->text,
		  sizeof(ret_letter->text));
	ret_letter->value_bytes = read_value_bytes(message);
	read_job(ret_letter);
}

static bool is_listed(const struct ts_strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static bool is_in_ranges(const struct ts_letter_filter *filter,
			 const struct ts_message *message)
{
	for (size_t i = 0; i < filter->range_count; i++) {
		const struct ts_letter_range *range = &filter->ranges[i];

		if (range->partition == message->partition &&
		    message->offset >= range->from && message->offset <= range->to)
			return true;
	}
	return false;
}

static bool is_name(const char *wanted, bool has_name, const struct ts_buf *name)
{
	return !wanted || (has_name && strcmp(wanted, ts_buf_text(name)) == 0);
}

bool ts_letter_matches(const struct ts_letter_filter *filter,
		       const struct ts_letter *letter)
{
	const struct ts_message *message = letter->message;

	if (filter->errors.count && !is_listed(&filter->errors, letter->error))
		return false;
	if (filter->has_datasource &&
	    (!letter->has_datasource || letter->datasource_id != filter->datasource_id))
		return false;
	if (!is_name(filter->schema, letter->has_schema, &letter->schema) ||
	    !is_name(filter->table, letter->has_table, &letter->table))
		return false;
	if (message->timestamp_ms < filter->since_ms ||
	    message->timestamp_ms >= filter->until_ms)
		return false;
	return !filter->range_count || is_in_ranges(filter, message);
}

/* The number up to `end`, or the NUL; *at goes behind it. */
static bool take_number(const char **at, const char *end, int64_t max,
			int64_t *ret_number)
{
	const char *stop = *end ? strstr(*at, end) : *at + strlen(*at);
	char text[24];

	if (!stop || (size_t)(stop - *at) >= sizeof(text))
		return false;
	memcpy(text, *at, (size_t)(stop - *at));
	text[stop - *at] = '\0';
	*at = stop + strlen(end);
	return ts_int64_parse(text, 0, max, ret_number);
}

bool ts_letter_range_parse(const char *text, struct ts_letter_range *ret_range)
{
	int64_t partition, from, to;

	if (!take_number(&text, "-", INT32_MAX, &partition))
		return false;
	if (strstr(text, "..")) {
		if (!take_number(&text, "..", INT64_MAX, &from) ||
		    !take_number(&text, "", INT64_MAX, &to) || to < from)
			return false;
	} else {
		if (!take_number(&text, "", INT64_MAX, &from))
			return false;
		to = from;
	}
	*ret_range = (struct ts_letter_range){(int32_t)partition, from, to};
	return true;
}
