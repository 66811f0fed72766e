/* virtuoso_name.c - see virtuoso_name.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/virtuoso_name.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include <stdlib.h>
#include <string.h>

void ts_virtuoso_name_release(struct ts_virtuoso_name *name)
{
	free(name->full);
	free(name->catalog);
	free(name->schema);
	free(name->table);
	*name = (struct ts_virtuoso_name){0};
}

bool ts_virtuoso_name_parse(const char *full, struct ts_virtuoso_name *ret_name)
{
	const char *schema = strchr(full, '.');
	const char *table = schema ? strchr(schema + 1, '.') : NULL;

	if (!table)
		return false;
	ret_name->full = ts_strdup(full);
	ret_name->catalog = ts_memdup(full, (size_t)(schema - full));
	ret_name->schema = ts_memdup(schema + 1, (size_t)(table - schema - 1));
	ret_name->table = ts_strdup(table + 1);
	return true;
}

void ts_virtuoso_schema_print(const char *catalog, const char *schema,
			      struct ts_buf *buf)
{
	const char *parts[] = {catalog, schema};

	ts_schema_name_print(parts, 2, buf);
}
