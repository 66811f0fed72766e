/* scope.h - to which data sources and schemas a token is limited.
 *
 * Plain data; zero-initialised is no limit at all.  Thread: any, once it is filled. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SCOPE_H
#define TS_SCOPE_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_buf;

struct ts_scope {
	int32_t *datasources;    /* owned */
	size_t datasource_count; /* 0: all */
	char *
	    *schemas; /* owned, as are the texts: as they are printed (design.md 4.4) */
	size_t schema_count; /* 0: all */
};

void ts_scope_release(struct ts_scope *scope);

void ts_scope_add_datasource(struct ts_scope *scope, int32_t ds_id);
void ts_scope_add_schema(struct ts_scope *scope, const char *schema);

/* Is there no limit? */
bool ts_scope_is_everything(const struct ts_scope *scope);
bool ts_scope_has_datasource(const struct ts_scope *scope, int64_t ds_id);
/* `schema` as the catalog's key or as a job names it: texts are compared exactly. */
bool ts_scope_has_schema(const struct ts_scope *scope, int64_t ds_id,
			 const char *schema);

/* As JSON, {"datasources": […], "schemas": […]}, and back. */
void ts_scope_print(const struct ts_scope *scope, struct ts_buf *buf);
TS_MUST_CHECK bool ts_scope_parse(const char *text, struct ts_scope *ret_scope,
				  struct ts_error *err);

#endif
