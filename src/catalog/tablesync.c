/* tablesync.c - the kind `tablesync`: the reference catalog (design.md 4.6).
 *
 * A list goes out as one PUT, or as several where it is longer than the catalog takes.
 * Writing again what was written is harmless, so a failed call may be repeated whole.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_index.h"
#include "base/mem.h"
#include "base/str.h"
#include "catalog/exchange.h"
#include "catalog/kind.h"
#include <stdlib.h>
#include <string.h>

enum {
	LIST_COUNT = 256,                 /* documents of one PUT */
	LIST_BYTES = 16 * 1024 * 1024,    /* a list is cut above this */
	ANSWER_BYTES = 128 * 1024 * 1024, /* the exchange takes no more */
	SHORT_BYTES = 2048,               /* of a member that is never left out */
};

struct state {
	struct ts_exchange *exchange;
	char *url;
};

static bool open_catalog(const struct ts_config *config, void **ret_state,
			 struct ts_error *err)
{
	TS_AUTO(ts_buf) url = {0};
	struct ts_exchange *exchange;
	struct state *state;

	if (!ts_str_has_prefix(config->catalog.url, "http://") &&
	    !ts_str_has_prefix(config->catalog.url, "https://"))
		return ts_fail(err, TS_E_CONFIG,
			       "catalog.url: it begins with neither http:// nor "
			       "https://");
	if (!ts_exchange_new(config->catalog.token, &exchange, err))
		return false;
	ts_buf_puts(&url, config->catalog.url);
	while (url.len && url.data[url.len - 1] == '/')
		url.data[--url.len] = '\0';
	ts_buf_puts(&url, "/api/v1/catalog/tables");
	state = ts_calloc(1, sizeof(*state));
	state->exchange = exchange;
	state->url = ts_buf_detach(&url);
	*ret_state = state;
	return true;
}

static void close_catalog(void *opaque)
{
	struct state *state = opaque;

	ts_exchange_free(state->exchange);
	free(state->url);
	free(state);
}

/* Append as many of the documents as one PUT takes; how many these are. */
static size_t fill_list(const struct ts_write *writes, size_t count,
			struct ts_buf *list)
{
	size_t taken = 0;

	ts_buf_puts(list, "{\"tables\":[");
	while (taken < count && taken < LIST_COUNT && list->len < LIST_BYTES) {
		if (taken)
			ts_buf_putc(list, ',');
		ts_json_print(writes[taken++].document, list);
	}
	ts_buf_puts(list, "]}");
	return taken;
}

static void fail_all(struct ts_write *writes, size_t count, const struct ts_error *err)
{
	for (size_t i = 0; i < count; i++)
		writes[i].err = *err;
}

static bool fail_malformed(struct ts_error *err, const char *what)
{
	return ts_fail(err, TS_E_CATALOG_REJECTED, "its answer is malformed: %s", what);
}

/* What a text says; the caller frees it.  NULL where it is none. */
static char *copy_text(const struct ts_json_node *node)
{
	TS_AUTO(ts_buf) text = {0};

	if (!ts_json_node_is_text(node))
		return NULL;
	ts_json_node_decode(node, &text);
	return ts_buf_detach(&text);
}

/* The catalog's error for one document, in its own words. */
static bool take_error(const struct ts_json_node *result, struct ts_error *err)
{
	const struct ts_json_node *error = ts_json_node_get(result, "error");
	char *code = copy_text(ts_json_node_get(error, "code"));
	char *message = copy_text(ts_json_node_get(error, "message"));
	enum ts_code known = code ? ts_code_find(code) : TS_OK;

	if (!code || !message)
		fail_malformed(err, "an error without code or message");
	else
		ts_fail(err,
			known != TS_OK && ts_code_class(known) == TS_RETRY
			    ? TS_E_CATALOG_UNREACHABLE
			    : TS_E_CATALOG_REJECTED,
			"%s", message);
	free(code);
	free(message);
	return false;
}

static bool is_integer(const struct ts_json_node *node)
{
	int64_t number;

	return ts_json_node_integer(node, INT64_MIN, INT64_MAX, &number);
}

static bool is_change(const struct ts_json_node *change)
{
	static const char *const kinds[] = {"created", "updated", "unchanged",
					    "superseded"};
	const struct ts_json_node *kind = ts_json_node_get(change, "kind");
	const struct ts_json_node *version = ts_json_node_get(change, "version");
	bool is_known = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		is_known = is_known || ts_json_node_equals(kind, kinds[i]);
	return is_known &&
	       (is_integer(version) || ts_json_node_is_literal(version, "null")) &&
	       ts_json_node_is_array(ts_json_node_get(change, "columns_added")) &&
	       ts_json_node_is_array(ts_json_node_get(change, "columns_removed")) &&
	       ts_json_node_is_array(ts_json_node_get(change, "columns_changed"));
}

static bool is_same_text(const struct ts_json_node *table, const json_t *document,
			 const char *member)
{
	const char *text = ts_json_text(document, member);

	return text && ts_json_node_equals(ts_json_node_get(table, member), text);
}

/* Null is what comes of removing a table that was never there. */
static bool is_table(const struct ts_json_node *table, const json_t *document)
{
	json_int_t wanted = json_integer_value(json_object_get(document, "ds_id"));
	int64_t ds_id;

	if (ts_json_node_is_literal(table, "null"))
		return json_is_true(json_object_get(document, "removed"));
	return is_integer(ts_json_node_get(table, "id")) &&
	       ts_json_node_integer(ts_json_node_get(table, "ds_id"), INT64_MIN,
				    INT64_MAX, &ds_id) &&
	       ds_id == wanted && is_same_text(table, document, "schema_name") &&
	       is_same_text(table, document, "name");
}

/* A reply keeps these however short it has to be, so one that is long would make it a
 * record that no topic takes.  NULL where all are short. */
static const char *find_long_member(const struct ts_json_node *table)
{
	static const char *const kept[] = {"url", "is_view", "schema_id", "observed_at",
					   "kind"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct ts_json_node *member = ts_json_node_get(table, kept[i]);

		if (member && member->len > SHORT_BYTES)
			return kept[i];
	}
	return NULL;
}

static bool take_result(const struct ts_json_node *result, struct ts_write *write,
			struct ts_error *err)
{
	const struct ts_json_node *status = ts_json_node_get(result, "status");
	const struct ts_json_node *change = ts_json_node_get(result, "change");
	const struct ts_json_node *table = ts_json_node_get(result, "table");
	const char *member = find_long_member(table);

	if (ts_json_node_equals(status, "error"))
		return take_error(result, err);
	if (!ts_json_node_equals(status, "ok"))
		return fail_malformed(err, "a result that is neither ok nor error");
	if (!is_change(change))
		return fail_malformed(err, "a result without its change");
	if (!is_table(table, write->document))
		return fail_malformed(err, "a result of another table");
	if (member)
		return ts_fail(err, TS_E_CATALOG_REJECTED,
			       "its answer is malformed: '%s' of the table has more "
			       "than %d bytes",
			       member, SHORT_BYTES);
	write->change = ts_memdup(change->text, change->len);
	write->table = ts_memdup(table->text, table->len);
	return true;
}

static bool take_results(const struct ts_json_node *results, struct ts_write *writes,
			 size_t count, struct ts_error *err)
{
	const struct ts_json_node *result = NULL;
	size_t answered = 0;

	if (ts_json_node_is_array(results))
		result = ts_json_node_first(results);
	for (const struct ts_json_node *one = result; one;
	     one = ts_json_node_next(results, one))
		answered++;
	if (answered != count)
		return fail_malformed(err, "it has not one result for each table");
	for (size_t i = 0; i < count; i++, result = ts_json_node_next(results, result))
		(void)!take_result(result, &writes[i], &writes[i].err);
	return true;
}

static bool take_answer(const struct ts_buf *text, struct ts_write *writes,
			size_t count, struct ts_error *err)
{
	struct ts_json_index answer;
	bool is_ok;

	if (!ts_json_index_make(ts_buf_text(text), text->len, ANSWER_BYTES, &answer,
				err)) {
		err->code = TS_E_CATALOG_REJECTED;
		return ts_wrap(err, "its answer is malformed");
	}
	is_ok =
	    take_results(ts_json_node_get(answer.nodes, "results"), writes, count, err);
	ts_json_index_release(&answer);
	return is_ok;
}

/* Writes of one call may belong to several traces; the first is named. */
static const char *find_traceparent(const struct ts_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (writes[i].traceparent)
			return writes[i].traceparent;
	return NULL;
}

static void write_catalog(void *opaque, struct ts_write *writes, size_t count,
			  int64_t deadline_ms)
{
	struct state *state = opaque;
	size_t taken;

	for (; count; writes += taken, count -= taken) {
		TS_AUTO(ts_buf) list = {0}, answer = {0};
		struct ts_error err = {0};

		taken = fill_list(writes, count, &list);
		if (!ts_exchange_run(state->exchange, "PUT", state->url, &list,
				     find_traceparent(writes, taken), deadline_ms,
				     &answer, &err) ||
		    !take_answer(&answer, writes, taken, &err))
			fail_all(writes, taken, &err);
	}
}

const struct ts_kind ts_kind_tablesync = {
    .driver = "tablesync",
    .open = open_catalog,
    .close = close_catalog,
    .write = write_catalog,
};
