/* crashing_driver.c - SQLite's ODBC driver, with a table that it does not survive.
 *
 * Made by lib/crashing_driver.py, linked with the real driver: what is not defined here
 * is found there.  A statement that is given a text with `fatal` in it writes where
 * nobody may. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <sql.h>
#include <sqlext.h>
#include <stddef.h>
#include <string.h>

typedef SQLRETURN (*bind_parameter)(SQLHSTMT, SQLUSMALLINT, SQLSMALLINT, SQLSMALLINT,
				    SQLSMALLINT, SQLULEN, SQLSMALLINT, SQLPOINTER,
				    SQLLEN, SQLLEN *);

SQLRETURN SQL_API SQLBindParameter(SQLHSTMT statement, SQLUSMALLINT number,
				   SQLSMALLINT direction, SQLSMALLINT c_type,
				   SQLSMALLINT sql_type, SQLULEN size,
				   SQLSMALLINT digits, SQLPOINTER value, SQLLEN len,
				   SQLLEN *indicator)
{
	void *driver = dlopen(REAL_DRIVER, RTLD_NOW);
	bind_parameter real;

	*(void **)&real = dlsym(driver, "SQLBindParameter");
	if (c_type == SQL_C_CHAR && strstr(value, "fatal"))
		*(volatile char *)1 = 0;
	return real(statement, number, direction, c_type, sql_type, size, digits, value,
		    len, indicator);
}
