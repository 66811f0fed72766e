/* sqlite_lexer.h - the words of a CREATE statement, as SQLite's own tokenizer cuts
 * them.
 *
 * A plain value over a text that is borrowed: a copy of it is a place to come back to.
 * Pure; takes any text.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SQLITE_LEXER_H
#define TS_SQLITE_LEXER_H
#include <stdbool.h>
#include <stddef.h>

enum ts_token_kind {
	TS_TOKEN_END,    /* of the text, or of what can be understood */
	TS_TOKEN_WORD,   /* a keyword or a bare name */
	TS_TOKEN_QUOTED, /* "a" [a] `a` 'a'; the last may be a name as well */
	TS_TOKEN_NUMBER,
	TS_TOKEN_SIGN, /* one character: ( ) , . + and the like */
};

struct ts_token {
	enum ts_token_kind kind;
	const char *text; /* into the text that is read */
	size_t len;
};

struct ts_lexer {
	struct ts_token token; /* the current one */
	const char *next;
};

struct ts_lexer ts_lexer_begin(const char *text);
void ts_lexer_next(struct ts_lexer *lexer);

/* Is the current token that keyword, in any case, or that character? */
bool ts_lexer_is(const struct ts_lexer *lexer, const char *keyword);
bool ts_lexer_is_sign(const struct ts_lexer *lexer, char sign);
/* … and if it is, go on. */
bool ts_lexer_accept(struct ts_lexer *lexer, const char *keyword);
bool ts_lexer_accept_sign(struct ts_lexer *lexer, char sign);

/* Can the current token be a name? */
bool ts_lexer_is_name(const struct ts_lexer *lexer);
/* The current token as a name, without its quotes; the caller frees it. */
char *ts_lexer_name(const struct ts_lexer *lexer);

/* At "(": go behind the ")" that belongs to it, or to the end where there is none. */
void ts_lexer_skip_group(struct ts_lexer *lexer);
/* The same, and give what stands between them, without blanks around it; the caller
 * frees it.  NULL where it is not closed. */
char *ts_lexer_group(struct ts_lexer *lexer);

#endif
