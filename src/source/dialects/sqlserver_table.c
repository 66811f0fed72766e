/* sqlserver_table.c - see sqlserver_table.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_table.h"
#include "base/clock.h"
#include "base/mem.h"
#include "contract/schema_name.h"
#include "source/document.h"
#include "source/dialects/sqlserver_type.h"
#include <stdlib.h>
#include <string.h>

void ts_sqlserver_scene_release(struct ts_sqlserver_scene *scene)
{
	free(scene->observed_at);
	*scene = (struct ts_sqlserver_scene){0};
}

bool ts_sqlserver_scene_make(const struct ts_sqlserver_row *row, const char *catalog,
			     struct ts_sqlserver_scene *ret_scene, struct ts_error *err)
{
	const char *now = row->texts[TS_CATALOG_UTC];
	char observed_at[TS_TIMESTAMP_SIZE];
	TS_AUTO(ts_buf) utc = {0};
	int64_t unix_us;

	ts_buf_printf(&utc, "%sZ", now ? now : "");
	if (!ts_timestamp_parse(utc.data, &unix_us))
		return ts_fail(err, TS_E_SOURCE_ERROR, "its clock says '%s'", utc.data);
	ts_timestamp_print(unix_us, observed_at);
	*ret_scene = (struct ts_sqlserver_scene){
	    .catalog = row->name[0] ? row->name : catalog,
	    .observed_at = ts_strdup(observed_at),
	    .is_sure = row->numbers[TS_CATALOG_SEES_ALL] == 1,
	    .compares_alike = row->numbers[TS_CATALOG_COMPARES_ALIKE] == 1,
	};
	return true;
}

/* Is this the table's type in sys.objects?  It may have blanks behind it. */
static bool is_type(const struct ts_sqlserver_row *table, const char *type)
{
	const char *told = table->texts[TS_TABLE_TYPE];
	size_t len = told ? strcspn(told, " ") : 0;

	return told && strlen(type) == len && strncmp(told, type, len) == 0;
}

const char *ts_sqlserver_other_kind(const struct ts_sqlserver_row *table)
{
	static const struct {
		const char *type, *kind;
	} kinds[] = {
	    {"U", NULL},
	    {"V", NULL},
	    {"ET", NULL},
	    {"SN", "a synonym"},
	    {"SO", "a sequence"},
	    {"SQ", "a queue"},
	    {"TT", "a table type"},
	    {"S", "a system table"},
	    {"IT", "an internal table"},
	    {"P", "a procedure"},
	    {"PC", "a procedure"},
	    {"X", "a procedure"},
	    {"RF", "a procedure"},
	    {"AF", "an aggregate"},
	    {"FN", "a function"},
	    {"FS", "a function"},
	    {"FT", "a function"},
	    {"IF", "a function"},
	    {"TF", "a function"},
	    {"TR", "a trigger"},
	    {"TA", "a trigger"},
	    {"C", "a constraint"},
	    {"D", "a constraint"},
	    {"EC", "a constraint"},
	    {"F", "a constraint"},
	    {"PK", "a constraint"},
	    {"UQ", "a constraint"},
	    {"R", "a rule"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_type(table, kinds[i].type))
			return kinds[i].kind;
	return "something else"; /* of a later version */
}

static const char *kind_of(const struct ts_sqlserver_row *table)
{
	enum { SYSTEM_VERSIONED = 2 }; /* 1 is the table of the history */

	if (is_type(table, "V"))
		return "VIEW";
	if (is_type(table, "ET") || table->numbers[TS_TABLE_EXTERNAL] == 1)
		return "FOREIGN TABLE";
	if (table->numbers[TS_TABLE_TEMPORAL] == SYSTEM_VERSIONED)
		return "SYSTEM VERSIONED TABLE";
	return table->numbers[TS_TABLE_PARTITIONED] == 1 ? "PARTITIONED TABLE"
							 : "TABLE";
}

/* What is being made. */
struct making {
	const struct ts_sqlserver_scene *scene;
	const struct ts_sqlserver_row *table;
	json_t *document;
	bool hides_texts, hides_types, hides_targets; /* from the account */
};

static void print_schema(const struct making *making, const char *schema,
			 struct ts_buf *buf)
{
	const char *parts[] = {making->scene->catalog, schema};

	ts_schema_name_print(parts, 2, buf);
}

static void begin(struct making *making)
{
	const struct ts_sqlserver_row *table = making->table;
	TS_AUTO(ts_buf) schema = {0};

	print_schema(making, table->texts[TS_TABLE_SCHEMA], &schema);
	making->document = ts_document_new(&(struct ts_table_head){
	    .schema_name = schema.data,
	    .name = table->name,
	    .kind = kind_of(table),
	    .comment = table->texts[TS_TABLE_COMMENT],
	    .observed_at = making->scene->observed_at,
	    .view_definition = table->texts[TS_TABLE_VIEW],
	});
}

static void add_column(struct making *making, const struct ts_sqlserver_row *row)
{
	static const char *const generated[] = {NULL, "virtual", "stored"};
	long computed = row->numbers[TS_COLUMN_COMPUTED];
	TS_AUTO(ts_buf) type = {0};

	making->hides_types |= !ts_sqlserver_print_type(row, &type);
	making->hides_texts |=
	    row->numbers[TS_COLUMN_HAS_TEXT] == 1 && !row->texts[TS_COLUMN_TEXT];
	ts_document_add_column(
	    making->document,
	    &(struct ts_column){
		.name = row->name,
		.type = type.data,
		.is_nullable = row->numbers[TS_COLUMN_NULLABLE] == 1,
		.default_text = row->texts[TS_COLUMN_TEXT],
		.comment = row->texts[TS_COLUMN_COMMENT],
		.generated =
		    computed == 1 || computed == 2 ? generated[computed] : NULL,
		.identity = row->numbers[TS_COLUMN_IDENTITY] == 1 ? "always" : NULL,
	    });
}

/* An index, and the key that it is there for. */
static void add_index(struct making *making, const struct ts_sqlserver_row *rows,
		      size_t count)
{
	struct ts_index_part index = {.part = {true, rows->name, NULL},
				      .is_unique = rows->numbers[TS_INDEX_UNIQUE] == 1,
				      .is_primary =
					  rows->numbers[TS_INDEX_PRIMARY] == 1};
	TS_AUTO(ts_buf) definition = {0};

	ts_sqlserver_print_index(making->table, rows, count, &definition);
	index.definition = definition.data;
	for (size_t i = 0; i < count; i++) {
		if (!ts_sqlserver_is_key_column(&rows[i]))
			continue;
		index.part.column = rows[i].texts[TS_INDEX_COLUMN];
		if (index.is_primary)
			ts_document_add_primary(making->document, &index.part);
		else if (rows->numbers[TS_INDEX_CONSTRAINT] == 1)
			ts_document_add_unique(making->document, &index.part);
		ts_document_add_index(making->document, &index);
		index.part.is_first = false;
	}
	if (index.part.is_first) /* one of all columns */
		ts_document_add_index(making->document, &index);
}

static const char *rule_name(long action)
{
	static const char *const names[] = {"NO ACTION", "CASCADE", "SET NULL",
					    "SET DEFAULT"};

	return names[action >= 0 && action < 4 ? action : 0];
}

static void add_foreign(struct making *making, const struct ts_sqlserver_row *rows,
			size_t count)
{
	TS_AUTO(ts_buf) schema = {0};

	if (!rows->texts[TS_FOREIGN_TABLE] || !rows->texts[TS_FOREIGN_SCHEMA]) {
		making->hides_targets = true;
		return;
	}
	print_schema(making, rows->texts[TS_FOREIGN_SCHEMA], &schema);
	for (size_t i = 0; i < count; i++)
		ts_document_add_foreign(
		    making->document,
		    &(struct ts_foreign_part){
			.part = {i == 0, rows[i].name,
				 rows[i].texts[TS_FOREIGN_COLUMN]},
			.schema_name = schema.data,
			.table = rows->texts[TS_FOREIGN_TABLE],
			.column = rows[i].texts[TS_FOREIGN_REFERENCED],
			.on_update = rule_name(rows->numbers[TS_FOREIGN_UPDATE]),
			.on_delete = rule_name(rows->numbers[TS_FOREIGN_DELETE]),
		    });
}

/* The rows of one thing: a column, an index, a constraint. */
static void add_thing(struct making *making, const struct ts_sqlserver_row *rows,
		      size_t count)
{
	switch ((enum ts_sqlserver_part)rows->part) {
	case TS_SQLSERVER_CATALOG:
	case TS_SQLSERVER_TABLE:
		break;
	case TS_SQLSERVER_COLUMN:
		add_column(making, rows);
		break;
	case TS_SQLSERVER_INDEX:
		add_index(making, rows, count);
		break;
	case TS_SQLSERVER_CHECK:
		making->hides_texts |= !rows->texts[TS_CHECK_TEXT];
		ts_document_add_check(making->document, rows->name,
				      rows->texts[TS_CHECK_TEXT]);
		break;
	case TS_SQLSERVER_FOREIGN:
		add_foreign(making, rows, count);
		break;
	}
}

static void add_warnings(const struct making *making, struct ts_read *read)
{
	const struct {
		bool is_true;
		const char *text;
	} warnings[] = {
	    {is_type(making->table, "V") && !making->table->texts[TS_TABLE_VIEW],
	     "view_definition is null: the view is encrypted, or the account has no "
	     "VIEW DEFINITION"},
	    {making->hides_texts,
	     "defaults and expressions are null where the account has no "
	     "VIEW DEFINITION"},
	    {making->hides_types,
	     "a column's type is told by what it is made from: the account may not "
	     "see the type"},
	    {making->hides_targets,
	     "a foreign key is left out: the account may not see the table that it "
	     "refers to"},
	};

	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		if (!warnings[i].is_true)
			continue;
		if (!read->warnings)
			read->warnings = json_array();
		json_array_append_new(read->warnings, json_string(warnings[i].text));
	}
}

json_t *ts_sqlserver_document(const struct ts_sqlserver_scene *scene,
			      const struct ts_sqlserver_row *rows, size_t count,
			      struct ts_read *read)
{
	struct making making = {.scene = scene, .table = rows};

	begin(&making);
	for (size_t first = 1, end; first < count; first = end) {
		for (end = first + 1; end < count; end++)
			if (rows[end].part != rows[first].part ||
			    strcmp(rows[end].name, rows[first].name) != 0)
				break;
		add_thing(&making, rows + first, end - first);
	}
	add_warnings(&making, read);
	return making.document;
}
