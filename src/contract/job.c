/* job.c - see job.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/job.h"
#include "base/json_index.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAMED_COUNT = 5,   /* unknown members by name; the rest is a number, so that
			      there is room for the warnings of others */
	NAMED_BYTES = 120, /* of such a name */
	NEAR_MISS = 2,     /* edits */
};

static const char *const members[] = {"datasource_id", "schema", "table", "table_type"};
enum { MEMBER_COUNT = sizeof(members) / sizeof(*members) };

void ts_job_release(struct ts_job *job)
{
	free(job->schema);
	free(job->table);
	free(job->text);
	json_decref(job->warnings);
	*job = (struct ts_job){0};
}

void ts_job_warn(struct ts_job *job, const char *format, ...)
{
	char text[TS_WARNING_BYTES + 1];
	va_list args;

	if (!job->warnings)
		job->warnings = json_array();
	if (json_array_size(job->warnings) >= TS_WARNING_COUNT)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ts_utf8_clean(text);
	json_array_append_new(job->warnings, json_string(text));
}

static bool is_member(const struct ts_json_node *name)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (ts_json_node_equals(name, members[i]))
			return true;
	return false;
}

/* The member that the sender of `key` may have meant, NULL for none. */
static const char *near_miss(const struct ts_json_node *object, const char *key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (!ts_json_node_get(object, members[i]) &&
		    ts_str_distance(key, members[i], NEAR_MISS) <= NEAR_MISS)
			return members[i];
	return NULL;
}

static void warn_of_member(struct ts_job *job, const struct ts_json_node *object,
			   const struct ts_json_node *name)
{
	TS_AUTO(ts_buf) decoded = {0};
	const char *key, *meant;
	size_t len;
	bool is_cut;

	ts_json_node_decode(name, &decoded);
	key = ts_buf_text(&decoded);
	meant = near_miss(object, key);
	len = decoded.len;
	is_cut = len > NAMED_BYTES;
	if (is_cut)
		len = ts_utf8_cut(key, NAMED_BYTES);
	ts_job_warn(job, "an unknown member was ignored: '%.*s%s'%s%s%s", (int)len, key,
		    is_cut ? "…" : "", meant ? " (did you mean '" : "",
		    meant ? meant : "", meant ? "'?)" : "");
}

static void warn_of_members(struct ts_job *job, const struct ts_json_node *object)
{
	size_t unknown = 0;

	for (const struct ts_json_node *name = ts_json_node_first(object); name;
	     name = ts_json_node_next(object, name + 1)) {
		if (is_member(name))
			continue;
		if (++unknown <= NAMED_COUNT)
			warn_of_member(job, object, name);
	}
	if (unknown > NAMED_COUNT)
		ts_job_warn(job, "%zu more unknown members were ignored",
			    unknown - NAMED_COUNT);
}

/* A member that has to be there, with what it has to be for the message. */
static const struct ts_json_node *required(const struct ts_json_node *object,
					   const char *key, const char *kind,
					   struct ts_error *err)
{
	const struct ts_json_node *value = ts_json_node_get(object, key);

	if (!value)
		ts_fail(err, TS_E_MISSING_VALUE, "add the member '%s', %s", key, kind);
	return value;
}

static bool read_id(const struct ts_json_node *object, int32_t *ret_id,
		    struct ts_error *err)
{
	static const char kind[] = "an integer from 0 to 2147483647";
	const struct ts_json_node *value = required(object, "datasource_id", kind, err);
	int64_t id;

	if (!value)
		return false;
	if (!ts_json_node_integer(value, 0, INT32_MAX, &id))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'datasource_id' must be %s, written without quotes, "
			       "fraction or exponent",
			       kind);
	*ret_id = (int32_t)id;
	return true;
}

static bool read_text(const struct ts_json_node *object, const char *key,
		      char **ret_text, struct ts_error *err)
{
	static const char kind[] = "a string that is not empty";
	const struct ts_json_node *value = required(object, key, kind, err);
	TS_AUTO(ts_buf) text = {0};

	if (!value)
		return false;
	if (!ts_json_node_is_text(value) || ts_json_node_equals(value, ""))
		return ts_fail(err, TS_E_BAD_VALUE, "'%s' must be %s", key, kind);
	ts_json_node_decode(value, &text);
	*ret_text = ts_buf_detach(&text);
	return true;
}

static bool read_type(const struct ts_json_node *object, bool *ret_is_view,
		      struct ts_error *err)
{
	const struct ts_json_node *value = ts_json_node_get(object, "table_type");
	bool is_view = ts_json_node_equals(value, "VIEW");

	if (value && !is_view && !ts_json_node_equals(value, "TABLE"))
		return ts_fail(err, TS_E_BAD_TABLE_TYPE,
			       "write \"TABLE\" or \"VIEW\" in upper case, or leave "
			       "'table_type' out for a table");
	*ret_is_view = is_view;
	return true;
}

static bool parse(const char *text, size_t len, struct ts_json_index *ret_index,
		  struct ts_error *err)
{
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "it begins with a byte order mark: send it without");
	if (!ts_json_index_make(text, len, TS_JOB_BYTES, ret_index, err))
		return false;
	if (ts_json_node_is_object(ret_index->nodes))
		return true;
	ts_json_index_release(ret_index);
	return ts_fail(err, TS_E_BAD_MESSAGE,
		       "it is JSON but no object: send {\"datasource_id\": …, "
		       "\"schema\": …, \"table\": …}");
}

bool ts_job_decode(const void *bytes, size_t len, struct ts_job *ret_job,
		   struct ts_error *err)
{
	struct ts_json_index index;
	const struct ts_json_node *object;
	bool ok;

	*ret_job = (struct ts_job){0};
	if (!parse(bytes, len, &index, err))
		return false;
	object = index.nodes;
	ret_job->text = ts_memdup(object->text, object->len);
	warn_of_members(ret_job, object);
	ok = read_id(object, &ret_job->datasource_id, err) &&
	     read_text(object, "schema", &ret_job->schema, err) &&
	     read_text(object, "table", &ret_job->table, err) &&
	     read_type(object, &ret_job->is_view, err);
	ts_json_index_release(&index);
	return ok;
}

void ts_job_encode(int32_t datasource_id, const char *schema, const char *table,
		   bool is_view, struct ts_buf *buf)
{
	json_t *job = json_object();

	json_object_set_new(job, "datasource_id", json_integer(datasource_id));
	json_object_set_new(job, "schema", json_string(schema));
	json_object_set_new(job, "table", json_string(table));
	if (is_view)
		json_object_set_new(job, "table_type", json_string("VIEW"));
	ts_json_print(job, buf);
	json_decref(job);
}
