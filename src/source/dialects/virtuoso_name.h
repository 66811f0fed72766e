/* virtuoso_name.h - the name of a table as Virtuoso keeps it.
 *
 * It is one text, 'catalog.schema.table'.  Where names hold dots as well, it does not
 * say which is which: as the server's own functions do, the first two are taken for
 * those between the parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_VIRTUOSO_NAME_H
#define TS_VIRTUOSO_NAME_H
#include "base/buf.h"
#include <stdbool.h>

/* Zero-initialised is empty. */
struct ts_virtuoso_name {
	char *full; /* as it is stored */
	char *catalog, *schema, *table;
};

void ts_virtuoso_name_release(struct ts_virtuoso_name *name);
/* False for a text with less than two dots, which is no table's name. */
bool ts_virtuoso_name_parse(const char *full, struct ts_virtuoso_name *ret_name);
/* The canonical name of the schema, two parts. */
void ts_virtuoso_schema_print(const char *catalog, const char *schema,
			      struct ts_buf *buf);

#endif
