/* diag.c - see diag.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/diag.h"
#include "base/buf.h"
#include "base/str.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define ANY_NATIVE (-9999L)

/* One fact about a driver.  NULL and ANY_NATIVE match everything; `state` and `dbms`
 * are prefixes, `text` is a part of the message.  While the DBMS is not known, which is
 * so until a connection stands, `dbms` matches too. */
struct rule {
	const char *dbms;
	const char *state;
	long native;
	const char *text;
	enum ts_code code;
};

#define PG "PostgreSQL"
#define MARIA "MariaDB"
#define MYSQL "MySQL"
#define LITE "SQLite"
#define VIRT "OpenLink Virtuoso"
#define MSSQL "Microsoft SQL Server"

/* The first that matches counts. */
static const struct rule rules[] = {
    /* What a driver cannot do is no failure. */
    {NULL, "HYC00", ANY_NATIVE, NULL, TS_OK},
    {NULL, "IM001", ANY_NATIVE, NULL, TS_OK},
    {NULL, "HY092", ANY_NATIVE, NULL, TS_OK},
    {NULL, "HY091", ANY_NATIVE, NULL, TS_OK},

    /* The driver cannot be loaded, the data source is not set up. */
    {NULL, "01000", ANY_NATIVE, "Can't open lib", TS_E_SOURCE_ERROR},
    {NULL, "IM002", ANY_NATIVE, NULL, TS_E_SOURCE_ERROR},
    {NULL, "IM003", ANY_NATIVE, NULL, TS_E_SOURCE_ERROR},
    {NULL, "IM004", ANY_NATIVE, NULL, TS_E_SOURCE_ERROR},

    /* Who we are.  psqlodbc tells by its text alone. */
    {NULL, "28", ANY_NATIVE, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 1045, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 1698, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 4151, NULL, TS_E_SOURCE_LOGIN_DENIED},
    /* MariaDB, MySQL: this host may not connect, the password has expired. */
    {MARIA, "HY000", 1130, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {MYSQL, "HY000", 1130, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {MARIA, "HY000", 1820, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {MYSQL, "HY000", 1820, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {MARIA, "HY000", 1862, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {MYSQL, "HY000", 1862, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 18456, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 18452, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 18487, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {NULL, NULL, 18488, NULL, TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "password authentication failed",
     TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "no password supplied", TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "pg_hba.conf", TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "authentication failed", TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "permission denied for database",
     TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "is not permitted to log in", TS_E_SOURCE_LOGIN_DENIED},
    /* Before the role, whose rule ends with the same words. */
    {PG, "08001", ANY_NATIVE, "FATAL:  database \"", TS_E_SCHEMA_NOT_FOUND},
    {PG, "08001", ANY_NATIVE, "FATAL:  role \"", TS_E_SOURCE_LOGIN_DENIED},
    {PG, "08001", ANY_NATIVE, "timeout expired", TS_E_SOURCE_TIMEOUT},

    /* What was asked for. */
    {PG, "0A000", ANY_NATIVE, "cross-database", TS_E_SCHEMA_NOT_FOUND},
    {PG, "3F000", ANY_NATIVE, NULL, TS_E_SCHEMA_NOT_FOUND},
    {NULL, "42000", 1049, NULL, TS_E_SCHEMA_NOT_FOUND},
    {NULL, "42000", 4060, NULL, TS_E_SCHEMA_NOT_FOUND},
    {NULL, "08004", 911, NULL, TS_E_SCHEMA_NOT_FOUND},
    {NULL, NULL, 911, NULL, TS_E_SCHEMA_NOT_FOUND},
    /* MariaDB, MySQL: it is there, but its storage engine does not know it. */
    {MARIA, "42S02", 1932, NULL, TS_E_SOURCE_ERROR},
    {MYSQL, "42S02", 1932, NULL, TS_E_SOURCE_ERROR},
    /* What cannot be a name is not there: too long, ending in a blank, or with a
     * character that the database's encoding does not have. */
    {PG, "22P05", ANY_NATIVE, NULL, TS_E_TABLE_NOT_FOUND},
    {MARIA, "42000", 1059, NULL, TS_E_TABLE_NOT_FOUND},
    {MYSQL, "42000", 1059, NULL, TS_E_TABLE_NOT_FOUND},
    {MARIA, "42000", 1103, NULL, TS_E_TABLE_NOT_FOUND},
    {MYSQL, "42000", 1103, NULL, TS_E_TABLE_NOT_FOUND},
    {MARIA, "42000", 1102, NULL, TS_E_SCHEMA_NOT_FOUND},
    {MYSQL, "42000", 1102, NULL, TS_E_SCHEMA_NOT_FOUND},
    {NULL, "42S02", ANY_NATIVE, NULL, TS_E_TABLE_NOT_FOUND},
    {PG, "42P01", ANY_NATIVE, NULL, TS_E_TABLE_NOT_FOUND},
    {LITE, "HY000", 1, "no such table", TS_E_TABLE_NOT_FOUND},

    /* What we may see. */
    {NULL, "42501", ANY_NATIVE, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 1142, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 1143, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 1044, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 1227, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 229, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 230, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 262, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 297, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 300, NULL, TS_E_SOURCE_DENIED},
    {NULL, "42000", 916, NULL, TS_E_SOURCE_DENIED},
    {VIRT, "42000", ANY_NATIVE, "SQ033", TS_E_SOURCE_DENIED},
    {VIRT, "42000", ANY_NATIVE, "SQ070", TS_E_SOURCE_DENIED},

    /* SQL Server: too long locked, which some drivers call too slow. */
    {MSSQL, NULL, 1222, NULL, TS_E_SOURCE_BUSY},

    /* Too slow. */
    {NULL, "HYT00", ANY_NATIVE, NULL, TS_E_SOURCE_TIMEOUT},
    {NULL, "HYT01", ANY_NATIVE, NULL, TS_E_SOURCE_TIMEOUT},
    {NULL, "57014", ANY_NATIVE, NULL, TS_E_SOURCE_TIMEOUT},
    {NULL, "HY018", ANY_NATIVE, NULL, TS_E_SOURCE_TIMEOUT},
    {NULL, "HY008", ANY_NATIVE, NULL, TS_E_SOURCE_TIMEOUT},
    {MARIA, NULL, 1969, NULL, TS_E_SOURCE_TIMEOUT},
    {MYSQL, NULL, 3024, NULL, TS_E_SOURCE_TIMEOUT},

    /* The connection. */
    {NULL, "08", ANY_NATIVE, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "S2801", ANY_NATIVE, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "57P0", ANY_NATIVE, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "53300", ANY_NATIVE, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 1040, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2002, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2003, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2005, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2006, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2013, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, "HY000", 2055, NULL, TS_E_SOURCE_UNREACHABLE},
    /* MariaDB, MySQL: the account has too many connections, or this was killed. */
    {MARIA, "42000", 1203, NULL, TS_E_SOURCE_UNREACHABLE},
    {MYSQL, "42000", 1203, NULL, TS_E_SOURCE_UNREACHABLE},
    {MARIA, "42000", 1226, NULL, TS_E_SOURCE_UNREACHABLE},
    {MYSQL, "42000", 1226, NULL, TS_E_SOURCE_UNREACHABLE},
    {MARIA, NULL, 1927, NULL, TS_E_SOURCE_UNREACHABLE},
    {MARIA, NULL, 1053, NULL, TS_E_SOURCE_UNREACHABLE},
    {MYSQL, NULL, 1053, NULL, TS_E_SOURCE_UNREACHABLE},
    /* Read error, write error: a kept connection whose server is gone. */
    {MARIA, "HY000", 5013, NULL, TS_E_SOURCE_UNREACHABLE},
    {MARIA, "HY000", 5014, NULL, TS_E_SOURCE_UNREACHABLE},
    {MYSQL, "HY000", 5013, NULL, TS_E_SOURCE_UNREACHABLE},
    {MYSQL, "HY000", 5014, NULL, TS_E_SOURCE_UNREACHABLE},
    /* The database recovers, is taken over, or this replica may not be read. */
    {MSSQL, NULL, 922, NULL, TS_E_SOURCE_UNREACHABLE},
    {MSSQL, NULL, 952, NULL, TS_E_SOURCE_UNREACHABLE},
    {MSSQL, NULL, 976, NULL, TS_E_SOURCE_UNREACHABLE},
    {MSSQL, NULL, 983, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 20004, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 20006, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 20009, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 10053, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 10054, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 10060, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 10928, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 10929, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 40197, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 40501, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 40613, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 49918, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 49919, NULL, TS_E_SOURCE_UNREACHABLE},
    {NULL, NULL, 49920, NULL, TS_E_SOURCE_UNREACHABLE},

    /* Somebody else is at it. */
    {NULL, "40001", ANY_NATIVE, NULL, TS_E_SOURCE_BUSY},
    {NULL, "40P01", ANY_NATIVE, NULL, TS_E_SOURCE_BUSY},
    {NULL, "55P03", ANY_NATIVE, NULL, TS_E_SOURCE_BUSY},
    {MARIA, NULL, 1205, NULL, TS_E_SOURCE_BUSY},
    {MYSQL, NULL, 1205, NULL, TS_E_SOURCE_BUSY},
    {MARIA, NULL, 1412, NULL, TS_E_SOURCE_BUSY}, /* altered meanwhile */
    {MYSQL, NULL, 1412, NULL, TS_E_SOURCE_BUSY},
    {MARIA, NULL, 1615, NULL, TS_E_SOURCE_BUSY}, /* must be prepared again */
    {MYSQL, NULL, 1615, NULL, TS_E_SOURCE_BUSY},
    {MSSQL, NULL, 1205, NULL, TS_E_SOURCE_BUSY}, /* a deadlock */
    {NULL, NULL, 1213, NULL, TS_E_SOURCE_BUSY},
    {LITE, "HY000", 5, NULL, TS_E_SOURCE_BUSY},
    {LITE, "HY000", 6, NULL, TS_E_SOURCE_BUSY},
    /* PostgreSQL: dropped or altered between finding it and describing it. */
    {PG, "XX000", ANY_NATIVE, "cache lookup failed", TS_E_SOURCE_BUSY},
    {PG, "XX000", ANY_NATIVE, "could not open relation", TS_E_SOURCE_BUSY},
};

static bool rule_matches(const struct rule *rule, const char *dbms, const char *state,
			 long native, const char *text)
{
	return (!rule->dbms || !dbms || ts_str_has_prefix(dbms, rule->dbms)) &&
	       (!rule->state || ts_str_has_prefix(state, rule->state)) &&
	       (rule->native == ANY_NATIVE || rule->native == native) &&
	       (!rule->text || strstr(text, rule->text));
}

enum ts_code ts_diag_code(const char *dbms, const char *state, long native,
			  const char *text)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rule_matches(&rules[i], dbms, state, native, text))
			return rules[i].code;
	return TS_E_SOURCE_ERROR;
}

/* The end of a value in a connection string: `;`, or what closes `{`. */
static const char *value_end(const char *value)
{
	if (*value != '{')
		return value + strcspn(value, "; \t\n'\"");
	for (value++; *value; value++) {
		if (*value != '}')
			continue;
		if (value[1] != '}')
			return value + 1;
		value++;
	}
	return value;
}

/* Where a password's value begins in `text`, NULL where there is none. */
static const char *find_password(const char *text)
{
	static const char *const keys[] = {"pwd=", "password=", "passwd="};

	for (; *text; text++)
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncasecmp(text, keys[i], strlen(keys[i])) == 0)
				return text + strlen(keys[i]);
	return NULL;
}

/* Overwrite `len` bytes with stars, and close what is left of the gap. */
static void blot(char *at, size_t len)
{
	static const char stars[] = "***";
	size_t kept = len < strlen(stars) ? len : strlen(stars);

	memcpy(at, stars, kept);
	memmove(at + kept, at + len, strlen(at + len) + 1);
}

void ts_diag_clean(char *text)
{
	char *from = text, *end;

	/* "[unixODBC][Driver Manager]Can't open lib", "[Oracle][ODBC] text" */
	while (*from == '[' && (end = strchr(from, ']')))
		from = end + 1;
	from += strspn(from, " ");
	memmove(text, from, strlen(from) + 1);

	for (from = text; (from = (char *)find_password(from)); from++) {
		size_t len = (size_t)(value_end(from) - from);

		if (len)
			blot(from, len);
	}
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	ts_utf8_clean(text);
	for (size_t len = strlen(text); len && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
}

/* Append the value of a connection string's option without its braces; in one without
 * them everything but `;` belongs to it.  Returns where it ends. */
static const char *read_value(const char *value, struct ts_buf *buf)
{
	const char *end;

	if (*value != '{') {
		end = value + strcspn(value, ";");
		ts_buf_add(buf, value, (size_t)(end - value));
		return end;
	}
	end = value_end(value);
	for (value++; value < end && !(*value == '}' && value + 1 == end); value++) {
		ts_buf_putc(buf, *value);
		if (*value == '}')
			value++; /* it is doubled */
	}
	return end;
}

static void blot_all(char *text, const char *secret, size_t len)
{
	while (len && (text = strstr(text, secret))) {
		blot(text, len);
		text += len < 3 ? len : 3;
	}
}

/* Cut the passwords of the connection string out of the text wherever they stand, as
 * they are written there and as they are meant. */
static void blot_secrets(char *text, const char *connection)
{
	TS_AUTO(ts_buf) written = {0};
	TS_AUTO(ts_buf) meant = {0};
	const char *value;

	while ((value = find_password(connection))) {
		ts_buf_clear(&written);
		ts_buf_clear(&meant);
		connection = read_value(value, &meant);
		ts_buf_add(&written, value, (size_t)(connection - value));
		blot_all(text, ts_buf_text(&written), written.len);
		blot_all(text, ts_buf_text(&meant), meant.len);
	}
}

bool ts_diag_fail(SQLSMALLINT type, SQLHANDLE handle, SQLRETURN rc, const char *dbms,
		  const char *secrets, struct ts_error *err)
{
	char first[SQL_MAX_MESSAGE_LENGTH * 2] = "", state[6] = "",
					    text[sizeof(first)] = "";
	enum ts_code code = TS_E_SOURCE_ERROR;
	SQLINTEGER native = 0;
	SQLSMALLINT len = 0;

	if (rc == SQL_INVALID_HANDLE)
		return ts_fail(err, TS_E_SOURCE_UNREACHABLE, "the connection is gone");

	/* Some drivers tell the reason in the second record only. */
	for (SQLSMALLINT i = 1; code == TS_E_SOURCE_ERROR; i++) {
		if (!SQL_SUCCEEDED(SQLGetDiagRec(type, handle, i, (SQLCHAR *)state,
						 &native, (SQLCHAR *)text,
						 (SQLSMALLINT)sizeof(text), &len)))
			break;
		code = ts_diag_code(dbms, state, native, text);
		if (!first[0] || code != TS_E_SOURCE_ERROR)
			memcpy(first, text, sizeof(first));
	}
	ts_diag_clean(first);
	if (secrets)
		blot_secrets(first, secrets);
	if (!first[0])
		return ts_fail(err, code, "the driver gives no reason");
	return ts_fail(err, code, "%s", first);
}
