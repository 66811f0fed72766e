/* generic.c - any DBMS that nobody wrote a dialect for, by ODBC's catalog functions.
 *
 * They tell less than SQL would, and each driver has its own mistakes; what is not told
 * is null or [].  Who may not see a table cannot be told from who asks for one that is
 * not there, so nothing here is absent for sure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/generic.h"
#include "base/clock.h"
#include "contract/schema_name.h"
#include <string.h>
#include <strings.h>

/* The columns of SQLTables. */
enum { TABLE_CAT, TABLE_SCHEM, TABLE_NAME, TABLE_TYPE, TABLE_REMARKS };

/* Where a DBMS has neither schemas nor catalogs, its only one is called this. */
static const char nameless[] = "main";

static void add_pattern(struct ts_buf *buf, const char *name, const char *escape)
{
	for (; *name; name++) {
		if (*name == '_' || *name == '%')
			ts_buf_puts(buf, escape);
		ts_buf_putc(buf, *name);
	}
}

static void ts_generic_release(struct ts_generic *generic)
{
	ts_buf_release(&generic->schema_pattern);
	ts_buf_release(&generic->table_pattern);
}

/* `lookup` without a table means all of its schema. */
static bool make_generic(struct ts_conn *conn, const struct ts_lookup *lookup,
			 struct ts_generic *ret_generic, struct ts_error *err)
{
	struct ts_generic generic = {.conn = conn, .lookup = lookup};

	if (!ts_conn_naming(conn, &generic.naming, err))
		return false;
	/* Microsoft's driver takes what stands before the dot for another server. */
	if (generic.naming.has_schemas && lookup->catalog &&
	    strchr(lookup->catalog, '.'))
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "catalog '%s': a name with a dot cannot be asked for "
			       "without a dialect",
			       lookup->catalog);
	generic.catalog = lookup->catalog;
	if (generic.naming.has_schemas) {
		generic.schema = lookup->schema;
		add_pattern(&generic.schema_pattern, lookup->schema,
			    generic.naming.escape);
	} else if (generic.naming.has_catalogs) {
		generic.catalog = lookup->schema;
	}
	if (lookup->table)
		add_pattern(&generic.table_pattern, lookup->table,
			    generic.naming.escape);
	else
		ts_buf_puts(&generic.table_pattern, "%");
	*ret_generic = generic;
	return true;
}

bool ts_generic_call(struct ts_generic *generic, enum ts_odbc_function function,
		     struct ts_error *err)
{
	bool is_pattern = function == TS_ODBC_TABLES || function == TS_ODBC_COLUMNS;

	return ts_conn_call(
	    generic->conn, function, generic->catalog,
	    is_pattern ? generic->schema_pattern.data : generic->schema,
	    is_pattern ? generic->table_pattern.data : generic->lookup->table, err);
}

static bool is_cell(const struct ts_generic *generic, size_t at, const char *name)
{
	const char *cell = ts_conn_cell(generic->conn, at);

	return cell && strcmp(cell, name) == 0;
}

bool ts_generic_is_here(const struct ts_generic *generic, size_t at)
{
	return (!generic->catalog || is_cell(generic, at, generic->catalog)) &&
	       (!generic->schema || is_cell(generic, at + 1, generic->schema));
}

bool ts_generic_next(struct ts_generic *generic, size_t at, bool *ret_has_row,
		     struct ts_error *err)
{
	do {
		if (!ts_conn_fetch(generic->conn, ret_has_row, err))
			return false;
	} while (*ret_has_row && (!ts_generic_is_here(generic, at) ||
				  !is_cell(generic, at + 2, generic->lookup->table)));
	return true;
}

const char *ts_generic_text(struct ts_conn *conn, size_t at)
{
	const char *cell = ts_conn_cell(conn, at);

	return cell && cell[0] ? cell : NULL;
}

void ts_generic_schema_name(const struct ts_generic *generic, size_t at,
			    struct ts_buf *buf)
{
	const struct ts_lookup *lookup = generic->lookup;
	const char *catalog = ts_conn_cell(generic->conn, at);
	const char *schema =
	    ts_conn_cell(generic->conn, generic->naming.has_schemas ? at + 1 : at);
	const char *parts[] = {catalog && catalog[0] ? catalog : lookup->catalog,
			       schema && schema[0] ? schema : lookup->schema};

	ts_schema_name_print(lookup->catalog ? parts : parts + 1,
			     lookup->catalog ? 2 : 1, buf);
}

/* The kind for a TABLE_TYPE; NULL where it is no table. */
static const char *kind_of(const char *type)
{
	static const struct {
		const char *type, *kind;
	} kinds[] = {
	    {"TABLE", "TABLE"},
	    {"BASE TABLE", "TABLE"},
	    {"SYSTEM TABLE", "TABLE"},
	    {"LOCAL TEMPORARY", "TABLE"},
	    {"GLOBAL TEMPORARY", "TABLE"},
	    {"PARTITIONED TABLE", "PARTITIONED TABLE"},
	    {"FOREIGN TABLE", "FOREIGN TABLE"},
	    {"EXTERNAL TABLE", "FOREIGN TABLE"},
	    {"SYSTEM VERSIONED", "SYSTEM VERSIONED TABLE"},
	    {"VIEW", "VIEW"},
	    {"SYSTEM VIEW", "VIEW"},
	    {"MATVIEW", "MATERIALIZED VIEW"},
	    {"MATERIALIZED VIEW", "MATERIALIZED VIEW"},
	};

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasecmp(type, kinds[i].type) == 0)
			return kinds[i].kind;
	return NULL;
}

/* Offer the names in column `at` of the rows; count them, and those that are exactly
 * `wanted`. */
static bool offer_rows(struct ts_conn *conn, size_t at, struct ts_near *near,
		       size_t *ret_names, size_t *ret_same, struct ts_error *err)
{
	bool has_row;

	for (*ret_names = *ret_same = 0;;) {
		const char *name;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			return true;
		name = ts_conn_cell(conn, at);
		if (!name)
			continue;
		++*ret_names;
		*ret_same += strcmp(name, near->wanted) == 0;
		ts_near_offer(near, name);
	}
}

/* Is the schema missing?  What a driver cannot tell is not known to be missing, but a
 * connection that breaks says nothing at all. */
static bool find_schema(struct ts_generic *generic, struct ts_near *near,
			bool *ret_is_missing, struct ts_error *err)
{
	const bool has_schemas = generic->naming.has_schemas;
	size_t names = 0, same = 0;

	*ret_is_missing = false;
	if (!has_schemas && !generic->naming.has_catalogs)
		return true;
	if (ts_conn_call(generic->conn,
			 has_schemas ? TS_ODBC_SCHEMAS : TS_ODBC_CATALOGS, NULL, NULL,
			 NULL, err) &&
	    offer_rows(generic->conn, has_schemas ? TABLE_SCHEM : TABLE_CAT, near,
		       &names, &same, err)) {
		*ret_is_missing = names && !same;
		return true;
	}
	if (ts_code_class(err->code) == TS_RETRY)
		return false;
	*err = (struct ts_error){0};
	return true;
}

static bool explain_absent(struct ts_generic *generic, struct ts_error *err)
{
	const struct ts_lookup *lookup = generic->lookup;
	TS_AUTO(ts_near) schema = {.wanted = lookup->schema};
	TS_AUTO(ts_near) table = {.wanted = lookup->table};
	struct ts_error *outcome = &lookup->read->err, ignored = {0};
	size_t names, same;
	bool is_missing;

	if (!find_schema(generic, &schema, &is_missing, err))
		return false;
	if (is_missing) {
		ts_fail(outcome, TS_E_SCHEMA_NOT_FOUND,
			"no schema '%s', or not for this account%s%s%s", lookup->schema,
			TS_HINT(schema.best));
		return true;
	}
	/* A hint is worth no failure. */
	if (!ts_conn_call(generic->conn, TS_ODBC_TABLES, generic->catalog,
			  generic->schema_pattern.data, "%", &ignored) ||
	    !offer_rows(generic->conn, TABLE_NAME, &table, &names, &same, &ignored))
		ts_near_release(&table);
	ts_fail(outcome, TS_E_TABLE_NOT_FOUND,
		"no table '%s' in schema '%s', or not for this account%s%s%s",
		lookup->table, lookup->schema, TS_HINT(table.best));
	return true;
}

/* The head of the document, from the table's row; NULL where there is no such table,
 * and the lookup has its outcome. */
static bool read_head(struct ts_generic *generic, json_t **ret_document,
		      struct ts_error *err)
{
	struct ts_conn *conn = generic->conn;
	char observed_at[TS_TIMESTAMP_SIZE];
	const char *type, *kind, *comment;
	TS_AUTO(ts_buf) schema_name = {0};
	bool has_row;

	ts_timestamp_print(ts_unix_us(), observed_at);
	if (!ts_generic_call(generic, TS_ODBC_TABLES, err) ||
	    !ts_generic_next(generic, TABLE_CAT, &has_row, err))
		return false;
	if (!has_row)
		return explain_absent(generic, err);
	type = ts_conn_cell(conn, TABLE_TYPE);
	kind = kind_of(type);
	if (!kind) {
		ts_fail(&generic->lookup->read->err, TS_E_TABLE_NOT_FOUND,
			"'%s' in schema '%s' is of the kind '%s', not a table",
			generic->lookup->table, generic->lookup->schema,
			type ? type : "");
		return true;
	}
	ts_generic_schema_name(generic, TABLE_CAT, &schema_name);
	comment = ts_generic_text(conn, TABLE_REMARKS);
	/* MariaDB says of every view that it is one. */
	if (comment && strcmp(comment, "VIEW") == 0 && strcmp(kind, comment) == 0)
		comment = NULL;
	*ret_document = ts_document_new(&(struct ts_table_head){
	    .schema_name = schema_name.data,
	    .name = generic->lookup->table,
	    .kind = kind,
	    .comment = comment,
	    .observed_at = observed_at,
	});
	return true;
}

static bool read_table(struct ts_conn *conn, struct ts_lookup *lookup,
		       struct ts_error *err)
{
	TS_AUTO(ts_generic) generic = {0};
	json_t *document = NULL;

	if (!make_generic(conn, lookup, &generic, err))
		return false;
	if (!generic.naming.has_schemas && !generic.naming.has_catalogs &&
	    strcmp(lookup->schema, nameless) != 0) {
		ts_fail(&lookup->read->err, TS_E_SCHEMA_NOT_FOUND,
			"no schema '%s', the only one is '%s'", lookup->schema,
			nameless);
		return true;
	}
	if (!read_head(&generic, &document, err))
		return false;
	if (!document)
		return true;
	if (!ts_generic_read_columns(&generic, document, err) ||
	    !ts_generic_read_keys(&generic, document, err)) {
		json_decref(document);
		return false;
	}
	ts_lookup_found(lookup, document);
	return true;
}

static bool read_tables(struct ts_conn *conn, struct ts_lookup *lookups, size_t count,
			struct ts_error *err)
{
	return ts_lookup_each(conn, lookups, count, read_table, err);
}

static bool list_tables(struct ts_conn *conn, const char *catalog, const char *schema,
			json_t *tables, struct ts_error *err)
{
	const struct ts_lookup lookup = {.catalog = catalog, .schema = schema};
	TS_AUTO(ts_generic) generic = {0};
	bool has_row;

	if (!make_generic(conn, &lookup, &generic, err) ||
	    !ts_generic_call(&generic, TS_ODBC_TABLES, err))
		return false;
	for (;;) {
		const char *kind, *name;

		if (!ts_conn_fetch(conn, &has_row, err))
			return false;
		if (!has_row)
			break;
		kind = kind_of(ts_conn_cell(conn, TABLE_TYPE));
		name = ts_conn_cell(conn, TABLE_NAME);
		if (kind && name && ts_generic_is_here(&generic, TABLE_CAT))
			ts_list_add(tables, name, strstr(kind, "VIEW"));
	}
	if (json_array_size(tables) == 0)
		return ts_fail(err, TS_E_SCHEMA_NOT_FOUND,
			       "no schema '%s', or nothing in it for this account",
			       schema);
	ts_list_sort(tables); /* drivers put the kind before the name */
	return true;
}

const struct ts_dialect ts_dialect_generic = {
    .name = "generic",
    .levels = 0,
    .is_case_sensitive = true, /* a name counts as the driver spells it */
    .read = read_tables,
    .list = list_tables,
};
