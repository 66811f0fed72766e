/* job.c - see job.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/job.h"
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

static bool is_member(const char *key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (strcmp(key, members[i]) == 0)
			return true;
	return false;
}

/* The member that the sender of `key` may have meant, NULL for none. */
static const char *near_miss(const json_t *object, const char *key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (!json_object_get(object, members[i]) &&
		    ts_str_distance(key, members[i], NEAR_MISS) <= NEAR_MISS)
			return members[i];
	return NULL;
}

static void warn_of_member(struct ts_job *job, const json_t *object, const char *key)
{
	const char *meant = near_miss(object, key);
	size_t len = strlen(key);
	bool is_cut = len > NAMED_BYTES;

	if (is_cut)
		len = ts_utf8_cut(key, NAMED_BYTES);
	ts_job_warn(job, "an unknown member was ignored: '%.*s%s'%s%s%s", (int)len, key,
		    is_cut ? "…" : "", meant ? " (did you mean '" : "",
		    meant ? meant : "", meant ? "'?)" : "");
}

static void warn_of_members(struct ts_job *job, json_t *object)
{
	size_t unknown = 0;
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (is_member(key))
			continue;
		if (++unknown <= NAMED_COUNT)
			warn_of_member(job, object, key);
	}
	if (unknown > NAMED_COUNT)
		ts_job_warn(job, "%zu more unknown members were ignored",
			    unknown - NAMED_COUNT);
}

/* A member that has to be there, with what it has to be for the message. */
static json_t *required(const json_t *object, const char *key, const char *kind,
			struct ts_error *err)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		ts_fail(err, TS_E_MISSING_VALUE, "add the member '%s', %s", key, kind);
	return value;
}

static bool read_id(const json_t *object, int32_t *ret_id, struct ts_error *err)
{
	static const char kind[] = "an integer from 0 to 2147483647";
	const json_t *value = required(object, "datasource_id", kind, err);

	if (!value)
		return false;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > INT32_MAX)
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'datasource_id' must be %s, written without quotes, "
			       "fraction or exponent",
			       kind);
	*ret_id = (int32_t)json_integer_value(value);
	return true;
}

static bool read_text(const json_t *object, const char *key, char **ret_text,
		      struct ts_error *err)
{
	static const char kind[] = "a string that is not empty";
	const json_t *value = required(object, key, kind, err);

	if (!value)
		return false;
	if (!json_is_string(value) || json_string_length(value) == 0)
		return ts_fail(err, TS_E_BAD_VALUE, "'%s' must be %s", key, kind);
	*ret_text = ts_strdup(json_string_value(value));
	return true;
}

static bool read_type(const json_t *object, bool *ret_is_view, struct ts_error *err)
{
	const json_t *value = json_object_get(object, "table_type");
	const char *text = json_string_value(value);

	if (value && !(text && (!strcmp(text, "TABLE") || !strcmp(text, "VIEW"))))
		return ts_fail(err, TS_E_BAD_TABLE_TYPE,
			       "write \"TABLE\" or \"VIEW\" in upper case, or leave "
			       "'table_type' out for a table");
	*ret_is_view = text && strcmp(text, "VIEW") == 0;
	return true;
}

static bool parse(const char *text, size_t len, json_t **ret_object,
		  struct ts_error *err)
{
	json_t *value;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "it begins with a byte order mark: send it without");
	if (!ts_json_parse(text, len, TS_JOB_BYTES, &value, err))
		return false;
	if (!json_is_object(value)) {
		json_decref(value);
		return ts_fail(err, TS_E_BAD_MESSAGE,
			       "it is JSON but no object: send {\"datasource_id\": …, "
			       "\"schema\": …, \"table\": …}");
	}
	*ret_object = value;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The object itself, without the blanks around it. */
static char *copy_object(const char *text, size_t len)
{
	while (is_blank(*text)) {
		text++;
		len--;
	}
	while (is_blank(text[len - 1]))
		len--;
	return ts_memdup(text, len);
}

bool ts_job_decode(const void *bytes, size_t len, struct ts_job *ret_job,
		   struct ts_error *err)
{
	json_t *object;
	bool ok;

	*ret_job = (struct ts_job){0};
	if (!parse(bytes, len, &object, err))
		return false;
	ret_job->text = copy_object(bytes, len);
	warn_of_members(ret_job, object);
	ok = read_id(object, &ret_job->datasource_id, err) &&
	     read_text(object, "schema", &ret_job->schema, err) &&
	     read_text(object, "table", &ret_job->table, err) &&
	     read_type(object, &ret_job->is_view, err);
	json_decref(object);
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
