/* page_history.c - see page_history.h; the page that has all of it (pages.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/page_history.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/pages.h"
#include <string.h>

enum { PAGE_VERSIONS = 20 };

/* What of a document or a column is told when it changed; the columns themselves are
 * told by the change that the storage keeps. */
struct trait {
	const char *member, *label;
};

static const struct trait table_traits[] = {
    {"kind", "kind"},
    {"db_comment", "comment"},
    {"synonyms", "synonyms"},
    {"primary_key", "primary key"},
    {"unique_constraints", "unique constraints"},
    {"check_constraints", "check constraints"},
    {"foreign_keys", "foreign keys"},
    {"indexes", "indexes"},
    {"view_definition", "view definition"},
    {0},
};

static const struct trait column_traits[] = {
    {"type", "type"},
    {"nullable", "nullable"},
    {"default", "default"},
    {"comment", "comment"},
    {"primary_key_position", "place in the primary key"},
    {"generated", "generated"},
    {"identity", "identity"},
    {0},
};

/* Append the names of columns, "a, b". */
static void print_names(const json_t *names, struct ts_buf *text)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		ts_buf_printf(text, "%s%s", i ? ", " : "",
			      name ? name : "(expression)");
	}
}

/* Append one of the parts that constraints and indexes are told by, where it is there.
 */
static void print_part(const json_t *object, const char *member, const char *before,
		       struct ts_buf *text)
{
	const json_t *value = json_object_get(object, member);

	if (json_is_string(value))
		ts_buf_printf(text, "%s%s", text->len ? before : "",
			      json_string_value(value));
	if (json_is_true(value))
		ts_buf_printf(text, "%s%s", before, member);
	if (!json_is_array(value))
		return;
	ts_buf_printf(text, "%s(", text->len ? before : "");
	print_names(value, text);
	ts_buf_putc(text, ')');
}

/* A value in a line: a text as it is, a constraint or an index by its parts. */
static json_t *print_value(const json_t *value)
{
	static const struct {
		const char *member, *before;
	} parts[] = {
	    {"name", ""},
	    {"columns", " "},
	    {"expression", ": "},
	    {"referenced_schema", " refers to "},
	    {"referenced_table", " "},
	    {"referenced_columns", " "},
	    {"on_update", ", on update "},
	    {"on_delete", ", on delete "},
	    {"unique", ", "},
	    {"primary", ", "},
	    {"definition", ": "},
	};
	TS_AUTO(ts_buf) text = {0};

	if (json_is_string(value))
		return json_incref((json_t *)(uintptr_t)value);
	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "yes" : "no");
	if (!json_is_object(value))
		ts_json_print(value, &text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		print_part(value, parts[i].member, parts[i].before, &text);
	return json_string(text.len ? ts_buf_text(&text) : "(not told)");
}

static bool is_among(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

/* What `value` has and `other` has not: of lists the items (of a thousand indexes one
 * may have changed), else the value itself. */
static json_t *list_only(const json_t *value, const json_t *other)
{
	json_t *texts = json_array();

	if (!value || json_is_null(value))
		return texts;
	if (!json_is_array(value)) {
		json_array_append_new(texts, print_value(value));
		return texts;
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!is_among(other, json_array_get(value, i)))
			json_array_append_new(texts,
					      print_value(json_array_get(value, i)));
	return texts;
}

static json_t *list_changes(const struct trait *traits, const json_t *before,
			    const json_t *after)
{
	json_t *list = json_array();

	for (; traits->member; traits++) {
		json_t *old = json_object_get(before, traits->member);
		json_t *new = json_object_get(after, traits->member);

		if (!json_equal(old, new))
			json_array_append_new(
			    list, json_pack("{ss, so, so}", "what", traits->label,
					    "before", list_only(old, new), "after",
					    list_only(new, old)));
	}
	return list;
}

static const json_t *find_column(const json_t *document, const char *name)
{
	const json_t *columns = json_object_get(document, "columns");

	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *column = json_array_get(columns, i);
		const char *other = ts_json_text(column, "name");

		if (other && strcmp(other, name) == 0)
			return column;
	}
	return NULL;
}

static json_t *list_columns(const json_t *names, const json_t *before,
			    const json_t *after)
{
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name)
			json_array_append_new(
			    list, json_pack("{ss, so}", "name", name, "changes",
					    list_changes(column_traits,
							 find_column(before, name),
							 find_column(after, name))));
	}
	return list;
}

static bool is_removed(const json_t *version)
{
	return json_is_true(json_object_get(version, "removed"));
}

/* `before` is the version before it, NULL where there is none or it is not known. */
static json_t *describe(json_t *version, const json_t *before)
{
	const json_t *change = json_object_get(version, "change");
	json_t *document = json_object_get(version, "document");
	json_t *old = json_object_get(before, "document");
	json_t *row = json_copy(version);

	json_object_del(row, "document");
	json_object_del(row, "change");
	ts_page_show_time(row, "observed_at");
	if (!before) {
		if (json_integer_value(json_object_get(row, "version")) == 1)
			json_object_set_new(row, "is_first", json_true());
		return row;
	}
	json_object_set(row, "columns_added", json_object_get(change, "columns_added"));
	json_object_set(row, "columns_removed",
			json_object_get(change, "columns_removed"));
	json_object_set_new(
	    row, "columns_changed",
	    list_columns(json_object_get(change, "columns_changed"), old, document));
	json_object_set_new(row, "changes", list_changes(table_traits, old, document));
	json_object_set_new(row, "is_back",
			    json_boolean(is_removed(before) && !is_removed(version)));
	return row;
}

bool ts_page_versions(const struct ts_call *call, int64_t before, size_t limit,
		      json_t **ret_list, int64_t *ret_next, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	json_t *versions, *list;
	size_t size, shown;
	int64_t next;

	/* One more: what the last one changed. */
	if (!ts_store_versions(call->services->store, call->id, before, limit + 1,
			       &text, &next, err))
		return false;
	versions = ts_page_parse(&text, err);
	if (!versions)
		return false;
	list = json_array();
	*ret_next = 0;
	size = shown = json_array_size(versions);
	/* A page of long documents ends early: what its last changed is not known. */
	if (next && shown > 1)
		shown--;
	if (shown > limit)
		shown = limit;
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(list, describe(json_array_get(versions, i),
						     json_array_get(versions, i + 1)));
	if (size > shown || next)
		*ret_next = json_integer_value(json_object_get(
		    json_array_get(list, json_array_size(list) - 1), "version"));
	json_decref(versions);
	*ret_list = list;
	return true;
}

bool ts_page_history(struct ts_call *call, struct ts_error *err)
{
	json_t *table, *list, *data;
	int64_t curated, before, next;

	if (!ts_call_number(call, "before", 1, INT64_MAX, INT64_MAX, &before, err) ||
	    !ts_page_get_table(call, &table, &curated, err))
		return false;
	if (!ts_page_versions(call, before, PAGE_VERSIONS, &list, &next, err)) {
		json_decref(table);
		return false;
	}
	data = json_pack("{so, so, so}", "title",
			 json_sprintf("History of %s", ts_json_text(table, "name")),
			 "table", table, "versions", list);
	ts_page_set_next(call, data, "before", next);
	return ts_page_print(call, "history", data, err);
}
