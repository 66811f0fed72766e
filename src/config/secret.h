/* secret.h - texts that must not be seen.
 *
 * Secrets come in files of their own and are kept out of every output; a connection
 * string may hold one in the middle.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SECRET_H
#define TS_SECRET_H
#include "base/buf.h"
#include "base/error.h"

#define TS_SECRET_MASK "********"

/* The text of a file without the end of its last line.  A file that others can read
 * is refused where `is_secret`.  The caller frees the text.  TS_E_CONFIG. */
TS_MUST_CHECK bool ts_secret_read(const char *path, bool is_secret, char **ret_text,
				  struct ts_error *err);

/* Is the value of this key of librdkafka or of an ODBC connection string secret? */
bool ts_secret_is_key(const char *key);
/* Does this ODBC connection string hold a password? */
bool ts_secret_is_in(const char *connection);
/* Append the connection string with its secrets masked. */
void ts_secret_mask(const char *connection, struct ts_buf *text);

#endif
