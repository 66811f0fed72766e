/* sync_doubles.h - a source and a catalog in memory, for the tests above them.
 *
 * They stand where a database and an HTTP server cannot: the test decides what each
 * table is, and counts who asked.  Linked in place of source/ and catalog/. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_SYNC_DOUBLES_H
#define TS_SYNC_DOUBLES_H
#include "catalog/catalog.h"
#include "source/source.h"
#include <stdatomic.h>

/* By the name of the table: "view…" is a view, "gone…" is absent for sure, "denied…"
 * may not be read, "unserved…" is refused without asking anybody, "hangs…" keeps its
 * reader until it is let go, "stalls…" its writer, "crashes…" ends the process,
 * everything else is a table. */
extern atomic_int double_reads, double_tables_read, double_writes;
extern atomic_int double_hanging; /* reads and writes, now */
extern atomic_int double_tidied;  /* times */
/* So many reads fail from now on, with this. */
extern atomic_int double_read_failures;
extern enum ts_code double_read_error;
/* Set to make every write fail with it. */
extern enum ts_code double_write_error;

/* Wait until one of these two has this value. */
void double_await(const atomic_int *counter, int value);
/* Those that hang go on. */
void double_let_go(void);

#endif
