/* search.h - the words by which a table is found.
 *
 * They are kept beside the table, in lower case, a line each: its names, its columns'
 * names, comments, and what people wrote about it.  The database finds lines by three
 * characters in a row (a gram), so a part of a word is found when it has three or more,
 * and what has all its grams is looked at again.  For shorter parts, which are looked
 * for in the table's name alone, there are grams of their own; likewise for what else a
 * search is narrowed by: the data source, the schema, whether the table is gone.  They
 * begin with a control character, which no line of the words has.
 *
 * Letters are lower-cased in Latin, Greek, Cyrillic and Armenian.
 *
 * Pure but for what takes a connection.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SEARCH_H
#define TS_SEARCH_H
#include "base/buf.h"
#include "store/row.h"
#include "store/store.h"

/* Append a text in lower case, on one line. */
void ts_search_fold(const char *text, struct ts_buf *buf);
/* The bytes of the character that UTF-8 text begins with; 0 at its end. */
size_t ts_search_character(const char *text);
/* Append the words of a table.  TS_E_INTERNAL where its document is damaged. */
TS_MUST_CHECK bool ts_search_words(const struct ts_row *row, struct ts_buf *words,
				   struct ts_error *err);
/* Append the grams of words, each once, a line each.  A gram that holds the end of a
 * line is none. */
void ts_search_grams(const char *words, struct ts_buf *grams);

/* What a query asks the database for. */
struct ts_search {
	struct ts_buf grams; /* all of them: as texts in quotes, or as numbers */
	struct ts_buf words; /* to look at again, a JSON list */
};
void ts_search_release(struct ts_search *search);
/* Is there a word in it? */
bool ts_search_is_asked(const char *text);
/* TS_E_BAD_VALUE where there are too many words. */
TS_MUST_CHECK bool ts_search_make(const struct ts_store_query *query, bool as_numbers,
				  struct ts_search *ret_search, struct ts_error *err);

/* Keep the words of a row that was written, in the same transaction. */
TS_MUST_CHECK bool ts_search_keep(struct ts_conn *conn, const struct ts_row *row,
				  struct ts_error *err);
/* The same for all rows: a ts_storage_fill. */
ts_storage_fill ts_search_fill;

#endif
