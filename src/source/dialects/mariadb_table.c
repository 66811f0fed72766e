/* mariadb_table.c - see mariadb_table.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_table.h"
#include "contract/schema_name.h"
#include "source/document.h"
#include <string.h>

const char *ts_mariadb_kind_of(const struct ts_mariadb_row *table)
{
	static const char *const kinds[][2] = {
	    {"BASE TABLE", "TABLE"},
	    {"SYSTEM VERSIONED", "SYSTEM VERSIONED TABLE"},
	    {"VIEW", "VIEW"},
	    {"SYSTEM VIEW", "VIEW"},
	};
	const char *type = table->texts[TS_TABLE_TYPE];

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(type, kinds[i][0]) == 0)
			return kinds[i][1];
	return NULL;
}

static void add_marked(struct ts_buf *sql, const char *text, char mark)
{
	ts_buf_putc(sql, mark);
	for (; *text; text++) {
		if (*text == mark || (mark == '\'' && *text == '\\'))
			ts_buf_putc(sql, *text);
		ts_buf_putc(sql, *text);
	}
	ts_buf_putc(sql, mark);
}

void ts_mariadb_add_quoted(struct ts_buf *sql, const char *name)
{
	add_marked(sql, name, '`');
}

static const char *none_if_empty(const char *text)
{
	return text && *text ? text : NULL;
}

static bool has(const char *text, const char *part)
{
	return text && strstr(text, part);
}

/* MySQL gives the value itself, unless it is an expression; MariaDB gives SQL. */
static const char *default_of(const struct ts_mariadb_row *column, bool is_mysql,
			      struct ts_buf *literal)
{
	static const char *const bare[] = {"tinyint", "smallint", "mediumint", "int",
					   "bigint",  "decimal",  "float",     "double",
					   "bit",     "year"};
	const char *text = column->texts[TS_COLUMN_DEFAULT];
	const char *type = column->texts[TS_COLUMN_TYPE];

	if (!text || (!is_mysql && strcmp(text, "NULL") == 0))
		return NULL;
	if (!is_mysql || has(column->texts[TS_COLUMN_EXTRA], "DEFAULT_GENERATED"))
		return text;
	for (size_t i = 0; type && i < sizeof(bare) / sizeof(bare[0]); i++)
		if (strncmp(type, bare[i], strlen(bare[i])) == 0)
			return text;
	add_marked(literal, text, '\'');
	return ts_buf_text(literal);
}

static void add_column(json_t *document, const struct ts_mariadb_row *row,
		       bool is_mysql)
{
	const char *extra = row->texts[TS_COLUMN_EXTRA];
	const char *generated = has(extra, "VIRTUAL GENERATED")  ? "virtual"
				: has(extra, "STORED GENERATED") ? "stored"
								 : NULL;
	TS_AUTO(ts_buf) literal = {0};

	ts_document_add_column(
	    document,
	    &(struct ts_column){
		.name = row->name,
		.type = row->texts[TS_COLUMN_TYPE],
		.is_nullable = strcmp(row->texts[TS_COLUMN_NULLABLE], "YES") == 0,
		.default_text = generated ? row->texts[TS_COLUMN_EXPRESSION]
					  : default_of(row, is_mysql, &literal),
		.comment = none_if_empty(row->texts[TS_COLUMN_COMMENT]),
		.generated = generated,
		/* A value that an INSERT gives is taken. */
		.identity = has(extra, "auto_increment") ? "by default" : NULL,
	    });
}

/* Is row `at` the first of its key? */
static bool is_first(const struct ts_mariadb_rows *rows, size_t at)
{
	const struct ts_mariadb_row *row = &rows->items[at];

	return at == 0 || row[-1].kind != row->kind ||
	       strcmp(row[-1].name, row->name) != 0;
}

/* Of a place it is the rectangle's size, which nobody may choose. */
static const char *prefix_of(const struct ts_mariadb_row *row)
{
	return strcmp(row->texts[TS_INDEX_TYPE], "SPATIAL") == 0
		   ? NULL
		   : row->texts[TS_INDEX_PREFIX];
}

/* Append a column of an index: its name, and how much of it. */
static void add_index_column(struct ts_buf *sql, const struct ts_mariadb_row *row)
{
	if (row->texts[TS_INDEX_COLUMN])
		ts_mariadb_add_quoted(sql, row->texts[TS_INDEX_COLUMN]);
	else
		ts_buf_printf(sql, "(%s)",
			      row->texts[TS_INDEX_EXPRESSION]
				  ? row->texts[TS_INDEX_EXPRESSION]
				  : "");
	if (prefix_of(row))
		ts_buf_printf(sql, "(%s)", prefix_of(row));
}

static bool is_primary(const struct ts_mariadb_row *row)
{
	return strcmp(row->name, "PRIMARY") == 0;
}

static bool is_unique(const struct ts_mariadb_row *row)
{
	return strcmp(row->texts[TS_INDEX_NON_UNIQUE], "0") == 0;
}

/* The index that begins at `at`, in the words of SHOW CREATE TABLE. */
static void print_index(const struct ts_mariadb_rows *rows, size_t at,
			struct ts_buf *sql)
{
	const struct ts_mariadb_row *row = &rows->items[at];
	const char *type = row->texts[TS_INDEX_TYPE];
	bool is_special = strcmp(type, "FULLTEXT") == 0 || strcmp(type, "SPATIAL") == 0;

	if (is_primary(row)) {
		ts_buf_puts(sql, "PRIMARY KEY (");
	} else {
		ts_buf_printf(sql, "%s%sKEY ",
			      is_unique(row) ? "UNIQUE "
			      : is_special   ? type
					     : "",
			      is_special ? " " : "");
		ts_mariadb_add_quoted(sql, row->name);
		ts_buf_puts(sql, " (");
	}
	for (size_t i = at; i == at || (i < rows->count && !is_first(rows, i)); i++) {
		if (i > at)
			ts_buf_putc(sql, ',');
		add_index_column(sql, &rows->items[i]);
		if (has(rows->items[i].texts[TS_INDEX_COLLATION], "D"))
			ts_buf_puts(sql, " DESC");
	}
	ts_buf_putc(sql, ')');
	if (strcmp(type, "HASH") == 0)
		ts_buf_puts(sql, " USING HASH");
	if (none_if_empty(row->texts[TS_INDEX_COMMENT])) {
		ts_buf_puts(sql, " COMMENT ");
		add_marked(sql, row->texts[TS_INDEX_COMMENT], '\'');
	}
}

/* A unique index is a unique constraint: the server makes no difference. */
static void add_index(json_t *document, const struct ts_mariadb_rows *rows, size_t at)
{
	const struct ts_mariadb_row *row = &rows->items[at];
	TS_AUTO(ts_buf) column = {0};
	TS_AUTO(ts_buf) definition = {0};
	struct ts_index_part index = {
	    .part = {is_first(rows, at), row->name, row->texts[TS_INDEX_COLUMN]},
	    .is_unique = is_unique(row),
	    .is_primary = is_primary(row)};

	if (!row->texts[TS_INDEX_COLUMN] || prefix_of(row)) {
		add_index_column(&column, row);
		index.part.column = column.data;
	}
	if (index.is_primary || index.is_unique) {
		struct ts_key_part key = index.part;

		if (row->texts[TS_INDEX_COLUMN])
			key.column = row->texts[TS_INDEX_COLUMN];
		if (index.is_primary)
			ts_document_add_primary(document, &key);
		else
			ts_document_add_unique(document, &key);
	}
	if (index.part.is_first) {
		print_index(rows, at, &definition);
		index.definition = definition.data;
	}
	ts_document_add_index(document, &index);
}

static void add_foreign(json_t *document, const struct ts_mariadb_rows *rows, size_t at)
{
	const struct ts_mariadb_row *row = &rows->items[at];
	const struct ts_mariadb_row *rule =
	    ts_mariadb_rows_find(rows, TS_MARIADB_RULE, row->name);
	const char *schema = row->texts[TS_FOREIGN_SCHEMA];
	TS_AUTO(ts_buf) schema_name = {0};

	ts_schema_name_print(&schema, 1, &schema_name);
	ts_document_add_foreign(
	    document,
	    &(struct ts_foreign_part){
		.part = {is_first(rows, at), row->name, row->texts[TS_FOREIGN_COLUMN]},
		.schema_name = schema_name.data,
		.table = row->texts[TS_FOREIGN_TABLE],
		.column = row->texts[TS_FOREIGN_REFERENCED],
		.on_update = rule ? rule->texts[TS_RULE_UPDATE] : NULL,
		.on_delete = rule ? rule->texts[TS_RULE_DELETE] : NULL,
	    });
}

static void add_row(json_t *document, const struct ts_mariadb_rows *rows, size_t at,
		    bool is_mysql)
{
	const struct ts_mariadb_row *row = &rows->items[at];

	switch (row->kind) {
	case TS_MARIADB_COLUMN:
		add_column(document, row, is_mysql);
		break;
	case TS_MARIADB_INDEX:
		add_index(document, rows, at);
		break;
	case TS_MARIADB_FOREIGN:
		add_foreign(document, rows, at);
		break;
	case TS_MARIADB_CHECK:
		ts_document_add_check(document, row->name, row->texts[TS_CHECK_CLAUSE]);
		break;
	case TS_MARIADB_VIEW:
		ts_document_set_view(document, none_if_empty(row->texts[TS_VIEW_TEXT]));
		break;
	case TS_MARIADB_CLOCK:
	case TS_MARIADB_GRANTS:
	case TS_MARIADB_TABLE:
	case TS_MARIADB_RULE:
	case TS_MARIADB_END:
		break;
	}
}

json_t *ts_mariadb_document(const struct ts_mariadb_facts *facts)
{
	const struct ts_mariadb_rows *rows = &facts->rows;
	const struct ts_mariadb_row *table =
	    ts_mariadb_rows_find(rows, TS_MARIADB_TABLE, NULL);
	const char *schema = table->texts[TS_TABLE_SCHEMA];
	const char *kind = ts_mariadb_kind_of(table);
	bool is_mysql = strcmp(table->texts[TS_TABLE_SERVER], "MySQL") == 0;
	TS_AUTO(ts_buf) schema_name = {0};
	json_t *document;

	ts_schema_name_print(&schema, 1, &schema_name);
	document = ts_document_new(&(struct ts_table_head){
	    .schema_name = schema_name.data,
	    .name = table->name,
	    .kind = kind,
	    /* of a view it is the word VIEW, or what is wrong with it */
	    .comment = strcmp(kind, "VIEW") == 0
			   ? NULL
			   : none_if_empty(table->texts[TS_TABLE_COMMENT]),
	    .observed_at = facts->observed_at,
	});
	for (size_t i = 0; i < rows->count; i++)
		add_row(document, rows, i, is_mysql);
	return document;
}
