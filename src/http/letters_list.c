/* letters_list.c - which dead letters there are, and why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/str.h"
#include "http/letter_form.h"
#include "http/letters.h"
#include "http/letters_row.h"
#include "http/page.h"
#include "http/page_data.h"
#include "http/url.h"
#include "kafka/letter_groups.h"
#include <poll.h>
#include <stdlib.h>

enum { NEWEST = 100 /* letters that are shown one by one */ };

struct kept {
	int64_t at_ms;
	json_t *letter;
};

/* The newest ones up to now, in no order; the oldest of them makes room. */
struct newest {
	struct kept items[NEWEST];
	size_t count, oldest; /* oldest: where it is, once there are NEWEST */
};

static void find_oldest(struct newest *newest)
{
	newest->oldest = 0;
	for (size_t i = 1; i < newest->count; i++)
		if (newest->items[i].at_ms < newest->items[newest->oldest].at_ms)
			newest->oldest = i;
}

static void newest_add(struct newest *newest, const struct ts_letter *letter,
		       const struct ts_config *config)
{
	const int64_t at_ms = letter->message->timestamp_ms;
	size_t place = newest->count;

	if (place == NEWEST) {
		place = newest->oldest;
		if (at_ms <= newest->items[place].at_ms)
			return;
		json_decref(newest->items[place].letter);
	} else {
		newest->count++;
	}
	newest->items[place].at_ms = at_ms;
	newest->items[place].letter = ts_letters_row(letter, config);
	if (newest->count == NEWEST)
		find_oldest(newest);
}

static int compare(const void *one, const void *other)
{
	const struct kept *a = one, *b = other;

	return a->at_ms < b->at_ms ? 1 : a->at_ms > b->at_ms ? -1 : 0;
}

/* As a list, the newest first; leaves it empty. */
static json_t *newest_take(struct newest *newest)
{
	json_t *list = json_array();

	qsort(newest->items, newest->count, sizeof(*newest->items), compare);
	for (size_t i = 0; i < newest->count; i++)
		json_array_append_new(list, newest->items[i].letter);
	newest->count = 0;
	return list;
}

static bool is_stopping(const struct ts_call *call)
{
	struct pollfd stop = {.fd = ts_letter_desk_stop_fd(call->services->letters),
			      .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

static bool read_all(const struct ts_call *call, struct ts_letters *letters,
		     const struct ts_letter_filter *filter,
		     struct ts_letter_groups *groups, struct newest *newest,
		     struct ts_error *err)
{
	const struct ts_config *config = call->services->config;
	const int64_t now_ms = ts_unix_ms();
	const struct ts_letter *letter;

	for (;;) {
		if (!ts_letters_next(letters, &letter, err))
			return false;
		if (!letter)
			return true;
		if (is_stopping(call))
			return ts_fail(err, TS_E_BUSY, "this server stops: ask again");
		if (!ts_letter_matches(filter, letter))
			continue;
		ts_letter_groups_add(groups, letter, now_ms);
		newest_add(newest, letter, config);
	}
}

/* What a template cannot do: name the ages once, and lead to a group's own letters. */
static void refine_groups(json_t *data, json_t *groups)
{
	json_t *group, *number, *names = json_array();
	const char *age;
	size_t i;

	json_array_foreach(groups, i, group)
	{
		json_t *ages = json_object_get(group, "ages"), *list = json_array();
		const char *error = ts_json_text(group, "error");
		json_t *id = json_object_get(group, "datasource_id");
		TS_AUTO(ts_buf) path = {0};

		json_object_foreach(ages, age, number)
		{
			json_array_append(list, number);
			if (i == 0)
				json_array_append_new(names, json_string(age));
		}
		json_object_set_new(group, "ages", list);
		if (ts_code_find(error) == TS_OK)
			continue;
		ts_buf_puts(&path, "/letters/");
		ts_url_add_parameter(&path, "error", error);
		if (json_is_integer(id))
			ts_url_add_number(&path, "datasource", json_integer_value(id));
		json_object_set_new(group, "path", json_string(path.data));
	}
	json_object_set_new(data, "groups", groups);
	json_object_set_new(data, "age_names", names);
}

static json_t *count(size_t number)
{
	return json_integer((json_int_t)number);
}

static bool list_matching(struct ts_call *call, json_t *data,
			  const struct ts_letter_filter *filter, struct ts_error *err)
{
	TS_AUTO(ts_letter_groups) groups = {0};
	struct newest newest = {.count = 0};
	struct ts_letters *letters;
	json_t *letters_shown;
	bool is_ok;

	if (!ts_letters_open(call->services->config, &letters, err))
		return false;
	is_ok = read_all(call, letters, filter, &groups, &newest, err);
	ts_letter_groups_sort(&groups);
	refine_groups(data, ts_letter_groups_json(&groups, call->services->config));
	letters_shown = newest_take(&newest);
	ts_page_show_times(letters_shown, "at");
	json_object_set_new(data, "letters", letters_shown);
	json_object_set_new(data, "count", count(groups.letters));
	json_object_set_new(data, "is_cut", json_boolean(groups.letters > NEWEST));
	json_object_set_new(data, "newest", count(NEWEST));
	json_object_set_new(data, "letters_are_there",
			    json_boolean(groups.letters > 0));
	json_object_set_new(data, "were_done",
			    json_boolean(ts_letters_done(letters) > 0));
	json_object_set_new(data, "done", count(ts_letters_done(letters)));
	json_object_set_new(data, "topic", json_string(ts_letters_topic(letters)));
	json_object_set_new(data, "has_topic",
			    json_boolean(ts_letters_has_topic(letters)));
	ts_letters_free(letters);
	return is_ok;
}

bool ts_letters_list(struct ts_call *call, struct ts_error *err)
{
	json_t *values = ts_letter_form_query(call), *data;
	TS_AUTO(ts_letter_filter) filter = {0};
	struct ts_error wrong = {0};
	bool is_ok = true;

	data = json_pack("{ss, so, so, sb}", "title", "Dead letters", "fields",
			 ts_letter_form_fields(values), "given",
			 ts_letter_form_given(values), "is_filtered",
			 json_object_size(values) > 0);
	if (ts_letter_form_filter(values, call->services->config, &filter, &wrong)) {
		is_ok = list_matching(call, data, &filter, err);
	} else {
		call->status = ts_code_status(wrong.code);
		/* It may quote a part of a character. */
		ts_utf8_clean(wrong.text);
		json_object_set_new(data, "complaint", json_string(wrong.text));
	}
	json_decref(values);
	if (is_ok)
		return ts_page_print(call, "letters", data, err);
	json_decref(data);
	return false;
}
