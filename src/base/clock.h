/* clock.h - the two clocks.
 *
 * Everything in the program is timed on the monotonic clock, in milliseconds; a
 * deadline is the moment on that clock when it passes.  The wall clock only meets other
 * programs' times: `x-deadline`, `observed_at`, the log. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CLOCK_H
#define TS_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

#define TS_FOREVER INT64_MAX /* a deadline that never passes */

int64_t ts_now_ms(void);
/* Milliseconds until the deadline, at least 0 and at most `max`. */
int ts_remaining_ms(int64_t deadline_ms, int max);

int64_t ts_unix_ms(void);
int64_t ts_unix_us(void);

enum { TS_TIMESTAMP_SIZE = 28 };
/* "2026-11-23T05:00:00.123456Z" */
void ts_timestamp_print(int64_t unix_us, char ret_text[TS_TIMESTAMP_SIZE]);
/* The same form, with 0 to 9 digits of a second; UTC ('Z') only. */
bool ts_timestamp_parse(const char *text, int64_t *ret_unix_us);

#endif
