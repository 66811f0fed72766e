/* crashes.c - see crashes.h: the engine's view, sums over the files of all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/crashes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "pool/crash_signal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct ts_crashes {
	int folder;
	struct ts_crash_file file;
	struct ts_crash_list others; /* in files of living processes, when last read */
	struct ts_crash_list known;  /* all, by job: it is asked for every one */
};

static void list_release(struct ts_crash_list *list)
{
	free(list->items);
	*list = (struct ts_crash_list){0};
}

static int compare(const void *one, const void *other)
{
	const struct ts_crash_entry *a = one, *b = other;

	return (a->job > b->job) - (a->job < b->job);
}

/* A job may stand in several files: its counts are summed when they are asked for. */
static void gather(struct ts_crashes *crashes)
{
	struct ts_crash_list *known = &crashes->known;
	size_t most = crashes->others.count + TS_CRASH_ENTRIES;

	list_release(known);
	known->items = ts_calloc(most, sizeof(*known->items));
	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++)
		if (crashes->file.page->entries[i].count)
			known->items[known->count++] = crashes->file.page->entries[i];
	if (crashes->others.count)
		memcpy(known->items + known->count, crashes->others.items,
		       crashes->others.count * sizeof(*known->items));
	known->count += crashes->others.count;
	qsort(known->items, known->count, sizeof(*known->items), compare);
}

static void look(struct ts_crashes *crashes, enum ts_log_level level)
{
	list_release(&crashes->others);
	ts_crash_file_expire(&crashes->file, ts_unix_ms());
	ts_crash_folder_read(crashes->folder, &crashes->file, level, &crashes->others);
	gather(crashes);
}

bool ts_crashes_open(const char *state_dir, struct ts_crashes **ret_crashes,
		     struct ts_error *err)
{
	struct ts_crashes *crashes = ts_calloc(1, sizeof(*crashes));

	(void)mkdir(state_dir, 0750); /* what is wrong with it, open() will say */
	crashes->folder = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (crashes->folder < 0) {
		ts_fail(err, TS_E_SYSTEM, "%s", strerror(errno));
	} else if (!ts_crash_file_take(crashes->folder, &crashes->file, err)) {
		close(crashes->folder);
		crashes->folder = -1;
	}
	if (crashes->folder < 0) {
		free(crashes);
		return ts_wrap(err,
			       "state_dir '%s' is to be a folder that the worker may "
			       "write to",
			       state_dir);
	}
	look(crashes, TS_LOG_WARN);
	ts_crash_signal_catch(&crashes->file.page->mark);
	*ret_crashes = crashes;
	return true;
}

void ts_crashes_close(struct ts_crashes *crashes)
{
	if (!crashes)
		return;
	ts_crash_signal_release();
	ts_crash_file_release(crashes->folder, &crashes->file);
	close(crashes->folder);
	list_release(&crashes->others);
	list_release(&crashes->known);
	free(crashes);
}

void ts_crashes_look(struct ts_crashes *crashes)
{
	look(crashes, TS_LOG_DEBUG);
}

static uint32_t count_of(const struct ts_crash_list *known, uint64_t job)
{
	size_t first = 0, end = known->count;
	uint32_t count = 0;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (known->items[middle].job < job)
			first = middle + 1;
		else
			end = middle;
	}
	for (; first < known->count && known->items[first].job == job; first++)
		count += known->items[first].count;
	return count;
}

int ts_crashes_count(const struct ts_crashes *crashes, const struct ts_task *task)
{
	if (!crashes->known.count)
		return 0;
	return (int)count_of(&crashes->known, ts_crash_job(task));
}

void ts_crashes_forget(struct ts_crashes *crashes, const struct ts_task *task)
{
	if (ts_crashes_count(crashes, task) &&
	    ts_crash_file_remove(&crashes->file, ts_crash_job(task)))
		gather(crashes);
}
