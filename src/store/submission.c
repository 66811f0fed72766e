/* submission.c - see submission.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/submission.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/shape.h"
#include <stdlib.h>
#include <string.h>

void ts_submission_release(struct ts_submission *document)
{
	free(document->schema_name);
	free(document->name);
	free(document->text);
	*document = (struct ts_submission){0};
}

static bool columns_differ_in_name(const struct ts_json_node *columns,
				   struct ts_error *err)
{
	json_t *seen = json_object();
	TS_AUTO(ts_buf) name = {0};
	bool differ = true;

	for (const struct ts_json_node *item = ts_json_node_first(columns);
	     item && differ; item = ts_json_node_next(columns, item)) {
		ts_buf_clear(&name);
		ts_json_node_decode(ts_json_node_get(item, "name"), &name);
		differ = !json_object_get(seen, ts_buf_text(&name));
		json_object_set_new_nocheck(seen, ts_buf_text(&name), json_null());
	}
	json_decref(seen);
	return differ || ts_fail(err, TS_E_BAD_VALUE, "'columns' has '%s' twice",
				 ts_buf_text(&name));
}

/* The text of a member; the caller frees it.  NULL where it is none. */
static char *copy_text(const struct ts_json_node *object, const char *name)
{
	const struct ts_json_node *node = ts_json_node_get(object, name);
	TS_AUTO(ts_buf) text = {0};

	if (!ts_json_node_is_text(node))
		return NULL;
	ts_json_node_decode(node, &text);
	return ts_buf_detach(&text);
}

static bool take_name(const struct ts_json_node *value, const char *member,
		      char **ret_name, struct ts_error *err)
{
	*ret_name = copy_text(value, member);
	if (*ret_name && ts_shape_is_name(strlen(*ret_name)))
		return true;
	return ts_fail(err, TS_E_BAD_VALUE, "'%s' is not a text of 1 to 1024 bytes",
		       member);
}

static bool take_moment(const struct ts_json_node *value, int64_t *ret_us,
			struct ts_error *err)
{
	char *text = copy_text(value, "observed_at");
	bool is_moment = text && ts_timestamp_parse(text, ret_us);

	free(text);
	return is_moment ||
	       ts_fail(err, TS_E_BAD_VALUE,
		       "'observed_at' is not like 2026-11-23T05:00:00.123456Z");
}

static bool is_true(const struct ts_json_node *value, const char *member)
{
	return ts_json_node_is_literal(ts_json_node_get(value, member), "true");
}

/* Also where it fails, what was taken belongs to the document. */
static bool judge_key(const struct ts_json_node *value, struct ts_submission *document,
		      struct ts_error *err)
{
	static const char *const required[] = {"ds_id", "schema_name", "name",
					       "observed_at"};
	const struct ts_json_node *removed = ts_json_node_get(value, "removed");

	if (!ts_json_node_is_object(value))
		return ts_fail(err, TS_E_BAD_VALUE, "it is not an object");
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (!ts_json_node_get(value, required[i]))
			return ts_fail(err, TS_E_MISSING_VALUE, "'%s'", required[i]);
	if (!ts_json_node_integer(ts_json_node_get(value, "ds_id"), 0, INT32_MAX,
				  &document->ds_id))
		return ts_fail(err, TS_E_BAD_VALUE,
			       "'ds_id' is not a whole number from 0 to 2147483647");
	if (!take_name(value, "schema_name", &document->schema_name, err) ||
	    !take_name(value, "name", &document->name, err) ||
	    !take_moment(value, &document->observed_us, err))
		return false;
	document->is_removed = ts_json_node_is_literal(removed, "true");
	document->ignores_case = is_true(value, "ignore_case");
	return !removed || document->is_removed ||
	       ts_json_node_is_literal(removed, "false") ||
	       ts_fail(err, TS_E_BAD_VALUE, "'removed' is neither true nor false");
}

static bool judge_members(const struct ts_json_node *value,
			  struct ts_submission *document, struct ts_error *err)
{
	TS_AUTO(ts_buf) text = {0};
	char *kind;
	bool is_view;

	if (!ts_shape_print(value, &text, err))
		return false;
	kind = copy_text(value, "kind");
	is_view = strstr(kind, "VIEW");
	free(kind);
	if (is_true(value, "is_view") != is_view)
		return ts_fail(err, TS_E_BAD_VALUE, "'is_view' contradicts 'kind'");
	if (!columns_differ_in_name(ts_json_node_get(value, "columns"), err))
		return false;

	document->text = ts_buf_detach(&text);
	return true;
}

bool ts_submission_make(const struct ts_json_node *value,
			struct ts_submission *ret_document, struct ts_error *err)
{
	struct ts_submission document = {0};

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
