/* csrf.h - the token that a session's forms carry.
 *
 * It is derived from the session's secret: no other site can know it.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CSRF_H
#define TS_CSRF_H
#include <stdbool.h>

enum { TS_CSRF_SIZE = 65 };
#define TS_CSRF_FIELD "csrf"

void ts_csrf_make(const char *session, char ret_text[TS_CSRF_SIZE]);
/* Is it the token of this session?  In a time that does not tell where they differ;
 * `given` may be NULL. */
bool ts_csrf_is_right(const char *session, const char *given);

#endif
