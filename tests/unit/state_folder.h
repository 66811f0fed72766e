/* state_folder.h - an empty folder for each test that keeps files in one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_STATE_FOLDER_H
#define TS_STATE_FOLDER_H

/* The folder, from set-up to tear-down. */
extern char state_folder[];

/* For cmocka. */
int state_folder_set_up(void **state);
int state_folder_tear_down(void **state);

/* The path of a file in it; borrowed until the next call. */
const char *state_folder_file(const char *name);
int state_folder_count(void);
void state_folder_empty(void);

#endif
