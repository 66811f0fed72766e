/* letters.c - see letters.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka/letters.h"
#include "base/mem.h"
#include "kafka/marks.h"
#include "kafka/topics.h"
#include <stdlib.h>

struct ts_letters {
	struct ts_topics topics;
	struct ts_scan *scan;
	struct ts_extents extents;
	struct ts_marks marks;
	struct ts_letter letter;
	size_t passed, done;
};

void ts_letters_free(struct ts_letters *letters)
{
	if (!letters)
		return;
	ts_letter_release(&letters->letter);
	ts_scan_free(letters->scan);
	ts_marks_release(&letters->marks);
	ts_extents_release(&letters->extents);
	ts_topics_release(&letters->topics);
	free(letters);
}

const char *ts_letters_topic(const struct ts_letters *letters)
{
	return ts_topics_get(&letters->topics, TS_TOPIC_LETTERS)->name;
}

bool ts_letters_has_topic(const struct ts_letters *letters)
{
	return letters->extents.count > 0;
}

size_t ts_letters_total(const struct ts_letters *letters)
{
	return (size_t)ts_extents_total(&letters->extents);
}

size_t ts_letters_passed(const struct ts_letters *letters)
{
	return letters->passed;
}

size_t ts_letters_done(const struct ts_letters *letters)
{
	return letters->done;
}

static bool read_marks(struct ts_letters *letters, struct ts_error *err)
{
	const char *topic = ts_topics_get(&letters->topics, TS_TOPIC_DONE)->name;
	TS_AUTO(ts_extents) extents = {0};
	const struct ts_message *record;

	/* A mark that is to be seen in a moment counts: without it, its letter would be
	 * replayed again. */
	if (!ts_scan_measure_open(letters->scan, topic, &extents, err))
		return false;
	ts_scan_begin(letters->scan, topic, &extents);
	for (;;) {
		if (!ts_scan_next(letters->scan, &record, err))
			return false;
		if (!record)
			return true;
		ts_marks_note(&letters->marks, record);
	}
}

/* The letters are measured first: of those that come while the marks are read, none is
 * looked at. */
static bool measure(const struct ts_config *config, struct ts_letters *letters,
		    struct ts_error *err)
{
	ts_topics_make(config, &letters->topics);
	if (!ts_scan_open(config, &letters->scan, err) ||
	    !ts_scan_measure(letters->scan, ts_letters_topic(letters),
			     &letters->extents, err))
		return false;
	ts_marks_init(&letters->marks, letters->extents.items, letters->extents.count);
	return true;
}

bool ts_letters_open(const struct ts_config *config, struct ts_letters **ret_letters,
		     struct ts_error *err)
{
	struct ts_letters *letters = ts_calloc(1, sizeof(*letters));

	if (!measure(config, letters, err) ||
	    (ts_letters_total(letters) && !read_marks(letters, err))) {
		ts_letters_free(letters);
		return false;
	}
	ts_scan_begin(letters->scan, ts_letters_topic(letters), &letters->extents);
	*ret_letters = letters;
	return true;
}

/* Of the partitions before that of `record`, everything was passed. */
static size_t count_passed(const struct ts_letters *letters,
			   const struct ts_message *record)
{
	const struct ts_extent *items = letters->extents.items;
	int64_t passed = record->offset + 1 - items[record->partition].from;

	for (int32_t i = 0; i < record->partition; i++)
		passed += items[i].to - items[i].from;
	return (size_t)passed;
}

bool ts_letters_next(struct ts_letters *letters, const struct ts_letter **ret_letter,
		     struct ts_error *err)
{
	const struct ts_message *record;

	do {
		if (!ts_scan_next(letters->scan, &record, err))
			return false;
		if (!record) {
			letters->passed = ts_letters_total(letters);
			*ret_letter = NULL;
			return true;
		}
		letters->passed = count_passed(letters, record);
		letters->done += ts_marks_has(&letters->marks, record);
	} while (ts_marks_has(&letters->marks, record));
	ts_letter_read(record, &letters->letter);
	*ret_letter = &letters->letter;
	return true;
}

/* Only this one place is left of what is to be read. */
static bool narrow(struct ts_extents *extents, int32_t partition, int64_t offset)
{
	if (partition < 0 || (size_t)partition >= extents->count ||
	    offset < extents->items[partition].from ||
	    offset >= extents->items[partition].to)
		return false;
	for (size_t i = 0; i < extents->count; i++)
		extents->items[i] = (struct ts_extent){0};
	extents->items[partition] = (struct ts_extent){offset, offset + 1};
	return true;
}

static bool find(struct ts_letters *letters, int32_t partition, int64_t offset,
		 const struct ts_letter **ret_letter, struct ts_buf *ret_mark,
		 struct ts_error *err)
{
	const struct ts_message *record = NULL;

	*ret_letter = NULL;
	if (!narrow(&letters->extents, partition, offset))
		return true;
	ts_marks_watch(&letters->marks, partition, offset);
	if (!read_marks(letters, err))
		return false;
	ts_scan_begin(letters->scan, ts_letters_topic(letters), &letters->extents);
	if (!ts_scan_next(letters->scan, &record, err))
		return false;
	if (!record)
		return true;
	ts_letter_read(record, &letters->letter);
	*ret_letter = &letters->letter;
	if (ts_marks_has(&letters->marks, record))
		ts_buf_puts(ret_mark,
			    letters->marks.kept.len ? letters->marks.kept.data : "{}");
	return true;
}

bool ts_letters_find(const struct ts_config *config, int32_t partition, int64_t offset,
		     struct ts_letters **ret_letters,
		     const struct ts_letter **ret_letter, struct ts_buf *ret_mark,
		     struct ts_error *err)
{
	struct ts_letters *letters = ts_calloc(1, sizeof(*letters));

	if (!measure(config, letters, err) ||
	    !find(letters, partition, offset, ret_letter, ret_mark, err)) {
		ts_letters_free(letters);
		return false;
	}
	*ret_letters = letters;
	return true;
}
