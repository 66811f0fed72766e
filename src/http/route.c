/* route.c - see route.h; every path that is served is a row here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/route.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/catalog_api.h"
#include <stdlib.h>
#include <string.h>

enum {
	LIST_BYTES = 64 * 1024 * 1024, /* 256 documents of wide tables */
	BODY_BYTES = 64 * 1024,
};

static bool answer_health(struct ts_call *call, struct ts_error *err)
{
	(void)err;
	call->content_type = "text/plain; charset=utf-8";
	ts_buf_puts(&call->answer, "ok");
	return true;
}

#define TABLES "/api/v1/catalog/tables"

static const struct ts_route routes[] = {
    {"GET", "/healthz", answer_health, 0, {0}},
    {"PUT", TABLES, ts_catalog_api_put, LIST_BYTES, {0}},
    {"GET",
     TABLES,
     ts_catalog_api_list,
     0,
     {"ds_id", "schema", "name", "q", "removed", "limit", "after"}},
    {"GET", TABLES "/{id}", ts_catalog_api_get, 0, {0}},
    {"PATCH", TABLES "/{id}", ts_catalog_api_patch, BODY_BYTES, {0}},
    {"GET", TABLES "/{id}/versions", ts_catalog_api_versions, 0, {"limit", "before"}},
};

static bool parse_id(const char *text, size_t len, int64_t *ret_id)
{
	char *copy = ts_memdup(text, len);
	bool is_id = ts_int64_parse(copy, 1, INT64_MAX, ret_id);

	free(copy);
	return is_id;
}

static bool is_path(const char *pattern, const char *path, int64_t *ret_id)
{
	const char *hole = strstr(pattern, "{id}");
	size_t len = strlen(path), before, digits;

	if (len > 1 && path[len - 1] == '/')
		len--;
	if (!hole)
		return strlen(pattern) == len && strncmp(pattern, path, len) == 0;

	before = (size_t)(hole - pattern);
	if (len < before || strncmp(pattern, path, before) != 0)
		return false;
	digits = strspn(path + before, "0123456789");
	hole += strlen("{id}");
	return strlen(hole) == len - before - digits &&
	       strncmp(hole, path + before + digits, strlen(hole)) == 0 &&
	       parse_id(path + before, digits, ret_id);
}

const struct ts_route *ts_route_find(const char *method, const char *path,
				     int64_t *ret_id, struct ts_buf *ret_allowed)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!is_path(routes[i].path, path, ret_id))
			continue;
		if (strcmp(routes[i].method, wanted) == 0)
			return &routes[i];
		ts_buf_printf(ret_allowed, "%s%s", ret_allowed->len ? ", " : "",
			      routes[i].method);
	}
	return NULL;
}
