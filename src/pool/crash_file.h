/* crash_file.h - the files that hold how often which job crashed a process; inside
 * pool/ only.
 *
 * state_dir/worker-N.crashes is mapped into the memory of the process that holds its
 * lock.  A job stands there as a number made of its job_id and its replay.  What a file
 * says may be damaged: each number in it is judged before it is believed.
 *
 * Thread: one at a time, but for the handler, which writes the mark of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_CRASH_FILE_H
#define TS_CRASH_FILE_H
#include "base/error.h"
#include "base/log.h"
#include <stdatomic.h>
#include <stdint.h>

enum {
	TS_CRASH_JOBS = 256,     /* that a thread runs at once and are noted */
	TS_CRASH_ENTRIES = 1024, /* jobs in a file; the oldest goes first */
	TS_CRASH_NAME_SIZE = 32,
};

/* What the crashing thread was doing. */
struct ts_crash_mark {
	atomic_int signal; /* 0: it has not crashed; set last */
	uint32_t count;
	int64_t unix_ms;
	uint64_t jobs[TS_CRASH_JOBS];
};

struct ts_crash_entry {
	uint64_t job;
	int64_t unix_ms; /* of the last crash */
	uint32_t count;  /* of crashes; 0: the entry is free */
	uint32_t unused;
};

struct ts_crash_page {
	char magic[16];
	struct ts_crash_mark mark;
	struct ts_crash_entry entries[TS_CRASH_ENTRIES];
};

/* Entries from elsewhere.  Zero-initialised is empty. */
struct ts_crash_list {
	struct ts_crash_entry *items; /* owned */
	size_t count;
};

/* One that this process holds. */
struct ts_crash_file {
	char name[TS_CRASH_NAME_SIZE];
	int fd;
	struct ts_crash_page *page;
};

/* Take the first file of the folder (a descriptor) that nobody holds, and count what it
 * says.  TS_E_SYSTEM where there can be none. */
TS_MUST_CHECK bool ts_crash_file_take(int folder, struct ts_crash_file *ret_file,
				      struct ts_error *err);
/* Let it go; where it holds nothing it is removed. */
void ts_crash_file_release(int folder, struct ts_crash_file *file);

/* Count in `file` what is in those of processes that are gone, and remove them; give
 * what is in those of living ones.  Files that are none of ours are left alone, and
 * logged at `level`. */
void ts_crash_folder_read(int folder, struct ts_crash_file *file,
			  enum ts_log_level level, struct ts_crash_list *ret_others);

/* Entries that are old go. */
void ts_crash_file_expire(struct ts_crash_file *file, int64_t unix_ms);
/* False: it is not there. */
bool ts_crash_file_remove(struct ts_crash_file *file, uint64_t job);

#endif
