/* values.c - text to the type of an option; see options.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "config/config.h"
#include "config/findings.h"
#include "config/options.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};

/* Newlines and tabs are fine in SQL; nothing else that cannot be seen is. */
static bool is_clean(const char *text)
{
	if (!ts_utf8_is_valid(text, strlen(text)))
		return false;
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) && *text != '\n' && *text != '\t')
			return false;
	return true;
}

static bool parse_duration(const char *text, int64_t *ret_ms)
{
	const size_t digits = strspn(text, "0123456789");
	TS_AUTO(ts_buf) number = {0};
	int64_t count;

	ts_buf_add(&number, text, digits);
	if (!ts_int64_parse(ts_buf_text(&number), 0, INT64_MAX, &count))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(text + digits, units[i].name) == 0)
			return !__builtin_mul_overflow(count, units[i].ms, ret_ms);
	return false;
}

void ts_option_print_duration(int64_t ms, struct ts_buf *text)
{
	size_t i = ms ? sizeof(units) / sizeof(*units) - 1 : 1; /* 0 is "0s" */

	while (i > 0 && ms % units[i].ms != 0)
		i--;
	ts_buf_printf(text, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
}

static bool store_int(const struct ts_option *option, int *ret, const char *text,
		      struct ts_error *err)
{
	int64_t number;

	if (!ts_int64_parse(text, option->min, option->max, &number))
		return ts_fail(err, TS_E_CONFIG,
			       "'%.40s' is not a whole number from %" PRId64
			       " to %" PRId64,
			       text, option->min, option->max);
	*ret = (int)number;
	return true;
}

static bool store_duration(const struct ts_option *option, int64_t *ret,
			   const char *text, struct ts_error *err)
{
	TS_AUTO(ts_buf) range = {0};
	int64_t ms;

	if (parse_duration(text, &ms) && ms >= option->min && ms <= option->max) {
		*ret = ms;
		return true;
	}
	ts_option_print_duration(option->min, &range);
	ts_buf_puts(&range, " to ");
	ts_option_print_duration(option->max, &range);
	return ts_fail(err, TS_E_CONFIG,
		       "'%.40s' is not a duration from %s (200ms, 30s, 5m, 1h)", text,
		       range.data);
}

static bool store_bool(bool *ret, const char *text, struct ts_error *err)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return ts_fail(err, TS_E_CONFIG, "'%.40s' is neither true nor false",
			       text);
	*ret = text[0] == 't';
	return true;
}

static bool is_word(const char *words, const char *text)
{
	const size_t len = strlen(text);

	for (; *words; words += strcspn(words, "|"), words += *words == '|')
		if (strcspn(words, "|") == len && strncmp(words, text, len) == 0)
			return true;
	return false;
}

static bool check_error(const char *text, struct ts_error *err)
{
	struct ts_guess guess = {.wanted = text};

	for (enum ts_code code = TS_OK + 1; code < TS_CODE_COUNT; code++) {
		if (!ts_code_status(code)) /* never leaves the program */
			continue;
		if (strcmp(text, ts_code_name(code)) == 0)
			return true;
		ts_guess_offer(&guess, ts_code_name(code));
	}
	return ts_fail(err, TS_E_CONFIG, "is not the name of an error%s%s%s",
		       guess.best ? ": did you mean '" : "",
		       guess.best ? guess.best : "", guess.best ? "'?" : "");
}

static bool check_text(const struct ts_option *option, const char *text,
		       struct ts_error *err)
{
	const char *wrong;

	if (!is_clean(text))
		return ts_fail(err, TS_E_CONFIG,
			       "holds what is no text (control characters, or bytes "
			       "that are not UTF-8)");
	if (option->type == TS_OPTION_SECRET && !*text)
		return ts_fail(err, TS_E_CONFIG, "is empty");
	if (option->type == TS_OPTION_WORD && !is_word(option->unit, text))
		return ts_fail(err, TS_E_CONFIG, "'%.40s' is none of %s", text,
			       option->unit);
	if (option->type == TS_OPTION_ERRORS)
		return check_error(text, err);
	wrong = option->check ? option->check(text) : NULL;
	return wrong ? ts_fail(err, TS_E_CONFIG, "%s", wrong) : true;
}

static void release_strings(struct ts_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct ts_strings){0};
}

static bool store_strings(const struct ts_option *option, struct ts_strings *ret,
			  char *const *texts, size_t count, struct ts_error *err)
{
	struct ts_strings strings = {.count = count};

	for (size_t i = 0; i < count; i++) {
		if (!check_text(option, texts[i], err))
			return ts_wrap(err, "'%.80s'", texts[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(texts[i], texts[j]) == 0)
				return ts_fail(err, TS_E_CONFIG,
					       "'%.80s' is listed twice", texts[i]);
	}
	if (count)
		strings.items = ts_calloc(count, sizeof(*strings.items));
	for (size_t i = 0; i < count; i++)
		strings.items[i] = ts_strdup(texts[i]);
	release_strings(ret);
	*ret = strings;
	return true;
}

static void release_delays(struct ts_delays *delays)
{
	free(delays->ms);
	*delays = (struct ts_delays){0};
}

static bool store_delays(const struct ts_option *option, struct ts_delays *ret,
			 char *const *texts, size_t count, struct ts_error *err)
{
	int64_t ms[TS_DELAYS_MAX] = {0};

	if (count > TS_DELAYS_MAX)
		return ts_fail(err, TS_E_CONFIG,
			       "holds %zu durations, at most %d are possible", count,
			       TS_DELAYS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!store_duration(option, &ms[i], texts[i], err))
			return false;
		if (i > 0 && ms[i] <= ms[i - 1])
			return ts_fail(err, TS_E_CONFIG,
				       "'%.40s' is not longer than '%.40s', which "
				       "stands before it",
				       texts[i], texts[i - 1]);
	}
	release_delays(ret);
	if (!count)
		return true;
	ret->ms = ts_calloc(count, sizeof(*ret->ms));
	memcpy(ret->ms, ms, count * sizeof(*ms));
	ret->count = count;
	return true;
}

static void store_text(char **ret, const char *text)
{
	free(*ret);
	*ret = ts_strdup(text);
}

static void *member(const struct ts_option *option, void *base)
{
	return (char *)base + option->offset;
}

bool ts_option_store(const struct ts_option *option, void *base, char *const *texts,
		     size_t count, struct ts_error *err)
{
	switch (option->type) {
	case TS_OPTION_STRINGS:
	case TS_OPTION_ERRORS:
		return store_strings(option, member(option, base), texts, count, err);
	case TS_OPTION_DELAYS:
		return store_delays(option, member(option, base), texts, count, err);
	case TS_OPTION_INT:
		return store_int(option, member(option, base), texts[0], err);
	case TS_OPTION_BOOL:
		return store_bool(member(option, base), texts[0], err);
	case TS_OPTION_DURATION:
		return store_duration(option, member(option, base), texts[0], err);
	case TS_OPTION_SECRET:
		return check_text(option, texts[0], err);
	case TS_OPTION_TEXT:
	case TS_OPTION_WORD:
		break;
	}
	if (!check_text(option, texts[0], err))
		return false;
	store_text(member(option, base), texts[0]);
	return true;
}

static void release(const struct ts_option *option, void *base)
{
	switch (option->type) {
	case TS_OPTION_STRINGS:
	case TS_OPTION_ERRORS:
		release_strings(member(option, base));
		break;
	case TS_OPTION_DELAYS:
		release_delays(member(option, base));
		break;
	case TS_OPTION_TEXT:
	case TS_OPTION_WORD:
	case TS_OPTION_SECRET:
		free(*(char **)member(option, base));
		*(char **)member(option, base) = NULL;
		break;
	case TS_OPTION_INT:
	case TS_OPTION_BOOL:
	case TS_OPTION_DURATION:
		break;
	}
}

void ts_options_release(const struct ts_options *options, void *base)
{
	for (size_t i = 0; i < options->count; i++)
		release(&options->rows[i], base);
}
