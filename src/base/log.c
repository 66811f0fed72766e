/* log.c - see log.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "base/str.h"
#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEVELS = TS_LOG_DEBUG + 1, FORMATS = TS_LOG_JSON + 1 };

static const char *const level_names[LEVELS] = {"error", "warn", "info", "debug"};
static const char *const format_names[FORMATS] = {"logfmt", "json"};

static _Atomic enum ts_log_level highest = TS_LOG_INFO;
static _Atomic enum ts_log_format format_now = TS_LOG_LOGFMT;

void ts_log_set_format(enum ts_log_format format)
{
	atomic_store(&format_now, format);
}

void ts_log_set_level(enum ts_log_level level)
{
	atomic_store(&highest, level);
}

bool ts_log_is_on(enum ts_log_level level)
{
	return level <= atomic_load(&highest);
}

/* The place of a name in a list; -1 where it is not in it. */
static int find(const char *const *names, int count, const char *name)
{
	while (count-- && strcmp(names[count], name) != 0)
		;
	return count;
}

bool ts_log_level_parse(const char *name, enum ts_log_level *ret_level)
{
	int level = find(level_names, LEVELS, name);

	if (level < 0)
		return false;
	*ret_level = (enum ts_log_level)level;
	return true;
}

bool ts_log_format_parse(const char *name, enum ts_log_format *ret_format)
{
	int format = find(format_names, FORMATS, name);

	if (format < 0)
		return false;
	*ret_format = (enum ts_log_format)format;
	return true;
}

static bool is_plain(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) || strchr(" \"=\\", *text))
			return false;
	return true;
}

static void put_text(struct ts_buf *line, const char *text)
{
	if (is_plain(text)) {
		ts_buf_puts(line, text);
		return;
	}
	ts_buf_putc(line, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			ts_buf_putc(line, '\\');
		ts_buf_putc(line, iscntrl((unsigned char)*text) ? ' ' : *text);
	}
	ts_buf_putc(line, '"');
}

static void put_json(struct ts_buf *line, const char *text)
{
	ts_json_text_print(text, strlen(text), line);
}

/* How a line is written: what stands before, between and behind its parts. */
static const struct form {
	const char *before_time, *before_level, *before_event, *behind_event;
	const char *before_key, *behind_key;
	void (*put_text)(struct ts_buf *line, const char *text);
	const char *end;
} forms[FORMATS] = {
    [TS_LOG_LOGFMT] = {"", " ", " ", "", " ", "=", put_text, "\n"},
    [TS_LOG_JSON] = {"{\"time\":\"", "\",\"level\":\"", "\",\"event\":\"", "\"", ",\"",
		     "\":", put_json, "}\n"},
};

static void put_value(struct ts_buf *line, const struct form *form, const char *text)
{
	char *copy;

	if (ts_utf8_is_valid(text, strlen(text))) {
		form->put_text(line, text);
		return;
	}
	copy = ts_strdup(text);
	ts_utf8_clean(copy);
	form->put_text(line, copy);
	free(copy);
}

void ts_log_event(enum ts_log_level level, const char *event,
		  const struct ts_field *fields)
{
	const struct form *form = &forms[atomic_load(&format_now)];
	TS_AUTO(ts_buf) line = {0};
	char now[TS_TIMESTAMP_SIZE];

	if (!ts_log_is_on(level))
		return;

	ts_timestamp_print(ts_unix_us(), now);
	ts_buf_printf(&line, "%s%s%s%s%s%s%s", form->before_time, now,
		      form->before_level, level_names[level], form->before_event, event,
		      form->behind_event);
	for (const struct ts_field *field = fields; field->key; field++) {
		ts_buf_printf(&line, "%s%s%s", form->before_key, field->key,
			      form->behind_key);
		if (field->text)
			put_value(&line, form, field->text);
		else
			ts_buf_printf(&line, "%lld", (long long)field->number);
	}
	ts_buf_puts(&line, form->end);
	/* Nobody could be told that the log cannot be written. */
	(void)!write(STDERR_FILENO, line.data, line.len);
}
