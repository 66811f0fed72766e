/* trace.h - which trace does a request belong to?  (W3C Trace Context)
 *
 * Pure.  Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_TRACE_H
#define TS_TRACE_H
#include <stdbool.h>

enum { TS_TRACE_ID_SIZE = 33 };

/* The trace's id, 32 hexadecimal digits, out of a header `traceparent` (NULL: there is
 * none).  False where there is none in it. */
bool ts_trace_id(const char *traceparent, char ret_id[TS_TRACE_ID_SIZE]);

#endif
