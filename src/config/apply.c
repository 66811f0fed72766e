/* apply.c - texts into the fields of the configuration; see load.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "config/load.h"
#include "config/secret.h"
#include <stdlib.h>
#include <string.h>

struct ts_place ts_node_place(const struct ts_report *report,
			      const struct ts_node *node)
{
	return (struct ts_place){report->file, node->line, node->column};
}

static void put(const struct ts_target *target, const struct ts_option *option,
		char *const *texts, size_t count, const struct ts_place *place)
{
	const bool is_list = ts_option_is_list(option);
	struct ts_error err = {0};

	ts_given_set(&target->given[option - target->options->rows], place,
		     is_list ? NULL : texts[0]);
	if (!ts_option_store(option, target->base, texts, count, &err))
		ts_findings_add(&target->report->findings, place, "%s: %s", option->key,
				err.text);
}

static void add_text(struct ts_strings *strings, const char *text, size_t len)
{
	strings->items =
	    ts_realloc(strings->items, strings->count + 1, sizeof(*strings->items));
	strings->items[strings->count++] = ts_memdup(text, len);
}

static void release_texts(struct ts_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
}

/* "a, b" and, as it would stand in the file, "[a, b]". */
static struct ts_strings split(const char *text)
{
	const size_t all = strlen(text);
	const bool has_brackets = all > 1 && text[0] == '[' && text[all - 1] == ']';
	char *list = has_brackets ? ts_memdup(text + 1, all - 2) : ts_strdup(text);
	struct ts_strings strings = {0};

	for (const char *at = list; *at;) {
		const size_t spaces = strspn(at, " ,");
		size_t len = strcspn(at + spaces, ",");

		at += spaces;
		while (len > 0 && at[len - 1] == ' ')
			len--;
		if (len > 0)
			add_text(&strings, at, len);
		at += strcspn(at, ",");
	}
	free(list);
	return strings;
}

/* One text from a variable, a flag or a row of the table. */
static void put_text(const struct ts_target *target, const struct ts_option *option,
		     const char *text, const struct ts_place *place)
{
	struct ts_strings texts = {0};

	if (ts_option_is_list(option))
		texts = split(text);
	else
		add_text(&texts, text, strlen(text));
	put(target, option, texts.items, texts.count, place);
	release_texts(&texts);
}

void ts_apply_defaults(const struct ts_target *target)
{
	const struct ts_place place = {.name = TS_DEFAULT};

	for (size_t i = 0; i < target->options->count; i++) {
		const struct ts_option *option = &target->options->rows[i];

		if (option->standard)
			put_text(target, option, option->standard, &place);
		else
			ts_given_set(&target->given[i], &place, NULL);
	}
}

void ts_apply_text(const struct ts_target *target, const struct ts_option *option,
		   const char *text, const struct ts_place *place)
{
	if (option->is_connection && ts_secret_is_in(text)) {
		ts_findings_add(&target->report->findings, place,
				"%s: holds a password that others could see here: put "
				"it into the configuration file",
				option->key);
		return;
	}
	put_text(target, option, text, place);
}

/* A list of texts, or one text. */
static bool collect(const struct ts_target *target, const struct ts_option *option,
		    const struct ts_node *node, struct ts_strings *ret)
{
	const bool is_list = ts_option_is_list(option);
	const struct ts_place place = ts_node_place(target->report, node);
	struct ts_findings *findings = &target->report->findings;
	size_t count = 0;

	if (node->kind == TS_NODE_EMPTY) {
		ts_findings_add(findings, &place,
				"%s: has no value: leave the key out, or write %s",
				option->key, is_list ? "[]" : "\"\" for an empty text");
		return false;
	}
	if (node->kind != (is_list ? TS_NODE_LIST : TS_NODE_SCALAR)) {
		ts_findings_add(findings, &place, "%s: must be %s", option->key,
				is_list ? "a list: [a, b]" : "one value");
		return false;
	}
	if (!is_list) {
		add_text(ret, node->text, strlen(node->text));
		return true;
	}
	for (; count < node->count && node->children[count].kind == TS_NODE_SCALAR;
	     count++)
		add_text(ret, node->children[count].text,
			 strlen(node->children[count].text));
	if (count < node->count)
		ts_findings_add(findings, &place, "%s: must be a list of texts",
				option->key);
	return count == node->count;
}

void ts_apply_node(const struct ts_target *target, const struct ts_option *option,
		   const struct ts_node *node)
{
	const struct ts_place place = ts_node_place(target->report, node);
	struct ts_strings texts = {0};

	if (collect(target, option, node, &texts))
		put(target, option, texts.items, texts.count, &place);
	else
		ts_given_set(&target->given[option - target->options->rows], &place,
			     "");
	release_texts(&texts);
}

/* The last part of a key: what stands within its section. */
static const char *leaf(const char *key)
{
	const char *dot = strchr(key, '.');

	return dot ? dot + 1 : key;
}

void ts_apply_unknown(const struct ts_target *target, const char *key,
		      const struct ts_place *place)
{
	const struct ts_options *options = target->options;
	struct ts_guess guess = {.wanted = key};

	for (size_t i = 0; i < options->count; i++)
		ts_guess_offer(&guess, options->rows[i].key);
	for (size_t i = 0; !guess.best && i < options->count; i++)
		if (strcmp(leaf(options->rows[i].key), leaf(key)) == 0)
			guess.best = options->rows[i].key;
	ts_findings_add(&target->report->findings, place, "unknown key '%.80s'%s%s%s",
			key, guess.best ? ": did you mean '" : "",
			guess.best ? guess.best : "", guess.best ? "'?" : "");
}
