/* parts.h - what a store is made of, for the files of this folder alone.
 *
 * Thread: any; see writer.h and readers.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_PARTS_H
#define TS_PARTS_H
#include "store/readers.h"
#include "store/writer.h"

struct ts_store {
	struct ts_writer *writer;
	struct ts_readers *readers;
	_Atomic int64_t documents; /* that were written */
};

#endif
