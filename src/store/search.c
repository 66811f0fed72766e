/* search.c - see search.h; the words of a table and the grams of words. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store/search.h"
#include "base/mem.h"
#include "store/dialect.h"
#include "store/rich_text.h"
#include "store/shape.h"
#include "store_files.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { GRAM = 3, WORDS_MAX = 32 };

/* What grams begin with that are no part of the words; each is of GRAM characters. */
enum { TAG_NAME = 1, TAG_DS, TAG_SCHEMA, TAG_REMOVED, TAGS_END };

static bool is_tag(const char *text)
{
	return *text >= TAG_NAME && *text < TAGS_END;
}

/* Few characters that tell most values apart; the rows are looked at anyway. */
static void add_tag(char tag, uint64_t value, struct ts_buf *buf)
{
	ts_buf_putc(buf, tag);
	ts_buf_putc(buf, (char)('0' + value % 64));
	ts_buf_putc(buf, (char)('0' + value / 64 % 64));
}

/* FNV-1a, of 31 bits. */
static uint32_t hash(const char *text, size_t len)
{
	uint64_t value = 14695981039346656037U;

	for (size_t i = 0; i < len; i++)
		value = (value ^ (unsigned char)text[i]) * 1099511628211U;
	return (uint32_t)(value ^ value >> 32) >> 1;
}

/* One or two characters of a table's name. */
static void add_name_tag(const char *part, size_t len, struct ts_buf *buf)
{
	ts_buf_putc(buf, TAG_NAME);
	if (ts_search_character(part) == len)
		ts_buf_putc(buf, TAG_NAME);
	ts_buf_add(buf, part, len);
}

static void add_name_tags(const char *name, struct ts_buf *buf)
{
	TS_AUTO(ts_buf) folded = {0};
	const char *at;
	size_t len, next;

	ts_search_fold(name, &folded);
	for (at = ts_buf_text(&folded); (len = ts_search_character(at)); at += len) {
		add_name_tag(at, len, buf);
		next = ts_search_character(at + len);
		if (next)
			add_name_tag(at, len + next, buf);
	}
}

static void add_line(const char *text, struct ts_buf *words)
{
	if (!*text)
		return;
	ts_search_fold(text, words);
	ts_buf_putc(words, '\n');
}

static void add_node(const struct ts_json_node *node, struct ts_buf *words)
{
	TS_AUTO(ts_buf) text = {0};

	if (!node || !ts_json_node_is_text(node))
		return;
	ts_json_node_decode(node, &text);
	add_line(ts_buf_text(&text), words);
}

static void add_document(const struct ts_json_node *document, struct ts_buf *words)
{
	const struct ts_json_node *columns = ts_json_node_get(document, "columns");

	add_node(ts_json_node_get(document, "db_comment"), words);
	for (const struct ts_json_node *item = ts_json_node_first(columns); item;
	     item = ts_json_node_next(columns, item)) {
		add_node(ts_json_node_get(item, "name"), words);
		add_node(ts_json_node_get(item, "comment"), words);
	}
}

static void add_rich_text(const char *html, struct ts_buf *words)
{
	TS_AUTO(ts_buf) text = {0};

	if (!*html)
		return;
	ts_rich_text_words(html, &text);
	add_line(ts_buf_text(&text), words);
}

static void add_fields(const struct ts_json_node *fields, struct ts_buf *words)
{
	for (const struct ts_json_node *item = ts_json_node_first(fields); item;
	     item = ts_json_node_next(fields, item)) {
		TS_AUTO(ts_buf) value = {0};

		add_node(ts_json_node_get(item, "name"), words);
		ts_json_node_decode(ts_json_node_get(item, "value"), &value);
		if (ts_json_node_equals(ts_json_node_get(item, "type"), "rich_text"))
			add_rich_text(ts_buf_text(&value), words);
		else
			add_line(ts_buf_text(&value), words);
	}
}

/* Let `add` append what it finds in a JSON text of ours. */
static bool add_json(const char *text,
		     void (*add)(const struct ts_json_node *node, struct ts_buf *words),
		     struct ts_buf *words, struct ts_error *err)
{
	size_t len = strlen(text);
	struct ts_json_index index;

	if (!ts_json_index_make(text, len, len, &index, err)) {
		err->code = TS_E_INTERNAL;
		return false;
	}
	add(index.nodes, words);
	ts_json_index_release(&index);
	return true;
}

bool ts_search_words(const struct ts_row *row, struct ts_buf *words,
		     struct ts_error *err)
{
	add_line(row->name, words);
	add_line(row->schema_name, words);
	if (!add_json(row->document, add_document, words, err) ||
	    !add_json(row->custom_fields, add_fields, words, err))
		return ts_wrap(err, "table %" PRId64, row->id);
	add_line(row->title, words);
	add_rich_text(row->description, words);
	add_tag(TAG_DS, (uint64_t)row->ds_id, words);
	add_tag(TAG_SCHEMA, hash(row->schema_name, strlen(row->schema_name)), words);
	add_tag(TAG_REMOVED, row->is_removed, words);
	add_name_tags(row->name, words);
	return true;
}

static size_t gram_bytes(const char *text)
{
	size_t len = 0;

	for (int i = 0; i < GRAM; i++)
		len += ts_search_character(text + len);
	return len;
}

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t *one = a, *other = b;

	return *one == *other ? 0 : *one < *other ? -1 : 1;
}

void ts_search_grams(const char *words, struct ts_buf *grams)
{
	uint32_t *all = ts_calloc(strlen(words) + 1, sizeof(*all));
	size_t count = 0;

	for (const char *at = words; *at;) {
		size_t len = gram_bytes(at);

		if (!memchr(at, '\n', len))
			all[count++] = hash(at, len);
		at += is_tag(at) ? len : ts_search_character(at);
	}
	qsort(all, count, sizeof(*all), compare_numbers);
	ts_buf_putc(grams, '{');
	for (size_t i = 0; i < count; i++)
		if (!i || all[i] != all[i - 1])
			ts_buf_printf(grams, "%s%" PRIu32, i ? "," : "", all[i]);
	ts_buf_putc(grams, '}');
	free(all);
}

void ts_search_release(struct ts_search *search)
{
	ts_buf_release(&search->grams);
	ts_buf_release(&search->words);
}

static void quote(const char *gram, size_t len, struct ts_buf *grams)
{
	ts_buf_putc(grams, '"');
	for (size_t i = 0; i < len; i++) {
		if (gram[i] == '"')
			ts_buf_putc(grams, '"');
		ts_buf_putc(grams, gram[i]);
	}
	ts_buf_putc(grams, '"');
}

static void add_gram(struct ts_search *search, bool as_numbers, const char *gram,
		     size_t len)
{
	struct ts_buf *grams = &search->grams;

	if (as_numbers) {
		ts_buf_printf(grams, "%c%" PRIu32, grams->len ? ',' : '{',
			      hash(gram, len));
		return;
	}
	if (grams->len)
		ts_buf_putc(grams, ' ');
	quote(gram, len, grams);
}

/* Every other gram and the last one: they cover the word, and the fewer the database
 * has to bring together, the better. */
static void add_word_grams(struct ts_search *search, bool as_numbers, const char *word)
{
	size_t position = 0;

	for (const char *at = word;; at += ts_search_character(at), position++) {
		size_t len = gram_bytes(at);
		bool is_last = !at[len];

		if (position % 2 == 0 || is_last)
			add_gram(search, as_numbers, at, len);
		if (is_last)
			return;
	}
}

static size_t count_characters(const char *word)
{
	size_t count = 0;

	for (; *word; word += ts_search_character(word))
		count++;
	return count;
}

static void add_word(struct ts_search *search, bool as_numbers, const char *word)
{
	TS_AUTO(ts_buf) tag = {0};

	if (count_characters(word) < GRAM) {
		add_name_tag(word, strlen(word), &tag);
		add_gram(search, as_numbers, tag.data, tag.len);
		word = tag.data;
	} else {
		add_word_grams(search, as_numbers, word);
	}
	ts_buf_putc(&search->words, search->words.len > 1 ? ',' : ' ');
	ts_shape_print_text(word, &search->words);
}

/* What else is known of the tables that are looked for. */
static void add_tags(struct ts_search *search, bool as_numbers,
		     const struct ts_store_query *query)
{
	TS_AUTO(ts_buf) tags = {0};

	add_tag(TAG_REMOVED, query->is_removed, &tags);
	if (query->ds_id >= 0)
		add_tag(TAG_DS, (uint64_t)query->ds_id, &tags);
	if (query->schema_name)
		add_tag(TAG_SCHEMA,
			hash(query->schema_name, strlen(query->schema_name)), &tags);
	for (size_t i = 0; i < tags.len; i += GRAM)
		add_gram(search, as_numbers, tags.data + i, GRAM);
}

bool ts_search_is_asked(const char *text)
{
	return text && text[strspn(text, " \t\r\n\f\v")];
}

bool ts_search_make(const struct ts_store_query *query, bool as_numbers,
		    struct ts_search *ret_search, struct ts_error *err)
{
	struct ts_search search = {0};
	TS_AUTO(ts_buf) text = {0};
	char *rest = NULL;
	size_t count = 0;

	ts_search_fold(query->text, &text);
	ts_buf_putc(&search.words, '[');
	for (char *word = strtok_r(text.data, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (++count > WORDS_MAX) {
			ts_search_release(&search);
			return ts_fail(err, TS_E_BAD_VALUE,
				       "'q' has more than %d words", WORDS_MAX);
		}
		add_word(&search, as_numbers, word);
	}
	add_tags(&search, as_numbers, query);
	if (as_numbers)
		ts_buf_putc(&search.grams, '}');
	ts_buf_putc(&search.words, ']');
	*ret_search = search;
	return true;
}

bool ts_search_keep(struct ts_conn *conn, const struct ts_row *row,
		    struct ts_error *err)
{
	const struct ts_store_dialect *dialect = ts_store_dialect_of(conn);
	TS_AUTO(ts_buf) words = {0};
	TS_AUTO(ts_buf) grams = {0};
	char id[TS_NUMBER_SIZE];
	const char *params[3] = {ts_storage_number(row->id, id)};

	if (!ts_search_words(row, &words, err))
		return false;
	if (dialect->takes_grams)
		ts_search_grams(ts_buf_text(&words), &grams);
	params[1] = ts_buf_text(&words);
	params[2] = ts_buf_text(&grams);
	return ts_storage_query(conn, dialect->set_words, params,
				dialect->takes_grams ? 3 : 2, err);
}

/* Index what stands behind `*after`, a bounded number; *after is then the last of them,
 * and 0 where there was none. */
static bool fill_some(struct ts_conn *conn, int64_t *after, struct ts_error *err)
{
	enum { AT_ONCE = 64 };
	struct ts_row rows[AT_ONCE] = {0};
	char number[TS_NUMBER_SIZE], limit[TS_NUMBER_SIZE];
	const char *const params[] = {ts_storage_number(*after, number),
				      ts_storage_number(AT_ONCE, limit)};
	bool is_ok =
	    ts_storage_query(conn, ts_store_sql_all_tables_sql, params, 2, err);
	bool has_row = is_ok;
	size_t count = 0;

	while (is_ok && has_row && count < AT_ONCE) {
		is_ok = ts_storage_fetch(conn, &has_row, err);
		if (is_ok && has_row)
			ts_row_read(conn, &rows[count++]);
	}
	*after = count ? rows[count - 1].id : 0;
	for (size_t i = 0; i < count; i++) {
		is_ok = is_ok && ts_search_keep(conn, &rows[i], err);
		ts_row_release(&rows[i]);
	}
	return is_ok;
}

bool ts_search_fill(struct ts_conn *conn, struct ts_error *err)
{
	int64_t after = 0;

	do {
		if (!fill_some(conn, &after, err))
			return false;
	} while (after);
	return true;
}
