/* dialects.c - the kinds of DBMS; see dialect.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/str.h"
#include "source/dialect.h"
#include <string.h>
#include <strings.h>

/* The last one takes what no other does. */
static const struct ts_dialect *const dialects[] = {
    &ts_dialect_postgresql,
    &ts_dialect_sqlite,
    &ts_dialect_virtuoso,
    &ts_dialect_generic,
};

enum { COUNT = sizeof(dialects) / sizeof(dialects[0]) };

const struct ts_dialect *ts_dialect_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

const struct ts_dialect *ts_dialect_of(const char *dbms)
{
	for (size_t i = 0; i + 1 < COUNT; i++)
		if (ts_str_has_prefix(dbms, dialects[i]->dbms))
			return dialects[i];
	return dialects[COUNT - 1];
}

/* The value of `Driver=` in a connection string, as it stands there. */
static void get_driver(const char *connection, struct ts_buf *driver)
{
	static const char key[] = "driver=";
	size_t len;

	for (const char *at = connection; *at; at += len + (at[len] == ';')) {
		len = strcspn(at, ";");
		if (strncasecmp(at, key, sizeof(key) - 1) == 0) {
			ts_buf_add(driver, at + sizeof(key) - 1,
				   len - (sizeof(key) - 1));
			return;
		}
	}
}

const char *ts_dialect_options(const char *connection)
{
	TS_AUTO(ts_buf) driver = {0};

	get_driver(connection, &driver);
	for (size_t i = 0; i < COUNT; i++)
		if (dialects[i]->driver &&
		    ts_glob_matches(dialects[i]->driver, ts_buf_text(&driver), true))
			return dialects[i]->options;
	return NULL;
}
