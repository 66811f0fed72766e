/* sqlserver_type.c - see sqlserver_type.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlserver_type.h"
#include "source/dialects/sqlserver_text.h"
#include <string.h>

/* What stands in brackets behind the name of a type. */
enum form {
	BYTES, /* (n) or (max) */
	UNITS, /* the same, of two bytes each */
	DECIMAL,
	SCALE,
};

static const struct {
	const char *name;
	enum form form;
} forms[] = {
    {"char", BYTES},      {"varchar", BYTES},        {"binary", BYTES},
    {"varbinary", BYTES}, {"nchar", UNITS},          {"nvarchar", UNITS},
    {"decimal", DECIMAL}, {"numeric", DECIMAL},      {"datetime2", SCALE},
    {"time", SCALE},      {"datetimeoffset", SCALE},
};

static void print_form(enum form form, const struct ts_sqlserver_row *column,
		       struct ts_buf *buf)
{
	long bytes = column->numbers[TS_COLUMN_BYTES];
	long scale = column->numbers[TS_COLUMN_SCALE];

	switch (form) {
	case BYTES:
	case UNITS:
		if (bytes == -1)
			ts_buf_puts(buf, "(max)");
		else
			ts_buf_printf(buf, "(%ld)", form == UNITS ? bytes / 2 : bytes);
		break;
	case DECIMAL:
		ts_buf_printf(buf, "(%ld,%ld)", column->numbers[TS_COLUMN_PRECISION],
			      scale);
		break;
	case SCALE:
		ts_buf_printf(buf, "(%ld)", scale);
		break;
	}
}

/* A name of the users', in brackets only where it needs them. */
static void print_part(const char *name, struct ts_buf *buf)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	if (name[strspn(name, plain)] == '\0')
		ts_buf_puts(buf, name);
	else
		ts_sqlserver_quote(name, buf);
}

bool ts_sqlserver_print_type(const struct ts_sqlserver_row *column, struct ts_buf *buf)
{
	const char *type = column->texts[TS_COLUMN_TYPE];
	const char *schema = column->texts[TS_COLUMN_TYPE_SCHEMA];
	const char *name = type ? type : column->texts[TS_COLUMN_BASE];

	if (type && column->numbers[TS_COLUMN_OWN_TYPE] == 1) {
		if (schema) {
			print_part(schema, buf);
			ts_buf_putc(buf, '.');
		}
		print_part(type, buf);
		return true;
	}
	/* Types that are written in a .NET language have no base. */
	ts_buf_puts(buf, name ? name : "clr type");
	for (size_t i = 0; name && i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].name, name) == 0)
			print_form(forms[i].form, column, buf);
	return type;
}

/* By sys.indexes.type.  XML, spatial and later ones, which are all like number 0, have
 * options in tables of their own. */
static const struct {
	const char *kind;  /* NULL: not known well enough */
	bool has_columns;  /* between brackets … */
	bool are_included; /* … which the catalog calls included columns */
} kinds[] = {
    [0] = {NULL, true, true},
    [1] = {"CLUSTERED", true, false},
    [2] = {"NONCLUSTERED", true, false},
    [5] = {"CLUSTERED COLUMNSTORE", false, false},
    [6] = {"NONCLUSTERED COLUMNSTORE", true, true},
    [7] = {"NONCLUSTERED HASH", true, false},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static long kind_of(const struct ts_sqlserver_row *index)
{
	long type = index->numbers[TS_INDEX_TYPE];

	return type > 0 && type < KINDS && kinds[type].kind ? type : 0;
}

bool ts_sqlserver_is_key_column(const struct ts_sqlserver_row *index)
{
	long kind = kind_of(index);

	return index->texts[TS_INDEX_COLUMN] &&
	       (index->numbers[TS_INDEX_INCLUDED] == 0 || kinds[kind].are_included);
}

/* The columns of the key, or the included ones, in brackets; nothing where none are. */
static void print_columns(const char *before, bool of_key,
			  const struct ts_sqlserver_row *rows, size_t count,
			  struct ts_buf *buf)
{
	bool has_any = false;

	for (size_t i = 0; i < count; i++) {
		if (!rows[i].texts[TS_INDEX_COLUMN] ||
		    ts_sqlserver_is_key_column(&rows[i]) != of_key)
			continue;
		ts_buf_puts(buf, has_any ? ", " : before);
		ts_sqlserver_quote(rows[i].texts[TS_INDEX_COLUMN], buf);
		if (rows[i].numbers[TS_INDEX_DESCENDING] == 1)
			ts_buf_puts(buf, " DESC");
		has_any = true;
	}
	if (has_any)
		ts_buf_putc(buf, ')');
}

void ts_sqlserver_print_index(const struct ts_sqlserver_row *table,
			      const struct ts_sqlserver_row *rows, size_t count,
			      struct ts_buf *buf)
{
	const char *schema = table->texts[TS_TABLE_SCHEMA];
	const char *filter = rows->texts[TS_INDEX_FILTER];
	long kind = kind_of(rows);

	if (!kinds[kind].kind || !schema)
		return;
	ts_buf_printf(buf, "CREATE %s%s INDEX ",
		      rows->numbers[TS_INDEX_UNIQUE] == 1 ? "UNIQUE " : "",
		      kinds[kind].kind);
	ts_sqlserver_quote(rows->name, buf);
	ts_buf_puts(buf, " ON ");
	ts_sqlserver_quote(schema, buf);
	ts_buf_putc(buf, '.');
	ts_sqlserver_quote(table->name, buf);
	if (kinds[kind].has_columns) {
		print_columns(" (", true, rows, count, buf);
		print_columns(" INCLUDE (", false, rows, count, buf);
	}
	if (filter)
		ts_buf_printf(buf, " WHERE %s", filter);
}
