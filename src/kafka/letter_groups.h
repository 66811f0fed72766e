/* letter_groups.h - dead letters counted by error, data source and age.
 *
 * Zero-initialised is empty.  Thread: one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TS_LETTER_GROUPS_H
#define TS_LETTER_GROUPS_H
#include "base/json.h"
#include "kafka/letter.h"

enum {
	TS_LETTER_AGES = 4,      /* an hour, a day, a week, older */
	TS_LETTER_GROUPS = 1000, /* of more, those that come last are one group */
};

struct ts_letter_group {
	char error[TS_LETTER_ERROR_SIZE];
	bool has_datasource;
	int32_t datasource_id;
	size_t count, ages[TS_LETTER_AGES];
	int64_t oldest_ms, newest_ms;
	/* The newest one. */
	int32_t partition;
	int64_t offset;
	char text[TS_ERROR_MESSAGE_BYTES];
};

struct ts_letter_groups {
	struct ts_letter_group *items; /* owned */
	size_t count;
	size_t letters;
};

void ts_letter_groups_release(struct ts_letter_groups *groups);
void ts_letter_groups_add(struct ts_letter_groups *groups,
			  const struct ts_letter *letter, int64_t unix_ms);

/* The largest first. */
void ts_letter_groups_sort(struct ts_letter_groups *groups);
void ts_letter_groups_print(const struct ts_letter_groups *groups,
			    const struct ts_config *config, struct ts_buf *text);
json_t *ts_letter_groups_json(const struct ts_letter_groups *groups,
			      const struct ts_config *config);

#endif
