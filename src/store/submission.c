/* submission.c - see submission.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/submission.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/shape.h"
#include <stdlib.h>
#include <string.h>

void ts_submission_release(struct ts_submission *document)
{
	free(document->schema_name);
	free(document->name);
	free(document->text);
	free(document->search);
	*document = (struct ts_submission){0};
}

static bool columns_differ_in_name(const json_t *columns, struct ts_error *err)
{
	json_t *seen = json_object();
	const char *twice = NULL;
	const json_t *item;
	size_t i;

	json_array_foreach(columns, i, item)
	{
		const char *name = ts_json_text(item, "name");

		if (json_object_get(seen, name))
			twice = name;
		json_object_set_new(seen, name, json_true());
	}
	if (twice)
		ts_fail(err, TS_E_BAD_VALUE, "'columns' has '%s' twice", twice);
	json_decref(seen);
	return !twice;
}

void ts_search_add(struct ts_buf *buf, const char *text)
{
	for (; *text; text++)
		ts_buf_putc(buf,
			    *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text);
}

static void add_line(struct ts_buf *buf, const char *text)
{
	if (!text || !*text)
		return;
	ts_search_add(buf, text);
	ts_buf_putc(buf, '\n');
}

static char *search_text(const struct ts_submission *document)
{
	TS_AUTO(ts_buf) words = {0};
	const json_t *item;
	size_t i;

	add_line(&words, document->name);
	add_line(&words, ts_json_text(document->value, "db_comment"));
	json_array_foreach(json_object_get(document->value, "columns"), i, item)
	{
		add_line(&words, ts_json_text(item, "name"));
		add_line(&words, ts_json_text(item, "comment"));
	}
	return ts_buf_detach(&words);
}

static bool judge_key(const json_t *value, struct ts_submission *document,
		      struct ts_error *err)
{
	static const char *const required[] = {"ds_id", "schema_name", "name",
					       "observed_at"};
	const json_t *ds_id = json_object_get(value, "ds_id");
	const json_t *schema_name = json_object_get(value, "schema_name");
	const json_t *name = json_object_get(value, "name");
	const json_t *removed = json_object_get(value, "removed");
	const char *observed_at = ts_json_text(value, "observed_at");

	if (!json_is_object(value))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (!json_object_get(value, required[i]))
			return ts_fail(err, TS_E_MISSING_VALUE, "'%s'", required[i]);
	if (!json_is_integer(ds_id) || json_integer_value(ds_id) < 0 ||
	    json_integer_value(ds_id) > INT32_MAX)
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'ds_id' is not a whole number from 0 to 2147483647");
	if (!ts_shape_is_name(schema_name) || !ts_shape_is_name(name))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'%s' is not a text of 1 to 1024 bytes",
			       ts_shape_is_name(schema_name) ? "name" : "schema_name");
	if (!observed_at || !ts_timestamp_parse(observed_at, &document->observed_us))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'observed_at' is not like 2026-11-23T05:00:00.123456Z");
	if (removed && !json_is_boolean(removed))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'removed' is neither true nor false");

	document->ds_id = json_integer_value(ds_id);
	document->schema_name = ts_strdup(json_string_value(schema_name));
	document->name = ts_strdup(json_string_value(name));
	document->is_removed = json_is_true(removed);
	document->ignores_case = json_is_true(json_object_get(value, "ignore_case"));
	return true;
}

static bool judge_members(const json_t *value, struct ts_submission *document,
			  struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	const char *kind;

	if (!ts_shape_print(value, &text, err))
		return false;
	kind = ts_json_text(value, "kind");
	if (json_is_true(json_object_get(value, "is_view")) !=
	    (strstr(kind, "VIEW") != NULL))
		return ts_fail(err, TS_E_BAD_VALUE, "'is_view' contradicts 'kind'");
	if (!columns_differ_in_name(json_object_get(value, "columns"), err))
		return false;

	document->text = ts_buf_detach(&text);
	document->search = search_text(document);
	return true;
}

bool ts_submission_make(const json_t *value, struct ts_submission *ret_document,
			struct ts_error *err)
{
	struct ts_submission document = {.value = value};

	if (judge_key(value, &document, err) &&
	    (document.is_removed || judge_members(value, &document, err))) {
		*ret_document = document;
		return true;
	}
	ts_submission_release(&document);
	return false;
}

int64_t ts_submission_cut(int64_t observed_us, int64_t now_us, int64_t held_us)
{
	int64_t latest = now_us > held_us ? now_us : held_us;

	return observed_us < latest ? observed_us : latest;
}
