/* test_diag.c - what drivers say in situations that were measured. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "odbc/diag.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define PG "PostgreSQL"
#define MARIA "MariaDB"
#define VIRT "OpenLink Virtuoso"
#define MS "Microsoft SQL Server"

struct situation {
	const char *name;
	const char *dbms, *state; /* dbms NULL: no connection stands yet */
	long native;
	const char *text;
	enum ts_code code;
};

static const struct situation situations[] = {
    /* connecting */
    {"wrong password", NULL, "08001", 101,
     "FATAL:  password authentication failed for user \"svc\"",
     TS_E_SOURCE_LOGIN_DENIED},
    {"no password", NULL, "08001", 101, "fe_sendauth: no password supplied",
     TS_E_SOURCE_LOGIN_DENIED},
    {"no rule in pg_hba.conf", NULL, "08001", 101,
     "FATAL:  no pg_hba.conf entry for host \"10.1.1.1\"", TS_E_SOURCE_LOGIN_DENIED},
    {"a rule in pg_hba.conf against it", NULL, "08001", 101,
     "FATAL:  pg_hba.conf rejects connection for host \"10.1.1.1\"",
     TS_E_SOURCE_LOGIN_DENIED},
    {"no such role", NULL, "08001", 101, "FATAL:  role \"svc\" does not exist",
     TS_E_SOURCE_LOGIN_DENIED},
    {"no right to connect", NULL, "08001", 101,
     "FATAL:  permission denied for database \"main\"", TS_E_SOURCE_LOGIN_DENIED},
    {"no such database", NULL, "08001", 101, "FATAL:  database \"main\" does not exist",
     TS_E_SCHEMA_NOT_FOUND},
    {"connect time-out", NULL, "08001", 101, "timeout expired", TS_E_SOURCE_TIMEOUT},
    {"port closed", NULL, "08001", 101, "Connection refused", TS_E_SOURCE_UNREACHABLE},
    {"too many connections", NULL, "08001", 101,
     "FATAL:  sorry, too many clients already", TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: wrong password", NULL, "28000", 1045, "Access denied for user",
     TS_E_SOURCE_LOGIN_DENIED},
    {"MariaDB: not from this host", NULL, "HY000", 1130,
     "Host 'x' is not allowed to connect to this MariaDB server",
     TS_E_SOURCE_LOGIN_DENIED},
    {"MariaDB: account locked", NULL, "HY000", 4151,
     "Access denied, this account is locked", TS_E_SOURCE_LOGIN_DENIED},
    {"MariaDB: no such database", NULL, "42000", 1049, "Unknown database 'main'",
     TS_E_SCHEMA_NOT_FOUND},
    {"MariaDB: no right to the database", NULL, "42000", 1044, "Access denied",
     TS_E_SOURCE_DENIED},
    {"MariaDB: port closed", NULL, "HY000", 2002, "Can't connect to server",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: unknown host", NULL, "HY000", 2005, "Unknown server host",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: too many connections", NULL, "08004", 1040, "Too many connections",
     TS_E_SOURCE_UNREACHABLE},
    {"Virtuoso: wrong password", NULL, "28000", -1, "CL034: Bad login",
     TS_E_SOURCE_LOGIN_DENIED},
    {"Virtuoso: port closed", NULL, "S2801", -1, "CL033: Connect failed",
     TS_E_SOURCE_UNREACHABLE},
    {"SQL Server: wrong password", NULL, "28000", 18456, "Login failed",
     TS_E_SOURCE_LOGIN_DENIED},
    {"SQL Server: no such database", NULL, "42000", 4060, "Cannot open database",
     TS_E_SCHEMA_NOT_FOUND},
    {"SQL Server: connect time-out", NULL, "HYT00", 0, "Timeout expired",
     TS_E_SOURCE_TIMEOUT},
    {"driver missing", NULL, "01000", 0, "Can't open lib 'x.so' : file not found",
     TS_E_SOURCE_ERROR},
    {"DSN missing", NULL, "IM002", 0, "Data source name not found", TS_E_SOURCE_ERROR},
    /* what was asked for */
    {"no such relation", PG, "42P01", 7, "relation \"x\" does not exist",
     TS_E_TABLE_NOT_FOUND},
    {"no such schema", PG, "3F000", 7, "schema \"x\" does not exist",
     TS_E_SCHEMA_NOT_FOUND},
    {"another database", PG, "0A000", 7,
     "cross-database references are not implemented", TS_E_SCHEMA_NOT_FOUND},
    {"MariaDB: no such table", MARIA, "42S02", 1146, "doesn't exist",
     TS_E_TABLE_NOT_FOUND},
    {"MariaDB: a name that cannot be", MARIA, "42000", 1103,
     "Incorrect table name 'a '", TS_E_TABLE_NOT_FOUND},
    {"MariaDB: a name too long", MARIA, "42000", 1059, "Identifier name is too long",
     TS_E_TABLE_NOT_FOUND},
    {"MariaDB: a schema that cannot be", MARIA, "42000", 1102,
     "Incorrect database name 'a '", TS_E_SCHEMA_NOT_FOUND},
    {"MariaDB: unknown to its engine", MARIA, "42S02", 1932,
     "Table 'a.b' doesn't exist in engine", TS_E_SOURCE_ERROR},
    {"Virtuoso: no such table", VIRT, "42S02", -1, "SQ074", TS_E_TABLE_NOT_FOUND},
    {"SQLite: no such table", "SQLite", "HY000", 1, "no such table: x (1)",
     TS_E_TABLE_NOT_FOUND},
    {"SQLite: any other error", "SQLite", "HY000", 1, "near \"x\": syntax error (1)",
     TS_E_SOURCE_ERROR},
    /* rights */
    {"no right", PG, "42501", 7, "permission denied for table x", TS_E_SOURCE_DENIED},
    {"MariaDB: no right", MARIA, "42000", 1142, "SELECT command denied",
     TS_E_SOURCE_DENIED},
    {"MariaDB: syntax", MARIA, "42000", 1064, "You have an error in your SQL syntax",
     TS_E_SOURCE_ERROR},
    {"Virtuoso: no right", VIRT, "42000", -1, "SQ070:SECURITY: Must have select",
     TS_E_SOURCE_DENIED},
    {"Virtuoso: other 42000", VIRT, "42000", -1, "SQ201: No column", TS_E_SOURCE_ERROR},
    {"SQL Server: no right", MS, "42000", 229, "The SELECT permission was denied",
     TS_E_SOURCE_DENIED},
    /* time */
    {"statement_timeout", PG, "57014", 7, "canceling statement", TS_E_SOURCE_TIMEOUT},
    {"MariaDB: max_statement_time", MARIA, "HY018", 1969, "max_statement_time exceeded",
     TS_E_SOURCE_TIMEOUT},
    {"MySQL: max_execution_time", "MySQL", "HY000", 3024,
     "maximum statement execution time exceeded", TS_E_SOURCE_TIMEOUT},
    {"Virtuoso: time-out", VIRT, "HYT00", -1, "CL066", TS_E_SOURCE_TIMEOUT},
    /* the connection */
    {"server stopped", PG, "57P01", 35, "terminating connection due to administrator",
     TS_E_SOURCE_UNREACHABLE},
    {"server died", PG, "08S01", 35, "server closed the connection unexpectedly",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: server died", MARIA, "HY000", 2006, "Server has gone away",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: killed", MARIA, "70100", 1927, "Connection was killed",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: the account's connections", NULL, "42000", 1203,
     "User svc already has more than 'max_user_connections' active connections",
     TS_E_SOURCE_UNREACHABLE},
    {"MariaDB: server gone since", MARIA, "HY000", 5014,
     "Write error: Broken pipe (32)", TS_E_SOURCE_UNREACHABLE},
    {"SQL Server: Azure is busy", MS, "HY000", 40501, "The service is currently busy",
     TS_E_SOURCE_UNREACHABLE},
    /* locks */
    {"lock_timeout", PG, "55P03", 7, "canceling statement due to lock timeout",
     TS_E_SOURCE_BUSY},
    {"deadlock", PG, "40P01", 7, "deadlock detected", TS_E_SOURCE_BUSY},
    {"serialization", PG, "40001", 7, "could not serialize access", TS_E_SOURCE_BUSY},
    {"dropped while it was read", PG, "XX000", 7, "cache lookup failed for relation 1",
     TS_E_SOURCE_BUSY},
    {"SQL Server: lock wait", MS, "HYT00", 1222, "Lock request time out period",
     TS_E_SOURCE_BUSY},
    {"SQL Server: lock wait", MS, "42000", 1222, "Lock request time out period",
     TS_E_SOURCE_BUSY},
    {"MariaDB: lock wait", MARIA, "HY000", 1205, "Lock wait timeout exceeded",
     TS_E_SOURCE_BUSY},
    {"MariaDB: altered meanwhile", MARIA, "HY000", 1412,
     "Table definition has changed, please retry transaction", TS_E_SOURCE_BUSY},
    {"SQLite: locked", "SQLite", "HY000", 5, "database is locked (5)",
     TS_E_SOURCE_BUSY},
    {"SQLite: no database", "SQLite", "HY000", 26, "file is not a database (26)",
     TS_E_SOURCE_ERROR},
    /* no failures */
    {"not implemented", MARIA, "HYC00", 0, "Optional feature not implemented", TS_OK},
    {"no such function", NULL, "IM001", 0, "Driver does not support this function",
     TS_OK},
    {"anything else", PG, "42601", 7, "syntax error", TS_E_SOURCE_ERROR},
};

static void each_measured_situation_has_its_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(situations) / sizeof(situations[0]); i++) {
		const struct situation *s = &situations[i];
		enum ts_code code = ts_diag_code(s->dbms, s->state, s->native, s->text);

		if (code != s->code)
			fail_msg("%s: %s instead of %s", s->name, ts_code_name(code),
				 ts_code_name(s->code));
	}
}

static void messages_lose_prefixes_passwords_and_lines(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
	    {"[unixODBC][Driver Manager]Can't open lib", "Can't open lib"},
	    {"[a] [b] text", "[b] text"},
	    {"[unclosed", "[unclosed"},
	    {"one\ntwo\r\n", "one two"},
	    {"DSN=x;PWD=secret;UID=y", "DSN=x;PWD=***;UID=y"},
	    {"Password=secret", "Password=***"},
	    {"pwd={a;b}}c};UID=y", "pwd=***;UID=y"},
	    {"pwd=;UID=y", "pwd=;UID=y"},
	    {"passwd=x and PWD=yy", "passwd=* and PWD=**"},
	    {"password authentication failed", "password authentication failed"},
	    {"caf\xe9 au lait", "caf? au lait"},
	    {"", ""},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(text, cases[i].text);
		ts_diag_clean(text);
		assert_string_equal(text, cases[i].clean);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_measured_situation_has_its_code),
	    cmocka_unit_test(messages_lose_prefixes_passwords_and_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
