/* document.h - a table document (source.h), built member by member from rows.
 *
 * For dialects whose DBMS does not print JSON itself.  All members are there from the
 * start, null or [], in the order of design.md 4.2.  Texts that are not UTF-8 are made
 * so; NULL is JSON's null.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DOCUMENT_H
#define TS_DOCUMENT_H
#include "base/json.h"
#include <stdbool.h>

struct ts_table_head {
	const char *schema_name; /* canonical, printed by ts_schema_name_print */
	const char *name;
	const char *kind; /* "TABLE", "VIEW", … (design.md 4.2); gives is_view */
	const char *comment;
	const char *observed_at;
	const char *view_definition;
};

struct ts_column {
	const char *name;
	const char *type;
	bool is_nullable;
	const char *default_text; /* of a generated column its expression */
	const char *comment;
	const char *generated; /* NULL, "stored" or "virtual" */
	const char *identity;  /* NULL, "always" or "by default" */
};

/* One column of a key; the first one begins the key. */
struct ts_key_part {
	bool is_first;
	const char *name; /* of the constraint */
	const char *column;
};

struct ts_foreign_part {
	struct ts_key_part part;
	const char *schema_name; /* canonical, of the table referred to */
	const char *table;
	const char *column;                /* NULL where the DBMS does not tell */
	const char *on_update, *on_delete; /* "NO ACTION", … */
};

struct ts_index_part {
	struct ts_key_part part; /* `column` as it stands in the DDL */
	bool is_unique, is_primary;
	const char *definition;
};

json_t *ts_document_new(const struct ts_table_head *head);
/* Where the definition is known later than the head. */
void ts_document_set_view(json_t *document, const char *definition);
/* What is answered for a table that is absent for sure. */
json_t *ts_document_removed(const char *schema_name, const char *name,
			    const char *observed_at);

/* Columns in their order; positions are counted here. */
void ts_document_add_column(json_t *document, const struct ts_column *column);
/* Also gives the column its primary_key_position, so after the columns. */
void ts_document_add_primary(json_t *document, const struct ts_key_part *part);
void ts_document_add_unique(json_t *document, const struct ts_key_part *part);
void ts_document_add_check(json_t *document, const char *name, const char *expression);
void ts_document_add_foreign(json_t *document, const struct ts_foreign_part *part);
/* `column` NULL adds an index whose columns are not known. */
void ts_document_add_index(json_t *document, const struct ts_index_part *part);

#endif
