/* dlq_list.c - `tablesync dlq list`: how many dead letters, and why? */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/str.h"
#include "cli/dlq.h"
#include "cli/progress.h"
#include "kafka/letter_groups.h"
#include "kafka/letter_json.h"
#include "kafka/letter_text.h"
#include <stdio.h>

static void put_letter(const struct ts_dlq *dlq, const struct ts_letter *letter)
{
	TS_AUTO(ts_buf) line = {0};

	ts_letter_put_place(letter->message, &line);
	ts_buf_puts(&line, "  ");
	ts_letter_put_time(letter->message->timestamp_ms, &line);
	ts_buf_printf(&line, "  %s  ", letter->error[0] ? letter->error : "-");
	ts_letter_put_datasource(dlq->config, letter->has_datasource,
				 letter->datasource_id, &line);
	ts_buf_printf(&line, "  %s.%s",
		      letter->has_schema ? ts_buf_text(&letter->schema) : "-",
		      letter->has_table ? ts_buf_text(&letter->table) : "-");
	if (letter->trail.replay)
		ts_buf_printf(&line, "  replayed %d times", letter->trail.replay);
	if (letter->value_bytes >= 0)
		ts_buf_puts(&line, "  without its value");
	ts_buf_printf(&line, "  %s", letter->text);
	ts_utf8_clean(line.data);
	puts(line.data);
}

static bool read_all(const struct ts_dlq *dlq, struct ts_letters *letters,
		     struct ts_letter_groups *groups, struct ts_error *err)
{
	const int64_t now_ms = ts_unix_ms();
	const struct ts_letter *letter;
	struct ts_progress progress;

	ts_progress_start(&progress,
			  dlq->flags->is_each ? 0 : ts_letters_total(letters));
	for (;;) {
		if (!ts_letters_next(letters, &letter, err)) {
			ts_progress_clear(&progress);
			return false;
		}
		if (!letter)
			break;
		ts_progress_draw(&progress, ts_letters_passed(letters), 0);
		if (!ts_letter_matches(&dlq->filter, letter))
			continue;
		ts_letter_groups_add(groups, letter, now_ms);
		if (!dlq->flags->is_each)
			continue;
		if (dlq->line->wants_json)
			ts_dlq_put_json(ts_letter_json(letter));
		else
			put_letter(dlq, letter);
	}
	ts_progress_clear(&progress);
	return true;
}

static void print(const struct ts_dlq *dlq, const struct ts_letters *letters,
		  struct ts_letter_groups *groups)
{
	TS_AUTO(ts_buf) text = {0};

	ts_letter_groups_sort(groups);
	if (dlq->line->wants_json) {
		ts_dlq_put_json(json_pack(
		    "{s:s, s:I, s:I, s:o}", "topic", ts_letters_topic(letters),
		    "letters", (json_int_t)groups->letters, "done",
		    (json_int_t)ts_letters_done(letters), "groups",
		    ts_letter_groups_json(groups, dlq->config)));
		return;
	}
	if (!groups->letters)
		return;
	ts_letter_groups_print(groups, dlq->config, &text);
	ts_buf_printf(&text, "%zu dead letters in '%s'", groups->letters,
		      ts_letters_topic(letters));
	if (ts_letters_done(letters))
		ts_buf_printf(&text, "; %zu more were replayed or discarded",
			      ts_letters_done(letters));
	puts(text.data);
}

enum ts_exit ts_dlq_list(const struct ts_dlq *dlq)
{
	TS_AUTO(ts_letter_groups) groups = {0};
	struct ts_letters *letters;
	struct ts_error err = {0};

	if (!ts_letters_open(dlq->config, &letters, &err))
		return ts_command_fail(&err);
	if (!read_all(dlq, letters, &groups, &err)) {
		ts_letters_free(letters);
		return ts_command_fail(&err);
	}
	if (!dlq->flags->is_each)
		print(dlq, letters, &groups);
	if (!groups.letters)
		ts_dlq_say_none(dlq, letters);
	ts_letters_free(letters);
	return TS_EXIT_OK;
}
