/* process.h - what the operating system counts of this process.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PROCESS_H
#define TS_PROCESS_H
#include "base/exposition.h"

/* Append it as metrics, with the program's version. */
void ts_process_print(int64_t started_unix_ms, struct ts_buf *text);
extern const struct ts_metrics ts_process_metrics;

#endif
