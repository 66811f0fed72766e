/* page_edit.c - what people write about a table: the form, and what comes of it
 * (pages.h).
 *
 * The form carries the version that its reader saw.  Where somebody else wrote
 * meanwhile, the page says so, shows what is there now, and keeps what was typed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/page_form.h"
#include "http/pages.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EMPTY_ROWS = 2, MORE_ROWS = 6, NAME_SIZE = 32 };

static const struct {
	const char *name, *label;
} types[] = {{"text", "plain text"}, {"rich_text", "rich text"}};

/* A field of row `row`: name_3. */
static const char *get_row(const struct ts_form *form, const char *name, size_t row)
{
	char text[NAME_SIZE];

	snprintf(text, sizeof(text), "%s_%zu", name, row);
	return ts_form_get(form, text);
}

/* Browsers send a line's end as CR LF. */
static json_t *make_text(const char *text)
{
	TS_AUTO(ts_buf) clean = {0};

	ts_buf_fill(&clean, text ? text : "", "\r\n", "\n");
	return json_string(ts_buf_text(&clean));
}

/* The custom fields that were typed: without those that are to be removed, and without
 * rows that were left empty. */
static json_t *make_fields(const struct ts_form *form)
{
	json_t *fields = json_array();

	for (size_t row = 0; get_row(form, "name", row); row++) {
		const char *name = get_row(form, "name", row);
		const char *type = get_row(form, "type", row);
		const char *value = get_row(form, "value", row);

		if (get_row(form, "remove", row) || (!*name && (!value || !*value)))
			continue;
		json_array_append_new(fields, json_pack("{ss, ss, so}", "name", name,
							"type", type ? type : "text",
							"value", make_text(value)));
	}
	return fields;
}

static json_t *make_patch(const struct ts_form *form)
{
	return json_pack("{so, so, so}", "title", make_text(ts_form_get(form, "title")),
			 "description", make_text(ts_form_get(form, "description")),
			 "custom_fields", make_fields(form));
}

static json_t *make_types(const char *chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		json_array_append_new(
		    list, json_pack("{ss, ss, sb}", "name", types[i].name, "label",
				    types[i].label, "is_chosen",
				    chosen && strcmp(chosen, types[i].name) == 0));
	return list;
}

/* The rows of the form: each field, and some that are empty. */
static json_t *make_rows(const json_t *fields, size_t empty_rows)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(fields) + empty_rows; i++) {
		const json_t *field = json_array_get(fields, i);
		json_t *row = json_object();

		if (field)
			json_object_update(row, (json_t *)(uintptr_t)field);
		json_object_set_new(row, "row", json_integer((json_int_t)i));
		json_object_set_new(row, "count", json_integer((json_int_t)i + 1));
		json_object_set_new(row, "types",
				    make_types(ts_json_text(field, "type")));
		json_array_append_new(rows, row);
	}
	return rows;
}

/* What the form shows. */
struct edit {
	const json_t *written; /* has title, description and custom_fields */
	int64_t version;       /* that its reader saw */
	const char *complaint; /* why it was not kept; NULL: it is new */
	size_t empty_rows;
	bool is_conflict;
};

static bool print_form(struct ts_call *call, json_t *table, const struct edit *edit,
		       struct ts_error *err)
{
	const json_t *written = edit->written;
	json_t *data = json_pack(
	    "{so, sO, sI, ss*, sO, sO, so, sb}", "title",
	    json_sprintf("Edit %s", ts_json_text(table, "name")), "table", table,
	    "version", (json_int_t)edit->version, "complaint", edit->complaint,
	    "written_title", json_object_get(written, "title"), "written_description",
	    json_object_get(written, "description"), "rows",
	    make_rows(json_object_get(written, "custom_fields"), edit->empty_rows),
	    "is_conflict", edit->is_conflict);

	return ts_page_print(call, "edit", data, err);
}

bool ts_page_edit_form(struct ts_call *call, struct ts_error *err)
{
	struct edit edit = {.empty_rows = EMPTY_ROWS};
	json_t *table;
	bool is_ok;

	if (!ts_page_get_table(call, &table, &edit.version, err))
		return false;
	edit.written = table;
	is_ok = print_form(call, table, &edit, err);
	json_decref(table);
	return is_ok;
}

/* The form again, with what was typed: `why` it was not kept, or TS_OK where its reader
 * wants more rows.  After a conflict it is a form of what is there now. */
static bool print_again(struct ts_call *call, const json_t *patch, int64_t version,
			const struct ts_error *why, struct ts_error *err)
{
	char complaint[TS_ERROR_MESSAGE_BYTES];
	struct edit edit = {.written = patch, .empty_rows = MORE_ROWS};
	int64_t curated;
	json_t *table;
	bool is_ok;

	if (!ts_page_get_table(call, &table, &curated, err))
		return false;
	edit.is_conflict = why->code == TS_E_CONFLICT;
	edit.version = edit.is_conflict ? curated : version;
	if (why->code != TS_OK) {
		ts_error_message(why, complaint, sizeof(complaint));
		edit.complaint = complaint;
		edit.empty_rows = EMPTY_ROWS;
		call->status = ts_code_status(why->code);
	}
	is_ok = print_form(call, table, &edit, err);
	json_decref(table);
	return is_ok;
}

static bool save(struct ts_call *call, const json_t *patch, int64_t version,
		 struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0}, path = {0};
	struct ts_error why = {0};
	int64_t curated;

	if (ts_store_patch(call->services->store, call->id, patch, version, &text,
			   &curated, &why)) {
		ts_buf_printf(&path, "/table/%" PRId64 "/?saved=yes", call->id);
		ts_page_set_headers(call);
		ts_call_redirect(call, ts_buf_text(&path));
		return true;
	}
	if (why.code == TS_E_CONFLICT || why.code == TS_E_BAD_VALUE ||
	    why.code == TS_E_MISSING_VALUE)
		return print_again(call, patch, version, &why, err);
	*err = why;
	return false;
}

bool ts_page_edit(struct ts_call *call, struct ts_error *err)
{
	const struct ts_error nothing = {0};
	TS_AUTO(ts_form) form = {0};
	const char *seen;
	int64_t version;
	json_t *patch;
	bool is_ok;

	if (!ts_page_take_form(call, &form, err) ||
	    !ts_access_covers_table(&call->access, call->services->store, call->id,
				    err))
		return false;
	seen = ts_form_get(&form, "version");
	if (!seen || !ts_int64_parse(seen, 0, INT64_MAX, &version))
		return ts_fail(err, TS_E_BAD_VALUE, "'version' is not a number");
	patch = make_patch(&form);
	is_ok = ts_form_get(&form, "more")
		    ? print_again(call, patch, version, &nothing, err)
		    : save(call, patch, version, err);
	json_decref(patch);
	return is_ok;
}
