/* sqlite_lexer.c - see sqlite_lexer.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "source/dialects/sqlite_lexer.h"
#include "base/mem.h"
#include <string.h>
#include <strings.h>

/* Not <ctype.h>: what a letter is does not depend on the locale. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	       c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_blanks(const char *at)
{
	for (;;) {
		const char *end;

		if (is_blank(*at)) {
			at++;
		} else if (at[0] == '-' && at[1] == '-') {
			at += strcspn(at, "\n");
		} else if (at[0] == '/' && at[1] == '*') {
			end = strstr(at + 2, "*/");
			at = end ? end + 2 : at + strlen(at);
		} else {
			return at;
		}
	}
}

/* Behind the closing quote of the quoted text at `at`; NULL where there is none. */
static const char *quoted_end(const char *at)
{
	char quote = *at == '[' ? ']' : *at;

	for (at++; *at; at++) {
		if (*at != quote)
			continue;
		/* Square brackets know no doubling. */
		if (quote == ']' || at[1] != quote)
			return at + 1;
		at++;
	}
	return NULL;
}

struct ts_lexer ts_lexer_begin(const char *text)
{
	struct ts_lexer lexer = {.next = text};

	ts_lexer_next(&lexer);
	return lexer;
}

void ts_lexer_next(struct ts_lexer *lexer)
{
	const char *at = skip_blanks(lexer->next), *end = at;
	enum ts_token_kind kind;

	if (!*at) {
		kind = TS_TOKEN_END;
	} else if (strchr("\"'`[", *at)) {
		kind = TS_TOKEN_QUOTED;
		end = quoted_end(at);
		if (!end) {
			kind = TS_TOKEN_END;
			end = at = at + strlen(at);
		}
	} else if (is_word(*at)) {
		kind = is_digit(*at) ? TS_TOKEN_NUMBER : TS_TOKEN_WORD;
		while (is_word(*end) || (kind == TS_TOKEN_NUMBER && *end == '.'))
			end++;
	} else {
		kind = TS_TOKEN_SIGN;
		end++;
	}
	lexer->token = (struct ts_token){kind, at, (size_t)(end - at)};
	lexer->next = end;
}

bool ts_lexer_is(const struct ts_lexer *lexer, const char *keyword)
{
	const struct ts_token *token = &lexer->token;

	return token->kind == TS_TOKEN_WORD && strlen(keyword) == token->len &&
	       strncasecmp(token->text, keyword, token->len) == 0;
}

bool ts_lexer_is_sign(const struct ts_lexer *lexer, char sign)
{
	return lexer->token.kind == TS_TOKEN_SIGN && lexer->token.text[0] == sign;
}

bool ts_lexer_accept(struct ts_lexer *lexer, const char *keyword)
{
	if (!ts_lexer_is(lexer, keyword))
		return false;
	ts_lexer_next(lexer);
	return true;
}

bool ts_lexer_accept_sign(struct ts_lexer *lexer, char sign)
{
	if (!ts_lexer_is_sign(lexer, sign))
		return false;
	ts_lexer_next(lexer);
	return true;
}

bool ts_lexer_is_name(const struct ts_lexer *lexer)
{
	return lexer->token.kind == TS_TOKEN_WORD ||
	       lexer->token.kind == TS_TOKEN_QUOTED;
}

char *ts_lexer_name(const struct ts_lexer *lexer)
{
	const struct ts_token *token = &lexer->token;
	char *name, *out, quote;

	if (token->kind != TS_TOKEN_QUOTED)
		return ts_memdup(token->text, token->len);
	name = out = ts_memdup(token->text + 1, token->len - 2);
	quote = token->text[0];
	for (const char *in = name; *in; in++) {
		*out++ = *in;
		if (*in == quote && quote != '[' && in[1] == quote)
			in++;
	}
	*out = '\0';
	return name;
}

void ts_lexer_skip_group(struct ts_lexer *lexer)
{
	size_t depth = 0;

	do {
		if (ts_lexer_is_sign(lexer, '('))
			depth++;
		else if (ts_lexer_is_sign(lexer, ')'))
			depth--;
		ts_lexer_next(lexer);
	} while (depth && lexer->token.kind != TS_TOKEN_END);
}

char *ts_lexer_group(struct ts_lexer *lexer)
{
	const char *begin = lexer->token.text + 1, *end = begin;
	size_t depth = 0;

	for (; lexer->token.kind != TS_TOKEN_END; ts_lexer_next(lexer)) {
		if (ts_lexer_is_sign(lexer, '('))
			depth++;
		else if (ts_lexer_is_sign(lexer, ')') && --depth == 0)
			break;
	}
	if (lexer->token.kind == TS_TOKEN_END)
		return NULL;
	end = lexer->token.text;
	ts_lexer_next(lexer);
	while (begin < end && is_blank(*begin))
		begin++;
	while (end > begin && is_blank(end[-1]))
		end--;
	return ts_memdup(begin, (size_t)(end - begin));
}
