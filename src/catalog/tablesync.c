/* tablesync.c - the kind `tablesync`: the reference catalog (design.md 4.6).
 *
 * A list goes out as one PUT, or as several where it is longer than the catalog takes.
 * Writing again what was written is harmless, so a failed call may be repeated whole.
 */
/* SPDX-License-Identifier: Apache-2.0 */
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

/* The catalog's error for one document, in its own words. */
static bool take_error(const json_t *result, struct ts_error *err)
{
	const json_t *error = json_object_get(result, "error");
	const char *code = ts_json_text(error, "code");
	const char *message = ts_json_text(error, "message");
	enum ts_code known = code ? ts_code_find(code) : TS_OK;

	if (!code || !message)
		return fail_malformed(err, "an error without code or message");
	return ts_fail(err,
		       known != TS_OK && ts_code_class(known) == TS_RETRY
			   ? TS_E_CATALOG_UNREACHABLE
			   : TS_E_CATALOG_REJECTED,
		       "%s", message);
}

static bool is_change(const json_t *change)
{
	static const char *const kinds[] = {"created", "updated", "unchanged",
					    "superseded"};
	const char *kind = ts_json_text(change, "kind");
	const json_t *version = json_object_get(change, "version");
	bool is_known = false;

	for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		is_known = is_known || strcmp(kind, kinds[i]) == 0;
	return is_known && (json_is_integer(version) || json_is_null(version)) &&
	       json_is_array(json_object_get(change, "columns_added")) &&
	       json_is_array(json_object_get(change, "columns_removed")) &&
	       json_is_array(json_object_get(change, "columns_changed"));
}

/* Null is what comes of removing a table that was never there. */
static bool is_table(const json_t *table, const json_t *document)
{
	if (json_is_null(table))
		return json_is_true(json_object_get(document, "removed"));
	return json_is_integer(json_object_get(table, "id")) &&
	       json_equal(json_object_get(table, "ds_id"),
			  json_object_get(document, "ds_id")) &&
	       json_equal(json_object_get(table, "schema_name"),
			  json_object_get(document, "schema_name")) &&
	       json_equal(json_object_get(table, "name"),
			  json_object_get(document, "name"));
}

static bool take_result(const json_t *result, struct ts_write *write,
			struct ts_error *err)
{
	const char *status = ts_json_text(result, "status");
	json_t *change = json_object_get(result, "change");
	json_t *table = json_object_get(result, "table");

	if (status && strcmp(status, "error") == 0)
		return take_error(result, err);
	if (!status || strcmp(status, "ok") != 0)
		return fail_malformed(err, "a result that is neither ok nor error");
	if (!is_change(change))
		return fail_malformed(err, "a result without its change");
	if (!is_table(table, write->document))
		return fail_malformed(err, "a result of another table");
	write->change = json_incref(change);
	write->table = json_incref(table);
	return true;
}

static bool take_answer(const struct ts_buf *text, struct ts_write *writes,
			size_t count, struct ts_error *err)
{
	const json_t *results;
	json_t *answer;
	bool is_ok = true;

	if (!ts_json_parse(ts_buf_text(text), text->len, ANSWER_BYTES, &answer, err)) {
		err->code = TS_E_CATALOG_REJECTED;
		return ts_wrap(err, "its answer is malformed");
	}
	results = json_object_get(answer, "results");
	if (!json_is_array(results) || json_array_size(results) != count)
		is_ok = fail_malformed(err, "it has not one result for each table");
	for (size_t i = 0; is_ok && i < count; i++)
		(void)!take_result(json_array_get(results, i), &writes[i],
				   &writes[i].err);
	json_decref(answer);
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
