/* diag.h - what a driver's complaint means.
 *
 * SQLSTATE, native code and message → ts_code, in one table, since each driver has its
 * own idea of the first two.  Pure but for ts_diag_fail.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DIAG_H
#define TS_DIAG_H
#include "base/error.h"
#include <sql.h>
#include <sqlext.h>

/* The code for one diagnostic record; `dbms` NULL while it is not known.  TS_OK for
 * what the driver merely does not support; TS_E_SOURCE_ERROR for whatever is not
 * listed. */
enum ts_code ts_diag_code(const char *dbms, const char *state, long native,
			  const char *text);

/* Make a driver's message fit for everybody's eyes, in place: without the names of
 * driver and manager before it, without passwords, on one line. */
void ts_diag_clean(char *text);

/* Set *err from the diagnostics of `handle` after a call gave `rc`; returns false.
 * `secrets` is a connection string whose password must not be repeated, or NULL. */
bool ts_diag_fail(SQLSMALLINT type, SQLHANDLE handle, SQLRETURN rc, const char *dbms,
		  const char *secrets, struct ts_error *err);

#endif
