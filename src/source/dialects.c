/* dialects.c - the kinds of DBMS; see dialect.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/str.h"
#include "odbc/driver.h"
#include "source/dialect.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Does `matches` hold for one of the alternatives? */
static bool any_of(const char *alternatives, const char *text,
		   bool (*matches)(const char *alternative, const char *text))
{
	TS_AUTO(ts_buf) one = {0};

	for (size_t len; *alternatives;
	     alternatives += len + (alternatives[len] == '|')) {
		len = strcspn(alternatives, "|");
		ts_buf_clear(&one);
		ts_buf_add(&one, alternatives, len);
		if (matches(ts_buf_text(&one), text))
			return true;
	}
	return false;
}

static bool begins(const char *prefix, const char *text)
{
	return ts_str_has_prefix(text, prefix);
}

static bool looks_like(const char *glob, const char *text)
{
	return ts_glob_matches(glob, text, true);
}

const struct ts_dialect *ts_dialect_find(const char *name)
{
	for (size_t i = 0; ts_dialects[i]; i++)
		if (strcmp(ts_dialects[i]->name, name) == 0)
			return ts_dialects[i];
	return NULL;
}

const struct ts_dialect *ts_dialect_of(const char *dbms)
{
	const struct ts_dialect *any = NULL;

	for (size_t i = 0; ts_dialects[i]; i++) {
		if (!ts_dialects[i]->dbms)
			any = ts_dialects[i];
		else if (any_of(ts_dialects[i]->dbms, dbms, begins))
			return ts_dialects[i];
	}
	return any;
}

void ts_dialect_add_timed(struct ts_buf *buf, const char *sql, int64_t timeout_ms)
{
	TS_AUTO(ts_buf) half = {0};
	char number[24];

	/* Half a second is a second where there are only seconds; 0 would be for ever.
	 */
	snprintf(number, sizeof(number), "%" PRId64, (timeout_ms + 999) / 1000);
	ts_buf_fill(&half, sql, "{timeout_s}", number);
	snprintf(number, sizeof(number), "%" PRId64, timeout_ms);
	ts_buf_fill(buf, ts_buf_text(&half), "{timeout_ms}", number);
}

/* Append those of `options` that the operator has not set. */
static void add_unset(struct ts_buf *buf, const char *connection, const char *options)
{
	TS_AUTO(ts_buf) key = {0};

	for (size_t len; *options; options += len + (options[len] == ';')) {
		len = strcspn(options, ";");
		ts_buf_clear(&key);
		ts_buf_add(&key, options, strcspn(options, "="));
		if (ts_driver_is_set(connection, ts_buf_text(&key)))
			continue;
		ts_buf_putc(buf, ';');
		ts_buf_add(buf, options, len);
	}
}

void ts_dialect_add_options(struct ts_buf *buf, const char *connection,
			    int64_t timeout_ms)
{
	TS_AUTO(ts_buf) driver = {0};
	TS_AUTO(ts_buf) options = {0};

	ts_driver_find(connection, &driver);
	for (size_t i = 0; ts_dialects[i]; i++) {
		if (!ts_dialects[i]->driver ||
		    !any_of(ts_dialects[i]->driver, ts_buf_text(&driver), looks_like))
			continue;
		ts_dialect_add_timed(&options, ts_dialects[i]->options, timeout_ms);
		add_unset(buf, connection, ts_buf_text(&options));
		return;
	}
}
