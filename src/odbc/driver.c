/* driver.c - see driver.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/driver.h"
#include <odbcinst.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

/* Where the pair behind this one begins; in braces `;` belongs to the value. */
static const char *skip_pair(const char *at)
{
	bool is_in_braces = false;

	for (; *at && (is_in_braces || *at != ';'); at++)
		is_in_braces = is_in_braces ? *at != '}' : *at == '{';
	return at + strspn(at, "; ");
}

/* The value of this pair, NULL where its key is another. */
static const char *value_of(const char *pair, const char *key)
{
	size_t len = strlen(key);

	return strncasecmp(pair, key, len) == 0 && pair[len] == '=' ? pair + len + 1
								    : NULL;
}

bool ts_driver_name(const char *connection, struct ts_buf *buf)
{
	static const char *const keys[] = {"driver", "dsn"};

	for (const char *at = connection; *at; at = skip_pair(at)) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const char *value = value_of(at, keys[i]);

			if (!value)
				continue;
			ts_buf_add(buf, value, strcspn(value, ";"));
			return i == 1;
		}
	}
	return false;
}

/* What the ini file says of the DSN, appended. */
static void read_ini(const char *dsn, const char *key, struct ts_buf *buf)
{
	/* unixODBC keeps what it reads of ini files for the whole process. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	char value[1024] = "";

	pthread_mutex_lock(&lock);
	SQLGetPrivateProfileString(dsn, key, "", value, (int)sizeof(value), "odbc.ini");
	pthread_mutex_unlock(&lock);
	ts_buf_puts(buf, value);
}

void ts_driver_find(const char *connection, struct ts_buf *buf)
{
	TS_AUTO(ts_buf) name = {0};

	if (ts_driver_name(connection, &name))
		read_ini(ts_buf_text(&name), "Driver", buf);
	else
		ts_buf_puts(buf, ts_buf_text(&name));
}

bool ts_driver_is_set(const char *connection, const char *key)
{
	TS_AUTO(ts_buf) name = {0};
	TS_AUTO(ts_buf) value = {0};

	for (const char *at = connection; *at; at = skip_pair(at))
		if (value_of(at, key))
			return true;
	if (ts_driver_name(connection, &name))
		read_ini(ts_buf_text(&name), key, &value);
	return value.len;
}

/* Braces take every character but the closing one, which is doubled.  psqlodbc decodes
 * %xx in a password without them, while others know none, so a plain one goes bare. */
void ts_driver_add_password(struct ts_buf *connection, const char *password)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	ts_buf_end_with(connection, ';');
	ts_buf_puts(connection, "PWD=");
	if (password[strspn(password, plain)] == '\0') {
		ts_buf_puts(connection, password);
		return;
	}
	ts_buf_putc(connection, '{');
	for (; *password; password++) {
		if (*password == '}')
			ts_buf_putc(connection, '}');
		ts_buf_putc(connection, *password);
	}
	ts_buf_putc(connection, '}');
}
