/* sqlserver_absent.h - what is said of a table that was not found; inside the dialect
 * only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLSERVER_ABSENT_H
#define TS_SQLSERVER_ABSENT_H
#include "source/dialect.h"
#include "source/dialects/sqlserver_table.h"

/* Give the lookup its outcome: is it the schema that is missing, or the table? */
TS_MUST_CHECK bool ts_sqlserver_explain(struct ts_conn *conn, struct ts_lookup *lookup,
					const struct ts_sqlserver_scene *scene,
					struct ts_error *err);
/* There is something of that name, but it is no table. */
void ts_sqlserver_explain_kind(struct ts_lookup *lookup,
			       const struct ts_sqlserver_scene *scene,
			       const struct ts_sqlserver_row *table, const char *kind);

/* It is there, and the account may not read it. */
void ts_sqlserver_explain_denied(struct ts_lookup *lookup,
				 const struct ts_sqlserver_scene *scene,
				 const struct ts_sqlserver_row *table);

/* Did a statement fail since there is no such catalog?  Every catalog has the views
 * that it names. */
bool ts_sqlserver_is_no_catalog(const struct ts_error *err);
/* TS_E_SCHEMA_NOT_FOUND for a catalog that the server does not know. */
bool ts_sqlserver_no_catalog(struct ts_conn *conn, const char *catalog,
			     struct ts_error *err);
/* Is there such a schema?  Where not, TS_E_SCHEMA_NOT_FOUND. */
TS_MUST_CHECK bool ts_sqlserver_check_schema(struct ts_conn *conn, const char *catalog,
					     const char *schema, struct ts_error *err);

#endif
