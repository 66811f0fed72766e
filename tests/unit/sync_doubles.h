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
 * may not be read, everything else is a table. */
extern atomic_int double_reads, double_tables_read, double_writes;
/* Set to make every write fail with it. */
extern enum ts_code double_write_error;

#endif
