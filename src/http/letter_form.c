/* letter_form.c - see letter_form.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/letter_form.h"
#include "base/clock.h"
#include "base/str.h"
#include "kafka/letter_terms.h"
#include <string.h>

#define AT(member) offsetof(struct ts_letter_terms, member)
#define NOWHERE ((size_t)-1)
static const struct {
	const char *name;
	size_t offset; /* into the terms; NOWHERE: a choice */
	const char *label, *hint;
} fields[] = {
    {"error", AT(errors), "Error", "source_timeout,source_busy"},
    {"datasource", AT(datasource), "Data source", "its number or its name"},
    {"schema", AT(schema), "Schema", "as the job spells it"},
    {"table", AT(table), "Table", "as the job spells it"},
    {"since", AT(since), "Set aside since", "2h, 7d or 2026-11-23T05:00:00Z"},
    {"until", AT(until), "… and before", "1h or 2026-11-23T06:00:00Z"},
    {"offsets", AT(offsets), "Letters", "3-17,4-0..99"},
    {"what", NOWHERE, "", ""},
    {"rate", NOWHERE, "Letters a second, at most", ""},
    {"max_replays", NOWHERE, "Leave those that were replayed as often", ""},
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(*fields) };

json_t *ts_letter_form_query(const struct ts_call *call)
{
	json_t *values = json_object();

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *value = ts_call_parameter(call, fields[i].name);

		if (value)
			json_object_set_new(values, fields[i].name, json_string(value));
	}
	return values;
}

json_t *ts_letter_form_posted(const struct ts_form *form)
{
	json_t *values = json_object();

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *value = ts_form_get(form, fields[i].name);

		if (value && *value)
			json_object_set_new(values, fields[i].name, json_string(value));
	}
	return values;
}

bool ts_letter_form_filter(const json_t *values, const struct ts_config *config,
			   struct ts_letter_filter *ret_filter, struct ts_error *err)
{
	struct ts_letter_terms terms = {.prefix = ""};

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (fields[i].offset != NOWHERE)
			*(const char **)((char *)&terms + fields[i].offset) =
			    ts_json_text(values, fields[i].name);
	if (ts_letter_terms_make(&terms, config, ts_unix_ms(), ret_filter, err))
		return true;
	err->code = TS_E_BAD_VALUE; /* no command line was given */
	return false;
}

static bool take_number(const json_t *values, const char *name, int64_t *ret_number,
			struct ts_error *err)
{
	const char *text = ts_json_text(values, name);
	enum { MOST = 1000000 };

	return !text || ts_int64_parse(text, 1, MOST, ret_number) ||
	       ts_fail(err, TS_E_BAD_VALUE, "'%s' is not a number from 1 to %d", name,
		       MOST);
}

bool ts_letter_form_choices(const json_t *values, struct ts_replay_run *run,
			    struct ts_error *err)
{
	const char *what = ts_json_text(values, "what");

	if (!what)
		return ts_fail(err, TS_E_MISSING_VALUE, "'what'");
	if (strcmp(what, "replay") != 0 && strcmp(what, "discard") != 0)
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'what' is neither replay nor discard");
	run->what = strcmp(what, "replay") == 0 ? TS_REPLAY_PUBLISH : TS_REPLAY_DISCARD;
	return take_number(values, "rate", &run->rate, err) &&
	       take_number(values, "max_replays", &run->max_replays, err);
}

json_t *ts_letter_form_fields(const json_t *values)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FIELD_COUNT && fields[i].offset != NOWHERE; i++) {
		const char *value = ts_json_text(values, fields[i].name);

		json_array_append_new(
		    list, json_pack("{ss, ss, ss, ss}", "name", fields[i].name, "label",
				    fields[i].label, "hint", fields[i].hint, "value",
				    value ? value : ""));
	}
	return list;
}

json_t *ts_letter_form_given(const json_t *values)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *value = ts_json_text(values, fields[i].name);

		if (value)
			json_array_append_new(
			    list, json_pack("{ss, ss, ss}", "name", fields[i].name,
					    "label", fields[i].label, "value", value));
	}
	return list;
}
