/* curated.c - see curated.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/curated.h"
#include "base/mem.h"
#include "store/rich_text.h"
#include "store/search.h"
#include "store/shape.h"
#include "store_files.h"
#include <stdlib.h>
#include <string.h>

static bool judge_field(const json_t *field, struct ts_error *err)
{
	const char *type = ts_json_text(field, "type");
	const char *member;
	json_t *value;

	if (!json_is_object(field))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	json_object_foreach((json_t *)(uintptr_t)field, member, value)
	{
		if (strcmp(member, "name") != 0 && strcmp(member, "type") != 0 &&
		    strcmp(member, "value") != 0)
			return ts_fail(err, TS_E_BAD_VALUE, "'%s' is no member of it",
				       member);
	}
	if (json_object_size(field) != 3)
		return ts_fail(err, TS_E_MISSING_VALUE,
			       "it has a 'name', a 'type' and a 'value'");
	if (!ts_shape_is_name(json_string_length(json_object_get(field, "name"))))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'name' is not a text of 1 to 1024 bytes");
	if (!type || (strcmp(type, "text") != 0 && strcmp(type, "rich_text") != 0))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'type' is neither 'text' nor 'rich_text'");
	if (!ts_json_text(field, "value"))
		return ts_fail(err, TS_E_BAD_VALUE, "'value' is not a text");
	return true;
}

static bool is_name_free(const json_t *fields, size_t before, const char *name)
{
	for (size_t i = 0; i < before; i++)
		if (strcmp(ts_json_text(json_array_get(fields, i), "name"), name) == 0)
			return false;
	return true;
}

static bool judge_fields(const json_t *fields, struct ts_error *err)
{
	const json_t *field;
	size_t i;

	if (!json_is_array(fields) || json_array_size(fields) > TS_CUSTOM_FIELDS)
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'custom_fields' is not a list of at most %d",
			       TS_CUSTOM_FIELDS);
	json_array_foreach(fields, i, field)
	{
		if (!judge_field(field, err))
			return ts_wrap(err, "'custom_fields' %zu", i + 1);
		if (!is_name_free(fields, i, ts_json_text(field, "name")))
			return ts_fail(err, TS_E_BAD_VALUE,
				       "'custom_fields' has '%s' twice",
				       ts_json_text(field, "name"));
	}
	return true;
}

bool ts_curated_judge(const json_t *patch, struct ts_error *err)
{
	const char *member;
	json_t *value;

	if (!json_is_object(patch))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	json_object_foreach((json_t *)(uintptr_t)patch, member, value)
	{
		bool is_title = strcmp(member, "title") == 0;

		if (strcmp(member, "custom_fields") == 0) {
			if (!judge_fields(value, err))
				return false;
			continue;
		}
		if (!is_title && strcmp(member, "description") != 0)
			return ts_fail(err, TS_E_BAD_VALUE,
				       "'%s' cannot be changed: only 'title', "
				       "'description' and 'custom_fields' can",
				       member);
		if (!json_is_string(value))
			return ts_fail(err, TS_E_BAD_VALUE, "'%s' is not a text",
				       member);
		if (is_title && json_string_length(value) > TS_TITLE_BYTES)
			return ts_fail(err, TS_E_BAD_VALUE,
				       "'title' is longer than %d bytes",
				       TS_TITLE_BYTES);
	}
	return true;
}

static void set_text(char **text, const char *value)
{
	if (!value)
		return;
	free(*text);
	*text = ts_strdup(value);
}

static void set_rich_text(char **text, const char *html)
{
	TS_AUTO(ts_buf) safe = {0};

	if (!html)
		return;
	ts_rich_text_print(html, &safe);
	set_text(text, ts_buf_text(&safe));
}

/* The fields as they are kept. */
static void print_fields(const json_t *fields, struct ts_buf *text)
{
	const json_t *field;
	size_t i;

	ts_buf_putc(text, '[');
	json_array_foreach(fields, i, field)
	{
		const char *type = ts_json_text(field, "type");
		const char *value = ts_json_text(field, "value");
		TS_AUTO(ts_buf) safe = {0};

		if (strcmp(type, "rich_text") == 0) {
			ts_rich_text_print(value, &safe);
			value = ts_buf_text(&safe);
		}
		ts_buf_puts(text, i ? ",{\"name\":" : "{\"name\":");
		ts_shape_print_text(ts_json_text(field, "name"), text);
		ts_buf_printf(text, ",\"type\":\"%s\",\"value\":", type);
		ts_shape_print_text(value, text);
		ts_buf_putc(text, '}');
	}
	ts_buf_putc(text, ']');
}

static void apply(const json_t *patch, struct ts_row *row)
{
	const json_t *fields = json_object_get(patch, "custom_fields");
	TS_AUTO(ts_buf) text = {0};

	set_text(&row->title, ts_json_text(patch, "title"));
	set_rich_text(&row->description, ts_json_text(patch, "description"));
	if (fields) {
		print_fields(fields, &text);
		set_text(&row->custom_fields, ts_buf_text(&text));
	}
	row->curated++;
}

bool ts_curated_write(struct ts_conn *conn, void *opaque, struct ts_error *err)
{
	struct ts_curated *curated = opaque;
	struct ts_row *row = &curated->row;
	char id[TS_NUMBER_SIZE], count[TS_NUMBER_SIZE];
	const char *const key[] = {ts_storage_number(curated->id, id)};
	const char *params[5];

	ts_row_release(row);
	if (!ts_row_query(conn, ts_store_sql_get_table_sql, key, 1, &curated->is_there,
			  row, err))
		return false;
	curated->is_conflict = curated->is_there && curated->expected >= 0 &&
			       curated->expected != row->curated;
	if (!curated->is_there || curated->is_conflict ||
	    json_object_size(curated->patch) == 0)
		return true;

	apply(curated->patch, row);
	params[0] = row->title;
	params[1] = row->description;
	params[2] = row->custom_fields;
	params[3] = ts_storage_number(row->curated, count);
	params[4] = id;
	return ts_storage_query(conn, ts_store_sql_set_curated_sql, params, 5, err) &&
	       ts_search_keep(conn, row, err);
}
