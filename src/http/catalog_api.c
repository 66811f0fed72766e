/* catalog_api.c - see catalog_api.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/catalog_api.h"
#include "base/str.h"
#include "http/url.h"
#include <string.h>

enum {
	DEFAULT_LIMIT = 100,
	LIST_BYTES = 64 * 1024 * 1024, /* 256 documents of wide tables */
	BODY_BYTES = 1024 * 1024,      /* long descriptions, many fields */
};

/* The body as a JSON object; the server has bounded its length already. */
static bool parse_body(const struct ts_call *call, json_t **ret_body,
		       struct ts_error *err)
{
	json_t *body;

	if (!ts_json_parse(call->body, call->body_len, call->body_len, &body, err))
		return false;
	if (!json_is_object(body)) {
		json_decref(body);
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is not an object");
	}
	*ret_body = body;
	return true;
}

static bool put_tables(struct ts_call *call, const struct ts_json_node *body,
		       struct ts_error *err)
{
	const struct ts_json_node *tables = ts_json_node_get(body, "tables");

	if (!ts_json_node_is_object(body))
		return ts_fail(err, TS_E_BAD_MESSAGE, "it is not an object");
	if (!tables)
		return ts_fail(err, TS_E_MISSING_VALUE, "'tables'");
	return ts_store_put(call->services->store, tables, &call->access.token.scope,
			    &call->answer, err);
}

static bool put(struct ts_call *call, struct ts_error *err)
{
	struct ts_json_index index;
	bool is_ok;

	if (!ts_json_index_make(call->body, call->body_len, call->body_len, &index,
				err))
		return false;
	ts_buf_puts(&call->answer, "{\"results\":");
	is_ok = put_tables(call, index.nodes, err);
	ts_buf_putc(&call->answer, '}');
	ts_json_index_release(&index);
	return is_ok;
}

static bool get(struct ts_call *call, struct ts_error *err)
{
	return ts_access_covers_table(&call->access, call->services->store, call->id,
				      err) &&
	       ts_store_get(call->services->store, call->id, &call->answer, &call->etag,
			    err);
}

/* If-Match: "7" is the entity tag that a GET gave; * and none take whatever is there.
 * Any other text matches nothing. */
static bool parse_if_match(const char *text, int64_t *ret_expected,
			   struct ts_error *err)
{
	TS_AUTO(ts_buf) number = {0};
	size_t len = text ? strlen(text) : 0;

	*ret_expected = -1;
	if (!text || strcmp(text, "*") == 0)
		return true;
	if (len > 2 && text[0] == '"' && text[len - 1] == '"')
		ts_buf_add(&number, text + 1, len - 2);
	if (ts_int64_parse(ts_buf_text(&number), 0, INT64_MAX, ret_expected))
		return true;
	return ts_fail(err, TS_E_CONFLICT, "If-Match has no entity tag of this table");
}

static bool patch(struct ts_call *call, struct ts_error *err)
{
	json_t *changes = NULL;
	int64_t expected;
	bool is_ok;

	if (!ts_access_covers_table(&call->access, call->services->store, call->id,
				    err) ||
	    !parse_if_match(call->if_match, &expected, err) ||
	    !parse_body(call, &changes, err))
		return false;
	is_ok = ts_store_patch(call->services->store, call->id, changes, expected,
			       &call->answer, &call->etag, err);
	json_decref(changes);
	return is_ok;
}

/* Behind the items: the path of the next page, which has this request's parameters but
 * begins at `next` (0: there is none). */
static void end_list(struct ts_call *call, const char *mark, int64_t next)
{
	TS_AUTO(ts_buf) path = {0};

	if (!next) {
		ts_buf_puts(&call->answer, ",\"next\":null}");
		return;
	}
	ts_url_print_request(call, mark, &path);
	ts_url_add_number(&path, mark, next);
	/* A path has nothing that JSON would escape. */
	ts_buf_printf(&call->answer, ",\"next\":\"%s\"}", ts_buf_text(&path));
}

static bool parse_flag(const struct ts_call *call, const char *name, bool *ret_flag,
		       struct ts_error *err)
{
	const char *text = ts_call_parameter(call, name);

	*ret_flag = text && strcmp(text, "true") == 0;
	if (text && !*ret_flag && strcmp(text, "false") != 0)
		return ts_fail(err, TS_E_BAD_VALUE, "'%s' is neither true nor false",
			       name);
	return true;
}

/* A page may be shorter than asked for: `next` says that there is more. */
static bool parse_limit(struct ts_call *call, size_t *ret_limit, struct ts_error *err)
{
	int64_t limit;

	if (!ts_call_number(call, "limit", 1, INT32_MAX, DEFAULT_LIMIT, &limit, err))
		return false;
	*ret_limit = limit < TS_LIST_MAX ? (size_t)limit : TS_LIST_MAX;
	return true;
}

static bool list(struct ts_call *call, struct ts_error *err)
{
	struct ts_store_query query = {
	    .schema_name = ts_call_parameter(call, "schema"),
	    .name = ts_call_parameter(call, "name"),
	    .text = ts_call_parameter(call, "q"),
	    .scope = &call->access.token.scope,
	};
	int64_t next;

	if (!ts_call_number(call, "ds_id", 0, INT32_MAX, -1, &query.ds_id, err) ||
	    !parse_limit(call, &query.limit, err) ||
	    !ts_call_number(call, "after", 0, INT64_MAX, 0, &query.after, err) ||
	    !parse_flag(call, "removed", &query.is_removed, err))
		return false;
	ts_buf_puts(&call->answer, "{\"items\":");
	if (!ts_store_list(call->services->store, &query, &call->answer, &next, err))
		return false;
	end_list(call, "after", next);
	return true;
}

static bool list_versions(struct ts_call *call, struct ts_error *err)
{
	int64_t before, next;
	size_t limit;

	if (!parse_limit(call, &limit, err) ||
	    !ts_call_number(call, "before", 1, INT64_MAX, INT64_MAX, &before, err) ||
	    !ts_access_covers_table(&call->access, call->services->store, call->id,
				    err))
		return false;
	ts_buf_puts(&call->answer, "{\"items\":");
	if (!ts_store_versions(call->services->store, call->id, before, limit,
			       &call->answer, &next, err))
		return false;
	end_list(call, "before", next);
	return true;
}

static bool list_datasources(struct ts_call *call, struct ts_error *err)
{
	ts_buf_puts(&call->answer, "{\"items\":");
	if (!ts_store_datasources(call->services->store, &call->access.token.scope,
				  &call->answer, err))
		return false;
	end_list(call, "after", 0);
	return true;
}

static bool list_schemas(struct ts_call *call, struct ts_error *err)
{
	int64_t ds_id, after, next;
	size_t limit;

	if (!ts_call_number(call, "ds_id", 0, INT32_MAX, -1, &ds_id, err) ||
	    !parse_limit(call, &limit, err) ||
	    !ts_call_number(call, "after", 0, INT64_MAX, 0, &after, err))
		return false;
	ts_buf_puts(&call->answer, "{\"items\":");
	if (!ts_store_schemas(call->services->store, ds_id, &call->access.token.scope,
			      after, limit, &call->answer, &next, err))
		return false;
	end_list(call, "after", next);
	return true;
}

static bool get_schema(struct ts_call *call, struct ts_error *err)
{
	return ts_store_schema(call->services->store, call->id,
			       &call->access.token.scope, &call->answer, err);
}

#define CATALOG "/api/v1/catalog"
#define TABLES CATALOG "/tables"

static const struct ts_route routes[] = {
    {"PUT", TABLES, put, TS_ROLES_WRITE, TS_ROUTE_API, TS_BODY_JSON, LIST_BYTES, {0}},
    {"GET",
     TABLES,
     list,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {"ds_id", "schema", "name", "q", "removed", "limit", "after"}},
    {"GET", TABLES "/{id}", get, TS_ROLES_READ, TS_ROUTE_API, 0, 0, {0}},
    {"PATCH",
     TABLES "/{id}",
     patch,
     TS_ROLES_ADMIN,
     TS_ROUTE_API,
     TS_BODY_JSON,
     BODY_BYTES,
     {0}},
    {"GET",
     TABLES "/{id}/versions",
     list_versions,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {"limit", "before"}},
    {"GET",
     CATALOG "/datasources",
     list_datasources,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {0}},
    {"GET",
     CATALOG "/schemas",
     list_schemas,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {"ds_id", "limit", "after"}},
    {"GET",
     CATALOG "/schemas/{id}",
     get_schema,
     TS_ROLES_READ,
     TS_ROUTE_API,
     0,
     0,
     {0}},
};

const struct ts_routes ts_catalog_routes = {routes, sizeof(routes) / sizeof(*routes)};
