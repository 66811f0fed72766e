/* test_crash_file.c - pool/crash_file: files that are damaged, foreign, or cannot be.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "pool/crash_file.h"
#include "pool/crashes.h"
#include "state_folder.h"

enum { DAY = 86400000, BROKEN = 99 };
enum { MARKED = 1, ENTERED = 7 }; /* jobs of `page` */

/* What a process left that ran one job and had counted another. */
static struct ts_crash_page page;

static void write_file(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(state_folder_file(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	struct ts_crash_file file;
	struct ts_error err;
	int fd;

	if (state_folder_set_up(state))
		return -1;
	fd = open(state_folder, O_RDONLY);
	if (!ts_crash_file_take(fd, &file, &err))
		return -1;
	memcpy(&page, file.page, sizeof(page));
	ts_crash_file_release(fd, &file);
	close(fd);
	atomic_store(&page.mark.signal, SIGSEGV);
	page.mark.count = 1;
	page.mark.jobs[0] = MARKED;
	page.mark.unix_ms = ts_unix_ms();
	page.entries[5] = (struct ts_crash_entry){
	    .job = ENTERED, .count = 1, .unix_ms = page.mark.unix_ms};
	return 0;
}

static int count_in(const struct ts_crash_file *file, uint64_t job)
{
	int count = 0;

	for (size_t i = 0; i < TS_CRASH_ENTRIES; i++)
		if (file->page->entries[i].job == job)
			count += (int)file->page->entries[i].count;
	return count;
}

enum fault {
	NOTHING,
	MARK_COUNT,
	MARK_IS_OLD,
	MARK_IS_NEW,
	ENTRY_COUNT,
	ENTRY_IS_OLD,
	ENTRY_IS_NEW,
	ALL_ZERO,
};

static void damage(struct ts_crash_page *damaged, enum fault fault)
{
	switch (fault) {
	case NOTHING:
		break;
	case MARK_COUNT:
		damaged->mark.count = UINT32_MAX;
		break;
	case MARK_IS_OLD:
		damaged->mark.unix_ms -= DAY;
		break;
	case MARK_IS_NEW:
		damaged->mark.unix_ms = INT64_MAX;
		break;
	case ENTRY_COUNT:
		damaged->entries[5].count = UINT32_MAX;
		break;
	case ENTRY_IS_OLD:
		damaged->entries[5].unix_ms -= DAY;
		break;
	case ENTRY_IS_NEW:
		damaged->entries[5].unix_ms = INT64_MAX;
		break;
	case ALL_ZERO:
		memset(damaged, 0, sizeof(*damaged));
		break;
	}
}

/* In the file that is taken, or in another that is dead. */
static void what_is_damaged_in_a_file_of_ours_is_not_believed(void **state)
{
	static const struct {
		enum fault fault;
		int of_mark, of_entry;
	} cases[] = {
	    {NOTHING, 1, 1},      {MARK_COUNT, 0, 1},  {MARK_IS_OLD, 0, 1},
	    {MARK_IS_NEW, 0, 1},  {ENTRY_COUNT, 1, 0}, {ENTRY_IS_OLD, 1, 0},
	    {ENTRY_IS_NEW, 1, 0}, {ALL_ZERO, 0, 0},
	};
	(void)state;

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		static struct ts_crash_page damaged;
		struct ts_crash_list others = {0};
		struct ts_crash_file file;
		struct ts_error err;
		int fd = open(state_folder, O_RDONLY);

		memcpy(&damaged, &page, sizeof(page));
		damage(&damaged, cases[i / 2].fault);
		write_file(i % 2 ? "worker-1.crashes" : "worker-0.crashes", &damaged,
			   sizeof(damaged));
		assert_true(ts_crash_file_take(fd, &file, &err));
		assert_string_equal(file.name, "worker-0.crashes");
		ts_crash_folder_read(fd, &file, TS_LOG_WARN, &others);
		assert_int_equal(others.count, 0);
		assert_int_equal(count_in(&file, MARKED), cases[i / 2].of_mark);
		assert_int_equal(count_in(&file, ENTERED), cases[i / 2].of_entry);
		assert_int_equal(atomic_load(&file.page->mark.signal), 0);
		assert_int_equal(state_folder_count(), 1);
		ts_crash_file_release(fd, &file);
		close(fd);
		state_folder_empty();
	}
}

static void a_file_that_is_none_of_ours_is_left_alone(void **state)
{
	static const char *const names[] = {"worker-0.crashes",  "worker-1.crashes",
					    "worker-2.crashes",  "worker-5.crashes",
					    "worker-07.crashes", "worker-7.crashes.old",
					    "worker--7.crashes"};
	static struct ts_crash_page other;
	struct ts_crash_list others = {0};
	struct ts_crash_file file;
	struct ts_error err;
	struct stat status;
	int fd = open(state_folder, O_RDONLY);
	(void)state;

	write_file(names[0], &page, sizeof(page) - 1);
	memcpy(&other, &page, sizeof(page));
	other.magic[15]++; /* another version's */
	write_file(names[1], &other, sizeof(other));
	assert_int_equal(mkdir(state_folder_file(names[2]), 0700), 0);
	assert_int_equal(symlink("/dev/null", state_folder_file(names[3])), 0);
	for (int i = 4; i < 7; i++)
		write_file(names[i], &page, sizeof(page));
	assert_true(ts_crash_file_take(fd, &file, &err));
	assert_string_equal(file.name, "worker-3.crashes");
	ts_crash_folder_read(fd, &file, TS_LOG_WARN, &others);
	assert_int_equal(others.count + (size_t)count_in(&file, MARKED), 0);
	ts_crash_file_release(fd, &file);
	close(fd);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(lstat(state_folder_file(names[i]), &status), 0);
	assert_int_equal(state_folder_count(), sizeof(names) / sizeof(*names));
}

/* In a process of its own: does it fail, and say what the folder is to be? */
static void assert_unusable(const char *state_dir, const char *text,
			    void (*prepare)(void))
{
	struct ts_crashes *crashes;
	struct ts_error err = {0};
	int status;
	pid_t child = fork();

	if (!child) {
		prepare();
		if (ts_crashes_open(state_dir, &crashes, &err))
			_exit(1);
		if (err.code == TS_E_SYSTEM && strstr(err.text, state_dir) &&
		    strstr(err.text, "may write to") && strstr(err.text, text))
			_exit(0);
		print_error("%s\n", err.text);
		_exit(2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void do_nothing(void)
{
}

static void fill_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096});
}

static void lose_rights(void)
{
	if (chmod(state_folder, 0555) || (geteuid() == 0 && setuid(65534)))
		_exit(BROKEN);
}

static void a_folder_that_cannot_be_used_is_an_error_that_says_so(void **state)
{
	(void)state;

	assert_unusable("/nowhere/at/all", "No such file", do_nothing);
	assert_unusable("/dev/null", "Not a directory", do_nothing);
	assert_unusable(state_folder, "File too large", fill_disk);
	assert_int_equal(state_folder_count(), 0); /* nothing half-made is left */
	assert_unusable(state_folder, "Permission denied", lose_rights);
	assert_int_equal(chmod(state_folder, 0700), 0);
}

#define IN_FOLDER(test)                                                                \
	cmocka_unit_test_setup_teardown(test, set_up, state_folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_FOLDER(what_is_damaged_in_a_file_of_ours_is_not_believed),
	    IN_FOLDER(a_file_that_is_none_of_ours_is_left_alone),
	    IN_FOLDER(a_folder_that_cannot_be_used_is_an_error_that_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
