/* marks.c - see marks.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/marks.h"
#include "base/clock.h"
#include "base/json_index.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "kafka/letter.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A place's stamp is taken from the time of the letter that was marked there. */
enum { UNMARKED = 0, ANY_LETTER = 1, STAMPS = 2 };
enum { KEY_SIZE = 48, MARK_BYTES = 4096 };

struct ts_mark_places {
	struct ts_extent extent;
	uint32_t *stamps; /* NULL: no mark yet */
};

void ts_marks_init(struct ts_marks *marks, const struct ts_extent *extents,
		   size_t count)
{
	*marks = (struct ts_marks){
	    .partitions = ts_calloc(count ? count : 1, sizeof(*marks->partitions)),
	    .count = count};
	for (size_t i = 0; i < count; i++)
		marks->partitions[i].extent = extents[i];
}

void ts_marks_release(struct ts_marks *marks)
{
	for (size_t i = 0; i < marks->count; i++)
		free(marks->partitions[i].stamps);
	free(marks->partitions);
	ts_buf_release(&marks->watched);
	ts_buf_release(&marks->kept);
	*marks = (struct ts_marks){0};
}

static void put_key(int32_t partition, int64_t offset, struct ts_buf *key)
{
	ts_buf_printf(key, "%" PRId32 "-%" PRId64, partition, offset);
}

void ts_mark_key(const struct ts_message *letter, struct ts_buf *key)
{
	put_key(letter->partition, letter->offset, key);
}

void ts_marks_watch(struct ts_marks *marks, int32_t partition, int64_t offset)
{
	ts_buf_clear(&marks->watched);
	put_key(partition, offset, &marks->watched);
}

static uint32_t stamp_of(int64_t timestamp_ms)
{
	const uint32_t low = (uint32_t)timestamp_ms;

	return low < STAMPS ? STAMPS : low;
}

/* A mark that does not say when its letter was written is one that somebody wrote by
 * hand, and is believed. */
static uint32_t read_stamp(const struct ts_message *record)
{
	TS_AUTO(ts_json_index) index = {0};
	const struct ts_json_node *node;
	struct ts_error err;
	int64_t letter_ms;

	if (!ts_json_index_make(record->value, record->value_len, MARK_BYTES, &index,
				&err) ||
	    !ts_json_node_is_object(index.nodes))
		return ANY_LETTER;
	node = ts_json_node_get(index.nodes, "letter_ms");
	if (!node || !ts_json_node_integer(node, INT64_MIN, INT64_MAX, &letter_ms))
		return ANY_LETTER;
	return stamp_of(letter_ms);
}

static bool read_place(const struct ts_message *record, struct ts_letter_range *place)
{
	char key[KEY_SIZE];

	if (!record->key || record->key_len >= sizeof(key))
		return false;
	memcpy(key, record->key, record->key_len);
	key[record->key_len] = '\0';
	return strlen(key) == record->key_len && ts_letter_range_parse(key, place) &&
	       place->from == place->to;
}

static void keep_watched(struct ts_marks *marks, const struct ts_message *record)
{
	if (!marks->watched.len || record->key_len != marks->watched.len ||
	    memcmp(record->key, marks->watched.data, record->key_len) != 0)
		return;
	ts_buf_clear(&marks->kept);
	ts_buf_add(&marks->kept, record->value, record->value_len);
}

/* NULL where no letter of the topic has this place. */
static struct ts_mark_places *find(const struct ts_marks *marks, int32_t partition,
				   int64_t offset)
{
	struct ts_mark_places *places;

	if (partition < 0 || (size_t)partition >= marks->count)
		return NULL;
	places = &marks->partitions[partition];
	return offset >= places->extent.from && offset < places->extent.to ? places
									   : NULL;
}

static void set(struct ts_mark_places *places, int64_t offset, uint32_t stamp)
{
	const struct ts_extent *extent = &places->extent;

	if (!places->stamps)
		places->stamps = ts_calloc((size_t)(extent->to - extent->from),
					   sizeof(*places->stamps));
	places->stamps[offset - extent->from] = stamp;
}

void ts_marks_note(struct ts_marks *marks, const struct ts_message *record)
{
	struct ts_letter_range place;
	struct ts_mark_places *places;

	if (!read_place(record, &place))
		return;
	places = find(marks, place.partition, place.from);
	if (!places)
		return;
	set(places, place.from, record->value ? read_stamp(record) : UNMARKED);
	keep_watched(marks, record);
}

bool ts_marks_has(const struct ts_marks *marks, const struct ts_message *letter)
{
	const struct ts_mark_places *places =
	    find(marks, letter->partition, letter->offset);
	uint32_t stamp;

	if (!places || !places->stamps)
		return false;
	stamp = places->stamps[letter->offset - places->extent.from];
	return stamp == ANY_LETTER || stamp == stamp_of(letter->timestamp_ms);
}

void ts_mark_value(const struct ts_message *letter, const char *what, const char *by,
		   int64_t unix_ms, struct ts_buf *value)
{
	char at[TS_TIMESTAMP_SIZE];

	ts_timestamp_print(unix_ms * 1000, at);
	ts_buf_printf(value, "{\"what\":\"%s\",\"at\":\"%s\",\"by\":", what, at);
	ts_json_text_print(by, strlen(by), value);
	ts_buf_printf(value, ",\"letter_ms\":%" PRId64 "}", letter->timestamp_ms);
}
