/* mariadb_ddl.c - see mariadb_ddl.h.
 *
 * The server prints names between back-ticks and texts between apostrophes, the mark
 * doubled inside, and in texts a backslash before whatever needs it (sql_mode is
 * empty); the elements of a table stand between the first parenthesis and its partner,
 * with a comma between them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/mariadb_ddl.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Behind the name or text that begins at `at`. */
static const char *skip_quoted(const char *at)
{
	char mark = *at++;

	for (; *at; at++) {
		if (*at == '\\' && mark == '\'' && at[1])
			at++;
		else if (*at == mark && at[1] == mark)
			at++;
		else if (*at == mark)
			return at + 1;
	}
	return at;
}

/* Behind the next name, text or other character. */
static const char *skip_one(const char *at)
{
	return *at == '`' || *at == '\'' ? skip_quoted(at) : at + 1;
}

/* Where the parenthesis that is open at `at` is closed, or the end. */
static const char *find_close(const char *at)
{
	for (size_t depth = 0; *at; at = skip_one(at)) {
		if (*at == ')' && depth == 0)
			return at;
		depth += *at == '(';
		depth -= *at == ')';
	}
	return at;
}

/* Where the element at `at` ends: at a comma or at `end`. */
static const char *element_end(const char *at, const char *end)
{
	while (at < end && *at != ',')
		at = *at == '(' ? find_close(at + 1) + 1 : skip_one(at);
	return at < end ? at : end;
}

static bool is_word_at(const char *at, const char *word)
{
	size_t len = strlen(word);

	return strncmp(at, word, len) == 0 && !isalnum((unsigned char)at[len]) &&
	       at[len] != '_';
}

/* Behind `words` where they stand in the element outside of every parenthesis, name and
 * text; NULL where they do not. */
static const char *find_words(const char *at, const char *end, const char *words)
{
	while (at < end) {
		if (is_word_at(at, words))
			return at + strlen(words);
		at = *at == '(' ? find_close(at + 1) + 1 : skip_one(at);
	}
	return NULL;
}

/* The name between back-ticks at `at`; the caller frees it. */
static char *read_name(const char *at)
{
	const char *end = skip_quoted(at);
	TS_AUTO(ts_buf) name = {0};

	for (at++; at < end - 1; at++) {
		ts_buf_putc(&name, *at);
		if (*at == '`')
			at++;
	}
	return ts_strdup(ts_buf_text(&name));
}

static const char *rule_of(const char *at, const char *end, const char *event)
{
	static const char *const rules[] = {"CASCADE", "SET NULL", "SET DEFAULT",
					    "NO ACTION"};

	at = find_words(at, end, event);
	for (size_t i = 0; at && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (is_word_at(at + 1, rules[i]))
			return rules[i];
	return "RESTRICT"; /* which is not printed */
}

static void add_row(struct ts_mariadb_rows *rows, enum ts_mariadb_kind kind, char *name,
		    const char *first, const char *second)
{
	const struct ts_mariadb_row row = {
	    .kind = kind,
	    .name = name,
	    .nth = kind == TS_MARIADB_COLUMN ? (int64_t)rows->count : 0,
	    .texts = {(char *)(uintptr_t)first, (char *)(uintptr_t)second}};

	ts_mariadb_rows_add(rows, &row);
	free(name);
}

/* An element that may hold a check under the name at `name`. */
static void read_check(const char *name, const char *at, const char *end,
		       struct ts_mariadb_rows *rows)
{
	TS_AUTO(ts_buf) clause = {0};

	at = find_words(at, end, "CHECK");
	if (!at || at >= end)
		return;
	at += strspn(at, " ");
	if (*at != '(')
		return;
	ts_buf_add(&clause, at + 1, (size_t)(find_close(at + 1) - at - 1));
	add_row(rows, TS_MARIADB_CHECK, read_name(name), ts_buf_text(&clause), NULL);
}

static void read_constraint(const char *at, const char *end,
			    struct ts_mariadb_rows *rows)
{
	const char *name = at + strcspn(at, "`"), *rest;

	if (name >= end)
		return;
	rest = skip_quoted(name);
	if (find_words(rest, end, "FOREIGN KEY"))
		add_row(rows, TS_MARIADB_RULE, read_name(name),
			rule_of(rest, end, "ON UPDATE"),
			rule_of(rest, end, "ON DELETE"));
	else
		read_check(name, rest, end, rows);
}

/* PERIOD FOR `name` (`from`, `to`) implies a check. */
static void read_period(const char *at, const char *end, struct ts_mariadb_rows *rows)
{
	const char *name = at + strcspn(at, "`"), *from, *to;
	TS_AUTO(ts_buf) clause = {0};

	if (name >= end)
		return;
	from = skip_quoted(name);
	from += strcspn(from, "`");
	if (from >= end)
		return;
	to = skip_quoted(from);
	ts_buf_add(&clause, from, (size_t)(to - from));
	to += strcspn(to, "`");
	ts_buf_puts(&clause, " < ");
	ts_buf_add(&clause, to, (size_t)(skip_quoted(to) - to));
	add_row(rows, TS_MARIADB_CHECK, read_name(name), ts_buf_text(&clause), NULL);
}

void ts_mariadb_ddl_read(const char *ddl, struct ts_mariadb_rows *rows)
{
	const char *end, *next;

	while (*ddl && *ddl != '(')
		ddl = skip_one(ddl);
	if (!*ddl)
		return;
	end = find_close(ddl + 1);
	for (const char *at = ddl + 1; at < end; at = next + 1) {
		at += strspn(at, " \n");
		next = element_end(at, end);
		if (*at == '`') {
			add_row(rows, TS_MARIADB_COLUMN, read_name(at), NULL, NULL);
			read_check(at, skip_quoted(at), next, rows);
		} else if (is_word_at(at, "CONSTRAINT")) {
			read_constraint(at, next, rows);
		} else if (is_word_at(at, "PERIOD FOR")) {
			if (!is_word_at(at, "PERIOD FOR SYSTEM_TIME"))
				read_period(at, next, rows);
		}
	}
}
