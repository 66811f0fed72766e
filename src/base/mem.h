/* mem.h - memory that is there, or the process is not.
 *
 * Out of memory makes a process unfit (class STOP): these functions then write one line
 * to stderr and end it at once.  Nothing was committed for what was in hand, so nothing
 * is lost; the supervisor starts a new one.
 *
 * Thread: any. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_MEM_H
#define TS_MEM_H
#include <stddef.h>

/* Zeroed memory for `count` objects of `size` bytes; free() it.  Never NULL. */
void *ts_calloc(size_t count, size_t size);
/* As realloc() for `count` objects of `size` bytes.  Never NULL. */
void *ts_realloc(void *memory, size_t count, size_t size);
/* A copy of `text`, NULL for NULL. */
char *ts_strdup(const char *text);
/* A copy of `len` bytes with a NUL behind them. */
char *ts_memdup(const void *bytes, size_t len);
/* Ends the process as described above. */
_Noreturn void ts_out_of_memory(void);

#endif
