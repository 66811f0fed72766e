/* generic.h - one table read by ODBC's catalog functions; for generic*.c only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_GENERIC_H
#define TS_GENERIC_H
#include "source/document.h"
#include "source/lookup.h"

/* How the functions are asked for one table.  Some take patterns, some take names. */
struct ts_generic {
	struct ts_conn *conn;
	const struct ts_lookup *lookup;
	struct ts_naming naming;
	const char *catalog; /* argument, NULL: none */
	const char *schema;  /* argument, NULL: none */
	struct ts_buf schema_pattern, table_pattern;
};

/* Begin one of the functions for this table. */
TS_MUST_CHECK bool ts_generic_call(struct ts_generic *generic,
				   enum ts_odbc_function function,
				   struct ts_error *err);
/* The next row that is about this very table; columns `at` … `at` + 2 name it.  Drivers
 * also give rows of others: patterns, letters of the other case. */
TS_MUST_CHECK bool ts_generic_next(struct ts_generic *generic, size_t at,
				   bool *ret_has_row, struct ts_error *err);
/* Does the row name this catalog and schema in `at` and `at` + 1? */
bool ts_generic_is_here(const struct ts_generic *generic, size_t at);
/* A cell of the row, NULL where it is null or empty. */
const char *ts_generic_text(struct ts_conn *conn, size_t at);
/* Append the canonical name of a schema that the row names in `at` and `at` + 1. */
void ts_generic_schema_name(const struct ts_generic *generic, size_t at,
			    struct ts_buf *buf);

/* The columns, in the driver's order (generic_columns.c). */
TS_MUST_CHECK bool ts_generic_read_columns(struct ts_generic *generic, json_t *document,
					   struct ts_error *err);
/* Primary key, foreign keys and indexes, after the columns (generic_keys.c). */
TS_MUST_CHECK bool ts_generic_read_keys(struct ts_generic *generic, json_t *document,
					struct ts_error *err);

#endif
