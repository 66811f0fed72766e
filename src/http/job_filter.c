/* job_filter.c - see job_filter.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_filter.h"
#include "base/str.h"
#include <stdio.h>
#include <string.h>

static bool is_text(const struct ts_job_entry *entry, enum ts_job_text which,
		    const char *wanted)
{
	const char *text = ts_job_entry_text(entry, which);

	return !wanted || (text && strcmp(text, wanted) == 0);
}

bool ts_job_is_within(const struct ts_job_entry *entry, const struct ts_scope *scope)
{
	const char *schema = ts_job_entry_text(entry, TS_JOB_SCHEMA);

	if (!scope || ts_scope_is_everything(scope))
		return true;
	return entry->ds_id >= 0 && schema &&
	       ts_scope_has_schema(scope, entry->ds_id, schema);
}

bool ts_job_matches(const struct ts_job_entry *entry,
		    const struct ts_job_filter *filter)
{
	return (filter->state == TS_JOB_ANY || filter->state == entry->state) &&
	       (filter->ds_id < 0 || filter->ds_id == entry->ds_id) &&
	       is_text(entry, TS_JOB_SCHEMA, filter->schema) &&
	       is_text(entry, TS_JOB_TABLE, filter->table) &&
	       is_text(entry, TS_JOB_CODE, filter->error) &&
	       ts_job_is_within(entry, filter->scope);
}

bool ts_job_place_parse(const char *text, struct ts_job_place *ret_place,
			struct ts_error *err)
{
	const size_t digits = strspn(text, "0123456789");
	const char *job_id = text + digits + 1;
	char number[24];

	snprintf(number, sizeof(number), "%.*s", (int)(digits < 20 ? digits : 20),
		 text);
	if (text[digits] != '-' || strlen(job_id) >= sizeof(ret_place->job_id) ||
	    !ts_int64_parse(number, 0, INT64_MAX, &ret_place->at_ms))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'before' is none that a list has as its next");
	memcpy(ret_place->job_id, job_id, strlen(job_id) + 1);
	return true;
}
