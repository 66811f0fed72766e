/* letter_groups.c - see letter_groups.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letter_groups.h"
#include "base/mem.h"
#include "base/str.h"
#include "kafka/letter_text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static const struct {
	const char *name;
	int64_t ms;
} ages[TS_LETTER_AGES] = {{"<1h", HOUR_MS},
			  {"<1d", 24 * HOUR_MS},
			  {"<7d", 7 * 24 * HOUR_MS},
			  {"older", INT64_MAX}};

void ts_letter_groups_release(struct ts_letter_groups *groups)
{
	free(groups->items);
	*groups = (struct ts_letter_groups){0};
}

static bool is_of(const struct ts_letter_group *group, const struct ts_letter *letter)
{
	return group->has_datasource == letter->has_datasource &&
	       (!group->has_datasource ||
		group->datasource_id == letter->datasource_id) &&
	       strcmp(group->error, letter->error) == 0;
}

/* Whoever publishes jobs with ever new data sources does not take all memory. */
static struct ts_letter_group *find(struct ts_letter_groups *groups,
				    const struct ts_letter *letter)
{
	struct ts_letter_group *group;

	for (size_t i = 0; i < groups->count; i++)
		if (is_of(&groups->items[i], letter))
			return &groups->items[i];
	if (groups->count == TS_LETTER_GROUPS)
		return &groups->items[TS_LETTER_GROUPS - 1];
	if (!groups->items)
		groups->items = ts_calloc(TS_LETTER_GROUPS, sizeof(*groups->items));
	group = &groups->items[groups->count++];
	*group = (struct ts_letter_group){.has_datasource = letter->has_datasource,
					  .datasource_id = letter->datasource_id,
					  .oldest_ms = INT64_MAX,
					  .newest_ms = INT64_MIN};
	memcpy(group->error, letter->error, sizeof(group->error));
	if (groups->count == TS_LETTER_GROUPS) {
		group->has_datasource = false;
		memcpy(group->error, "others", sizeof("others"));
	}
	return group;
}

static size_t age_of(int64_t age_ms)
{
	size_t i = 0;

	while (i < TS_LETTER_AGES - 1 && age_ms >= ages[i].ms)
		i++;
	return i;
}

void ts_letter_groups_add(struct ts_letter_groups *groups,
			  const struct ts_letter *letter, int64_t unix_ms)
{
	struct ts_letter_group *group = find(groups, letter);
	const int64_t at_ms = letter->message->timestamp_ms;

	groups->letters++;
	group->count++;
	group->ages[age_of(unix_ms - at_ms)]++;
	if (at_ms < group->oldest_ms)
		group->oldest_ms = at_ms;
	if (at_ms < group->newest_ms)
		return;
	group->newest_ms = at_ms;
	group->partition = letter->message->partition;
	group->offset = letter->message->offset;
	memcpy(group->text, letter->text, sizeof(group->text));
}

static int compare(const void *one, const void *other)
{
	const struct ts_letter_group *a = one, *b = other;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->error, b->error) != 0 ? strcmp(a->error, b->error)
					       : a->datasource_id - b->datasource_id;
}

void ts_letter_groups_sort(struct ts_letter_groups *groups)
{
	if (groups->count)
		qsort(groups->items, groups->count, sizeof(*groups->items), compare);
}

static const char *error_of(const struct ts_letter_group *group)
{
	return group->error[0] ? group->error : "-";
}

static void print_group(const struct ts_letter_group *group,
			const struct ts_config *config, struct ts_buf *text)
{
	TS_AUTO(ts_buf) datasource = {0};

	ts_letter_put_datasource(config, group->has_datasource, group->datasource_id,
				 &datasource);
	ts_buf_printf(text, "%-20s  %-16s  %8zu", error_of(group), datasource.data,
		      group->count);
	for (size_t i = 0; i < TS_LETTER_AGES; i++)
		ts_buf_printf(text, "  %6zu", group->ages[i]);
	ts_buf_printf(text, "  %" PRId32 "-%" PRId64 "  ", group->partition,
		      group->offset);
	ts_letter_put_time(group->newest_ms, text);
	ts_buf_printf(text, "\n    %s\n", group->text);
}

void ts_letter_groups_print(const struct ts_letter_groups *groups,
			    const struct ts_config *config, struct ts_buf *text)
{
	ts_buf_printf(text, "%-20s  %-16s  %8s", "error", "data source", "letters");
	for (size_t i = 0; i < TS_LETTER_AGES; i++)
		ts_buf_printf(text, "  %6s", ages[i].name);
	ts_buf_puts(text, "  the newest\n");
	for (size_t i = 0; i < groups->count; i++)
		print_group(&groups->items[i], config, text);
}

static json_t *time_json(int64_t unix_ms)
{
	TS_AUTO(ts_buf) text = {0};

	if (unix_ms < 0)
		return json_null();
	ts_letter_put_time(unix_ms, &text);
	return json_string(text.data);
}

json_t *ts_letter_groups_json(const struct ts_letter_groups *groups,
			      const struct ts_config *config)
{
	json_t *list = json_array();

	for (size_t i = 0; i < groups->count; i++) {
		const struct ts_letter_group *group = &groups->items[i];
		json_t *by_age = json_object(), *item;
		TS_AUTO(ts_buf) datasource = {0}, place = {0};

		ts_letter_put_datasource(config, group->has_datasource,
					 group->datasource_id, &datasource);
		ts_buf_printf(&place, "%" PRId32 "-%" PRId64, group->partition,
			      group->offset);
		for (size_t age = 0; age < TS_LETTER_AGES; age++)
			json_object_set_new(by_age, ages[age].name,
					    json_integer((json_int_t)group->ages[age]));
		item = json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:s, s:s}", "error",
				 error_of(group), "datasource", datasource.data,
				 "letters", (json_int_t)group->count, "ages", by_age,
				 "oldest", time_json(group->oldest_ms), "newest",
				 time_json(group->newest_ms), "newest_letter",
				 place.data, "message", group->text);
		json_object_set_new(item, "datasource_id",
				    group->has_datasource
					? json_integer(group->datasource_id)
					: json_null());
		json_array_append_new(list, item);
	}
	return list;
}
