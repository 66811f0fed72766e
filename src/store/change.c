/* change.c - see change.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/change.h"
#include <string.h>

enum ts_change_kind ts_change_decide(const struct ts_held *held,
				     const struct ts_submission *document,
				     int64_t observed_us)
{
	if (!held)
		return document->is_removed ? TS_CHANGE_UNCHANGED : TS_CHANGE_CREATED;
	if (observed_us < held->observed_us)
		return TS_CHANGE_SUPERSEDED;
	if (document->is_removed || held->is_removed)
		return document->is_removed && held->is_removed ? TS_CHANGE_UNCHANGED
								: TS_CHANGE_UPDATED;
	return strcmp(held->text, document->text) == 0 ? TS_CHANGE_UNCHANGED
						       : TS_CHANGE_UPDATED;
}

const char *ts_change_name(enum ts_change_kind kind)
{
	switch (kind) {
	case TS_CHANGE_CREATED:
		return "created";
	case TS_CHANGE_UPDATED:
		return "updated";
	case TS_CHANGE_UNCHANGED:
		return "unchanged";
	case TS_CHANGE_SUPERSEDED:
		return "superseded";
	}
	return "?";
}

/* The columns of a document by their names; a new reference. */
static json_t *columns_by_name(const json_t *members)
{
	json_t *by_name = json_object();
	json_t *column;
	size_t i;

	json_array_foreach(json_object_get(members, "columns"), i, column)
	{
		json_object_set(by_name, ts_json_text(column, "name"), column);
	}
	return by_name;
}

static bool is_null(const json_t *value)
{
	return !value || json_is_null(value);
}

/* Do they say the same, wherever the column stands?  `one` has every member, in `other`
 * what is null may be missing. */
static bool is_same_column(json_t *one, const json_t *other)
{
	const char *member;
	json_t *value;

	json_object_foreach(one, member, value)
	{
		const json_t *counterpart = json_object_get(other, member);

		if (strcmp(member, "position") != 0 &&
		    !(is_null(value) && is_null(counterpart)) &&
		    !json_equal(value, counterpart))
			return false;
	}
	return true;
}

/* The names of those columns that `others` does not have, in their order. */
static json_t *missing_names(const json_t *members, const json_t *others)
{
	json_t *names = json_array();
	const json_t *column;
	size_t i;

	json_array_foreach(json_object_get(members, "columns"), i, column)
	{
		json_t *name = json_object_get(column, "name");

		if (!json_object_get(others, json_string_value(name)))
			json_array_append(names, name);
	}
	return names;
}

/* The names of those columns that `others` has as well, but otherwise. */
static json_t *changed_names(const json_t *members, const json_t *others)
{
	json_t *names = json_array();
	json_t *column;
	size_t i;

	json_array_foreach(json_object_get(members, "columns"), i, column)
	{
		json_t *name = json_object_get(column, "name");
		json_t *other = json_object_get(others, json_string_value(name));

		if (other && !is_same_column(column, other))
			json_array_append(names, name);
	}
	return names;
}

json_t *ts_change_make(enum ts_change_kind kind, int64_t version, const json_t *before,
		       const json_t *after)
{
	json_t *old = columns_by_name(before), *new = columns_by_name(after);
	json_t *change = json_object();

	json_object_set_new(change, "kind", json_string(ts_change_name(kind)));
	json_object_set_new(change, "version",
			    version ? json_integer(version) : json_null());
	json_object_set_new(change, "columns_added", missing_names(after, old));
	json_object_set_new(change, "columns_removed", missing_names(before, new));
	json_object_set_new(change, "columns_changed", changed_names(before, new));
	json_decref(old);
	json_decref(new);
	return change;
}
