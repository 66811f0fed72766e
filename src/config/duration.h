/* duration.h - how long people say that something is.
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_DURATION_H
#define TS_DURATION_H
#include <stdbool.h>
#include <stdint.h>

/* "90s" as durations in the configuration, and "7d". */
bool ts_duration_parse(const char *text, int64_t *ret_ms);

#endif
