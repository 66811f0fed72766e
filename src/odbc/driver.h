/* driver.h - which driver a connection string leads to.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DRIVER_H
#define TS_DRIVER_H
#include "base/buf.h"
#include <stdbool.h>

/* Append the value of Driver= or DSN=, whichever comes first, as it is written; nothing
 * where there is neither.  True for a DSN. */
bool ts_driver_name(const char *connection, struct ts_buf *buf);

/* Append how the driver is called, in the connection string or where unixODBC's ini
 * files describe its DSN: "{PostgreSQL Unicode}", "libmaodbc.so".  Reads files. */
void ts_driver_find(const char *connection, struct ts_buf *buf);

/* Does the connection string set the option `key`, or the ini file of its DSN? */
bool ts_driver_is_set(const char *connection, const char *key);

/* Append a password to a connection string. */
void ts_driver_add_password(struct ts_buf *connection, const char *password);

#endif
