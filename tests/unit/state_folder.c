/* state_folder.c - see state_folder.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "state_folder.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATTERN "/tmp/tablesync-state-XXXXXX"

char state_folder[] = PATTERN;

int state_folder_set_up(void **state)
{
	(void)state;
	memcpy(state_folder, PATTERN, sizeof(PATTERN));
	return mkdtemp(state_folder) ? 0 : -1;
}

const char *state_folder_file(const char *name)
{
	static char path[sizeof(PATTERN) + 300];

	snprintf(path, sizeof(path), "%s/%s", state_folder, name);
	return path;
}

static int count(bool is_removed)
{
	DIR *entries = opendir(state_folder);
	struct dirent *entry;
	int found = 0;

	if (!entries)
		return -1;
	while ((entry = readdir(entries))) {
		if (entry->d_name[0] == '.')
			continue;
		found++;
		if (is_removed)
			remove(state_folder_file(entry->d_name));
	}
	closedir(entries);
	return found;
}

int state_folder_count(void)
{
	return count(false);
}

void state_folder_empty(void)
{
	count(true);
}

int state_folder_tear_down(void **state)
{
	(void)state;
	state_folder_empty();
	return rmdir(state_folder);
}
