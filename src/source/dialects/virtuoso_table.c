/* virtuoso_table.c - see virtuoso_table.h; rows of virtuoso_read.sql to a document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/virtuoso_table.h"
#include "base/clock.h"
#include "base/mem.h"
#include "source/document.h"
#include "source/dialects/virtuoso_rows.h"
#include <stdlib.h>
#include <string.h>

/* A table without a primary key has this column, which SQL does not show. */
#define HIDDEN_COLUMN "_IDN"

enum { MAX_READS = 5 }; /* of a table that is altered all the time */

void ts_virtuoso_table_release(struct ts_virtuoso_table *table)
{
	free(table->observed_at);
	ts_virtuoso_name_release(&table->name);
	json_decref(table->document);
	*table = (struct ts_virtuoso_table){0};
}

/* "2026-11-23 05:00:00.123456Z", with as many digits as are needed. */
static bool read_clock(const struct ts_virtuoso_row *row, char **ret_observed_at,
		       struct ts_error *err)
{
	char *now = row->texts[TS_CLOCK_NOW], text[TS_TIMESTAMP_SIZE];
	char *blank = now ? strchr(now, ' ') : NULL;
	int64_t unix_us;

	if (blank)
		*blank = 'T';
	if (!now || !ts_timestamp_parse(now, &unix_us))
		return ts_fail(err, TS_E_SOURCE_ERROR, "its clock says '%s'",
			       now ? now : "");
	ts_timestamp_print(unix_us, text);
	*ret_observed_at = ts_strdup(text);
	return true;
}

static bool is_yes(const char *text)
{
	return text && text[0] == '1';
}

/* A value as SQL writes it. */
static void print_literal(const char *type, const char *value, struct ts_buf *buf)
{
	static const char *const numbers[] = {
	    "SMALLINT", "INTEGER", "BIGINT", "REAL", "DOUBLE PRECISION", "DECIMAL",
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(type, numbers[i]) == 0) {
			ts_buf_puts(buf, value);
			return;
		}
	}
	ts_buf_puts(buf, strcmp(type, "NVARCHAR") == 0 ? "N'" : "'");
	for (; *value; value++) {
		if (*value == '\'')
			ts_buf_putc(buf, '\'');
		ts_buf_putc(buf, *value);
	}
	ts_buf_putc(buf, '\'');
}

static void add_column(json_t *document, const struct ts_virtuoso_row *row)
{
	const char *type = row->texts[TS_COLUMN_DEFAULT_TYPE];
	const char *value = row->texts[TS_COLUMN_DEFAULT];
	const char *check = row->texts[TS_COLUMN_CHECK];
	TS_AUTO(ts_buf) literal = {0};

	if (strcmp(row->texts[TS_COLUMN_NAME], HIDDEN_COLUMN) == 0)
		return;
	if (type && value)
		print_literal(type, value, &literal);
	ts_document_add_column(
	    document, &(struct ts_column){
			  .name = row->texts[TS_COLUMN_NAME],
			  .type = row->texts[TS_COLUMN_TYPE],
			  .is_nullable = !is_yes(row->texts[TS_COLUMN_NOT_NULL]),
			  .default_text = literal.data,
			  /* INFORMATION_SCHEMA says ALWAYS, but an INSERT
			   * may give a value of its own. */
			  .identity = check && strchr(check, 'I') ? "by default" : NULL,
		      });
}

/* A part of a key that is an index as well, as every key is here.  The server keeps a
 * unique index and a unique constraint alike, and tells both as constraints. */
static void add_key(json_t *document, const struct ts_virtuoso_row *row, bool is_first)
{
	bool is_main = is_yes(row->texts[TS_KEY_IS_MAIN]);
	struct ts_key_part part = {is_first, row->name, row->texts[TS_KEY_COLUMN]};
	struct ts_index_part index = {.is_unique = is_yes(row->texts[TS_KEY_IS_UNIQUE]),
				      .is_primary = is_main};
	TS_AUTO(ts_virtuoso_name) main = {0};

	if (strcmp(part.column, HIDDEN_COLUMN) == 0)
		return;
	/* The primary key is stored by the table's full name, and told by the last. */
	if (is_main && ts_virtuoso_name_parse(row->name, &main))
		part.name = main.table;
	if (is_main)
		ts_document_add_primary(document, &part);
	else if (index.is_unique)
		ts_document_add_unique(document, &part);
	index.part = part;
	ts_document_add_index(document, &index);
}

/* Not the numbers of ODBC. */
static const char *rule_name(const char *rule)
{
	switch (rule ? rule[0] : '0') {
	case '1':
		return "CASCADE";
	case '2':
		return "SET NULL";
	case '3':
		return "SET DEFAULT";
	default:
		return "NO ACTION";
	}
}

static void add_foreign(json_t *document, const struct ts_virtuoso_row *row,
			bool is_first)
{
	TS_AUTO(ts_virtuoso_name) referenced = {0};
	TS_AUTO(ts_buf) schema = {0};

	if (!ts_virtuoso_name_parse(row->texts[TS_FOREIGN_TABLE], &referenced))
		return;
	ts_virtuoso_schema_print(referenced.catalog, referenced.schema, &schema);
	ts_document_add_foreign(
	    document, &(struct ts_foreign_part){
			  .part = {is_first, row->name, row->texts[TS_FOREIGN_COLUMN]},
			  .schema_name = schema.data,
			  .table = referenced.table,
			  .column = row->texts[TS_FOREIGN_REFERENCED],
			  .on_update = rule_name(row->texts[TS_FOREIGN_UPDATE]),
			  .on_delete = rule_name(row->texts[TS_FOREIGN_DELETE]),
		      });
}

/* The table's own row begins its document. */
static void begin_table(struct ts_virtuoso_table *table,
			const struct ts_virtuoso_row *row)
{
	TS_AUTO(ts_buf) schema = {0};

	if (!ts_virtuoso_name_parse(row->name, &table->name))
		return;
	table->is_view = strcmp(row->texts[TS_TABLE_TYPE], "VIEW") == 0;
	table->is_visible = is_yes(row->texts[TS_TABLE_GRANTS]);
	ts_virtuoso_schema_print(table->name.catalog, table->name.schema, &schema);
	table->document = ts_document_new(&(struct ts_table_head){
	    .schema_name = schema.data,
	    .name = table->name.table,
	    .kind = table->is_view ? "VIEW" : "TABLE",
	    .observed_at = table->observed_at,
	});
}

/* Rows are sorted: the clock's, the table's, then what the table has. */
static void add_rows(struct ts_virtuoso_table *table,
		     const struct ts_virtuoso_rows *rows)
{
	for (size_t i = 1; i < rows->count; i++) {
		const struct ts_virtuoso_row *row = &rows->items[i];
		/* A foreign key's `nth` goes on counting from the one before. */
		bool is_first =
		    row[-1].kind != row->kind || strcmp(row[-1].name, row->name) != 0;

		if (row->kind == TS_ROW_TABLE)
			begin_table(table, row);
		if (!table->document)
			return;
		if (row->kind == TS_ROW_COLUMN)
			add_column(table->document, row);
		else if (row->kind == TS_ROW_KEY && !table->is_view)
			add_key(table->document, row, is_first);
		else if (row->kind == TS_ROW_FOREIGN)
			add_foreign(table->document, row, is_first);
	}
}

static bool read_once(struct ts_conn *conn, const char *full,
		      struct ts_virtuoso_table *ret_table, bool *ret_is_whole,
		      struct ts_error *err)
{
	TS_AUTO(ts_virtuoso_table) table = {0};
	TS_AUTO(ts_virtuoso_rows) rows = {0};

	if (!ts_virtuoso_rows_read(conn, full, &rows, err))
		return false;
	*ret_is_whole = ts_virtuoso_rows_are_whole(&rows);
	if (!*ret_is_whole)
		return true;
	if (!read_clock(&rows.items[0], &table.observed_at, err))
		return false;
	add_rows(&table, &rows);
	*ret_table = table;
	table = (struct ts_virtuoso_table){0};
	return true;
}

bool ts_virtuoso_table_read(struct ts_conn *conn, const char *full,
			    struct ts_virtuoso_table *ret_table, struct ts_error *err)
{
	bool is_whole = false;

	for (int i = 0; i < MAX_READS && !is_whole; i++)
		if (!read_once(conn, full, ret_table, &is_whole, err))
			return false;
	if (!is_whole)
		return ts_fail(err, TS_E_SOURCE_BUSY,
			       "'%s' was altered while it was read", full);
	return true;
}
