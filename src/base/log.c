/* log.c - see log.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include <ctype.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"error", "warn", "info", "debug"};
static _Atomic enum ts_log_level highest = TS_LOG_INFO;

void ts_log_set_level(enum ts_log_level level)
{
	atomic_store(&highest, level);
}

bool ts_log_is_on(enum ts_log_level level)
{
	return level <= atomic_load(&highest);
}

bool ts_log_level_parse(const char *name, enum ts_log_level *ret_level)
{
	for (int level = TS_LOG_ERROR; level <= TS_LOG_DEBUG; level++) {
		if (strcmp(names[level], name) == 0) {
			*ret_level = (enum ts_log_level)level;
			return true;
		}
	}
	return false;
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

static void put_value(struct ts_buf *line, const char *text)
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

void ts_log_event(enum ts_log_level level, const char *event,
		  const struct ts_field *fields)
{
	TS_AUTO(ts_buf) line = {0};
	char now[TS_TIMESTAMP_SIZE];

	if (!ts_log_is_on(level))
		return;

	ts_timestamp_print(ts_unix_us(), now);
	ts_buf_printf(&line, "%s %s %s", now, names[level], event);
	for (const struct ts_field *field = fields; field->key; field++) {
		ts_buf_printf(&line, " %s=", field->key);
		if (field->text)
			put_value(&line, field->text);
		else
			ts_buf_printf(&line, "%lld", (long long)field->number);
	}
	ts_buf_putc(&line, '\n');
	/* Nobody could be told that the log cannot be written. */
	(void)!write(STDERR_FILENO, line.data, line.len);
}
