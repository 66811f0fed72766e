/* postgresql_table.h - a row of postgresql_read.sql and the document made from it;
 * inside the dialect only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_POSTGRESQL_TABLE_H
#define TS_POSTGRESQL_TABLE_H
#include "source/dialect.h"
#include "source/dialects/postgresql_array.h"
#include "source/lookup.h"

/* The columns of the row. */
enum {
	TS_POSTGRESQL_OBSERVED_AT,
	TS_POSTGRESQL_CATALOG,
	TS_POSTGRESQL_HAS_SCHEMA,
	TS_POSTGRESQL_KIND,
	TS_POSTGRESQL_MAY_READ,
	TS_POSTGRESQL_VIEW,
	TS_POSTGRESQL_LISTS /* the first of the lists below */
};

/* What comes as arrays, each element an array as well. */
enum {
	TS_POSTGRESQL_COLUMNS,
	TS_POSTGRESQL_DEFAULTS,
	TS_POSTGRESQL_COMMENTS,
	TS_POSTGRESQL_CONSTRAINTS,
	TS_POSTGRESQL_INDEXES,
	TS_POSTGRESQL_LIST_COUNT
};

/* The last column of the row. */
enum { TS_POSTGRESQL_IS_CALM = TS_POSTGRESQL_LISTS + (int)TS_POSTGRESQL_LIST_COUNT };

/* Memory for the lists, kept from row to row; zero-initialised, then released. */
struct ts_postgresql_table {
	struct ts_postgresql_array lists[TS_POSTGRESQL_LIST_COUNT];
	struct ts_postgresql_array inner; /* within an element of a list */
};

void ts_postgresql_table_release(struct ts_postgresql_table *table);
/* Is a relation of this kind a table or a view? */
bool ts_postgresql_is_table(char relkind);
/* The document of the row that was fetched last, whose table may be read. */
TS_MUST_CHECK bool ts_postgresql_table_make(struct ts_postgresql_table *table,
					    struct ts_conn *conn, const char *name,
					    const struct ts_place *place,
					    json_t **ret_document,
					    struct ts_error *err);

#endif
