/* crash_file.c - see crash_file.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool/crash_file.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILES = 1000, /* of a folder at most */
	COUNT_MAX = 1000,
	DAY_MS = 86400000, /* that an entry is kept */
};

static const char magic[] = "tablesync.crash1";

enum { MAGIC_BYTES = sizeof(magic) - 1 };

enum holder {
	HOLDER_US,
	HOLDER_OTHER,   /* a living process */
	HOLDER_FOREIGN, /* whatever it is, it is no file of ours */
	HOLDER_NONE,    /* there is no such file, nor can it be made: errno */
};

/* Is it the file that has this name now?  Who held it may have removed it before. */
static bool is_current(int folder, const char *name, const struct stat *status)
{
	struct stat named;

	return fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       named.st_ino == status->st_ino && named.st_dev == status->st_dev;
}

/* It could not be opened: is it there, but not for us?  Keeps errno. */
static bool is_refused(int folder, const char *name)
{
	struct stat status;
	int code = errno;
	bool is_there = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;

	errno = code;
	return is_there && (code == EACCES || code == EPERM || code == ELOOP ||
			    code == EISDIR || code == ENXIO);
}

/* `flag` O_CREAT: make it where there is none.  A descriptor comes with HOLDER_US and
 * HOLDER_OTHER. */
static enum holder open_file(int folder, const char *name, int flag, int *ret_fd,
			     off_t *ret_size)
{
	struct stat status = {0};
	int fd = openat(folder, name,
			O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flag, 0600);
	enum holder holder = HOLDER_US;

	if (fd < 0)
		return is_refused(folder, name) ? HOLDER_FOREIGN : HOLDER_NONE;
	if (flock(fd, LOCK_EX | LOCK_NB))
		holder = HOLDER_OTHER;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		holder = HOLDER_FOREIGN;
	else if (holder == HOLDER_US && !is_current(folder, name, &status))
		holder = HOLDER_OTHER;
	if (holder == HOLDER_FOREIGN)
		close(fd);
	*ret_fd = fd;
	*ret_size = status.st_size;
	return holder;
}

/* False where it is not one of ours.  Empty, or zeroes: it was only just made. */
static bool read_page(int fd, off_t size, struct ts_crash_page *ret_page)
{
	static const char zeroes[MAGIC_BYTES];

	*ret_page = (struct ts_crash_page){0};
	if (size == 0)
		return true;
	return size == sizeof(*ret_page) &&
	       pread(fd, ret_page, sizeof(*ret_page), 0) == sizeof(*ret_page) &&
	       (memcmp(ret_page->magic, magic, MAGIC_BYTES) == 0 ||
		memcmp(ret_page->magic, zeroes, MAGIC_BYTES) == 0);
}

static bool is_sane(const struct ts_crash_entry *entry, int64_t now_unix_ms)
{
	return entry->count >= 1 && entry->count <= COUNT_MAX &&
	       entry->unix_ms > now_unix_ms - DAY_MS &&
	       entry->unix_ms < now_unix_ms + DAY_MS;
}

/* Its own place, a free one, or that of the oldest. */
static struct ts_crash_entry *place_of(struct ts_crash_page *page, uint64_t job)
{
	struct ts_crash_entry *best = page->entries;

	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++) {
		struct ts_crash_entry *entry = &page->entries[i];

		if (entry->count && entry->job == job)
			return entry;
		if (best->count && (!entry->count || entry->unix_ms < best->unix_ms))
			best = entry;
	}
	*best = (struct ts_crash_entry){.job = job};
	return best;
}

static void add_to_page(struct ts_crash_page *page, const struct ts_crash_entry *more)
{
	struct ts_crash_entry *entry = place_of(page, more->job);

	if (more->unix_ms > entry->unix_ms)
		entry->unix_ms = more->unix_ms;
	entry->count += more->count;
	if (entry->count > COUNT_MAX)
		entry->count = COUNT_MAX;
}

static void add_to_list(struct ts_crash_list *list, const struct ts_crash_entry *more)
{
	list->items = ts_realloc(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = *more;
}

static bool is_marked(const struct ts_crash_mark *mark, int64_t now_unix_ms)
{
	const struct ts_crash_entry entry = {.count = 1, .unix_ms = mark->unix_ms};

	return atomic_load(&mark->signal) && mark->count <= TS_CRASH_JOBS &&
	       is_sane(&entry, now_unix_ms);
}

/* What is to be believed of a page: its entries, and one for each job of the mark. */
static void list_page(const struct ts_crash_page *page, struct ts_crash_list *ret_list)
{
	const struct ts_crash_mark *mark = &page->mark;
	int64_t now = ts_unix_ms();
	struct ts_crash_entry entry = {.count = 1, .unix_ms = mark->unix_ms};

	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++)
		if (is_sane(&page->entries[i], now))
			add_to_list(ret_list, &page->entries[i]);
	for (uint32_t i = 0; is_marked(mark, now) && i < mark->count; i++) {
		entry.job = mark->jobs[i];
		add_to_list(ret_list, &entry);
	}
}

/* Count in `file` what another, or the same one, was left with. */
static void move_into(struct ts_crash_file *file, const char *name,
		      const struct ts_crash_page *page)
{
	struct ts_crash_list list = {0};

	if (is_marked(&page->mark, ts_unix_ms()))
		ts_log(TS_LOG_WARN, "worker.crashed",
		       TS_INT("signal", atomic_load(&page->mark.signal)),
		       TS_INT("jobs", page->mark.count), TS_STR("file", name));
	list_page(page, &list);
	for (size_t i = 0; i < list.count; i++)
		add_to_page(file->page, &list.items[i]);
	free(list.items);
}

/* False: it cannot have its place, errno. */
static bool map_file(int fd, struct ts_crash_page **ret_page)
{
	/* Without blocks of its own, a store into it could be the end of the process.
	 */
	int code = posix_fallocate(fd, 0, sizeof(**ret_page));
	void *page;

	if (code) {
		errno = code;
		return false;
	}
	page =
	    mmap(NULL, sizeof(**ret_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return false;
	*ret_page = page;
	return true;
}

/* The file is ours: use it, with what is to be believed of it.  HOLDER_NONE: errno. */
static enum holder use_file(int folder, struct ts_crash_file *file, off_t size)
{
	struct ts_crash_page before;

	if (!read_page(file->fd, size, &before)) {
		close(file->fd);
		return HOLDER_FOREIGN;
	}
	if (!map_file(file->fd, &file->page)) {
		int code = errno;

		if (size == 0)
			unlinkat(folder, file->name, 0);
		close(file->fd);
		errno = code;
		return HOLDER_NONE;
	}
	memset(file->page, 0, sizeof(*file->page));
	memcpy(file->page->magic, magic, MAGIC_BYTES);
	move_into(file, file->name, &before);
	return HOLDER_US;
}

static void print_name(char name[TS_CRASH_NAME_SIZE], int number)
{
	snprintf(name, TS_CRASH_NAME_SIZE, "worker-%d.crashes", number);
}

bool ts_crash_file_take(int folder, struct ts_crash_file *ret_file,
			struct ts_error *err)
{
	struct ts_crash_file file;
	off_t size;

	for (int number = 0; number < FILES; number++) {
		enum holder holder;

		print_name(file.name, number);
		holder = open_file(folder, file.name, O_CREAT, &file.fd, &size);
		if (holder == HOLDER_OTHER)
			close(file.fd);
		if (holder == HOLDER_US)
			holder = use_file(folder, &file, size);
		if (holder == HOLDER_NONE)
			return ts_fail(err, TS_E_SYSTEM,
				       "a file of %zu bytes, '%s', cannot be kept: %s",
				       sizeof(*file.page), file.name, strerror(errno));
		if (holder == HOLDER_US) {
			*ret_file = file;
			return true;
		}
	}
	return ts_fail(err, TS_E_SYSTEM, "%d processes have their files in it already",
		       FILES);
}

void ts_crash_file_release(int folder, struct ts_crash_file *file)
{
	bool is_empty = true;

	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++)
		is_empty &= file->page->entries[i].count == 0;
	if (is_empty)
		unlinkat(folder, file->name, 0);
	munmap(file->page, sizeof(*file->page));
	close(file->fd);
}

/* "worker-7.crashes", and nothing that only looks like it. */
static bool is_name(const char *text)
{
	char name[TS_CRASH_NAME_SIZE];
	int number = 0;

	if (sscanf(text, "worker-%4d", &number) != 1 || number < 0)
		return false;
	print_name(name, number);
	return strcmp(name, text) == 0;
}

/* A file of somebody else.  False: it is none of ours. */
static bool read_other(int folder, const char *name, struct ts_crash_file *file,
		       struct ts_crash_list *ret_others)
{
	struct ts_crash_page page;
	off_t size;
	int fd;
	bool is_ours;
	enum holder holder = open_file(folder, name, 0, &fd, &size);

	if (holder == HOLDER_NONE || holder == HOLDER_FOREIGN)
		return holder == HOLDER_NONE;
	is_ours = read_page(fd, size, &page);
	if (is_ours && holder == HOLDER_US) {
		/* Should this process be killed here, a crash that is not counted is
		 * better than one that is counted twice. */
		unlinkat(folder, name, 0);
		move_into(file, name, &page);
	} else if (is_ours) {
		list_page(&page, ret_others);
	}
	close(fd);
	return is_ours;
}

void ts_crash_folder_read(int folder, struct ts_crash_file *file,
			  enum ts_log_level level, struct ts_crash_list *ret_others)
{
	static const char *const not_ours = "damaged, or not made by this program";
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	int left = FILES;

	if (!entries && fd >= 0)
		close(fd);
	while (entries && left && (entry = readdir(entries))) {
		const char *name = entry->d_name;

		if (!is_name(name) || strcmp(name, file->name) == 0)
			continue;
		if (!read_other(folder, name, file, ret_others))
			ts_log(level, "crashes.file_ignored", TS_STR("file", name),
			       TS_STR("reason", not_ours));
		left--;
	}
	if (entries)
		closedir(entries);
}

void ts_crash_file_expire(struct ts_crash_file *file, int64_t unix_ms)
{
	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++)
		if (!is_sane(&file->page->entries[i], unix_ms))
			file->page->entries[i] = (struct ts_crash_entry){0};
}

bool ts_crash_file_remove(struct ts_crash_file *file, uint64_t job)
{
	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++) {
		struct ts_crash_entry *entry = &file->page->entries[i];

		if (entry->count && entry->job == job) {
			*entry = (struct ts_crash_entry){0};
			return true;
		}
	}
	return false;
}
