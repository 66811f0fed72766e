/* route.c - see route.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/route.h"
#include "base/mem.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static bool take_id(const char *text, size_t len, struct ts_call *call)
{
	char *copy = ts_memdup(text, len);
	bool is_id = ts_int64_parse(copy, 1, INT64_MAX, &call->id);

	free(copy);
	return is_id;
}

static bool take_name(const char *text, size_t len, struct ts_call *call)
{
	if (len == 0 || len >= sizeof(call->name))
		return false;
	memcpy(call->name, text, len);
	call->name[len] = '\0';
	return true;
}

/* What a path may have between braces, and of which bytes it is. */
static const struct {
	const char *text, *bytes;
	bool (*take)(const char *text, size_t len, struct ts_call *call);
} holes[] = {
    {"{id}", "0123456789", take_id},
    {"{name}", NAME_BYTES, take_name},
};

static bool fits(const char *pattern, const char *path, struct ts_call *call)
{
	size_t len = strlen(path);

	if (len > 1 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof(holes) / sizeof(*holes); i++) {
		const char *hole = strstr(pattern, holes[i].text);
		size_t before, inside;

		if (!hole)
			continue;
		before = (size_t)(hole - pattern);
		if (len < before || strncmp(pattern, path, before) != 0)
			return false;
		inside = strspn(path + before, holes[i].bytes);
		hole += strlen(holes[i].text);
		return strlen(hole) == len - before - inside &&
		       strncmp(hole, path + before + inside, strlen(hole)) == 0 &&
		       holes[i].take(path + before, inside, call);
	}
	return strlen(pattern) == len && strncmp(pattern, path, len) == 0;
}

const struct ts_route *ts_route_find(const struct ts_routes *const *tables,
				     const char *method, const char *path,
				     struct ts_call *call, struct ts_buf *ret_allowed)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

	for (; *tables; tables++) {
		for (size_t i = 0; i < (*tables)->count; i++) {
			const struct ts_route *route = &(*tables)->rows[i];

			if (!fits(route->path, path, call))
				continue;
			if (strcmp(route->method, wanted) == 0)
				return route;
			ts_buf_printf(ret_allowed, "%s%s", ret_allowed->len ? ", " : "",
				      route->method);
		}
	}
	return NULL;
}
