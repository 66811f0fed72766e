/* outcome.c - see outcome.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outcome.h"
#include "base/json.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = {
    [TABLESYNC_OK] = "ok",
    [TABLESYNC_JOB_ERROR] = "error",
    [TABLESYNC_TIMED_OUT] = "timed out",
    [TABLESYNC_UNREACHABLE] = "unreachable",
};

/* Names and messages come from outside: nothing in them moves the cursor. */
static void put_line(FILE *file, struct ts_buf *line)
{
	ts_utf8_clean(line->data);
	fprintf(file, "%s\n", line->data);
}

static void add_change(const struct tablesync_reply *reply, struct ts_buf *line)
{
	struct ts_error err = {0};
	const char *kind, *url;
	json_t *json, *change;

	if (!ts_json_parse(reply->json, reply->len, SIZE_MAX, &json, &err)) {
		ts_buf_printf(line, "  the reply cannot be read: %s", err.text);
		return;
	}
	change = json_object_get(json, "change");
	kind = ts_json_text(change, "kind");
	url = ts_json_text(json_object_get(json, "table"), "url");
	ts_buf_printf(
	    line, "  %s (version %" JSON_INTEGER_FORMAT ")  %s", kind ? kind : "done",
	    json_integer_value(json_object_get(change, "version")), url ? url : "-");
	json_decref(json);
}

static void print_text(const struct ts_outcome *outcome, FILE *file)
{
	const struct tablesync_reply *reply = outcome->reply;
	TS_AUTO(ts_buf) line = {0};

	ts_buf_printf(&line, "%s  %s.%s", words[outcome->status], outcome->wish->schema,
		      outcome->wish->table);
	if (outcome->status == TABLESYNC_OK)
		add_change(reply, &line);
	else
		ts_buf_printf(&line, "  %s", outcome->error);
	if (outcome->status == TABLESYNC_TIMED_OUT && reply->job_id[0])
		ts_buf_printf(&line, "  (job %s)", reply->job_id);
	ts_buf_printf(&line, "  %" PRId64 " ms", outcome->elapsed_ms);
	put_line(file, &line);
}

/* A reply is one line, whoever wrote it. */
static void print_json(const struct tablesync_reply *reply)
{
	TS_AUTO(ts_buf) line = {0};
	struct ts_error err = {0};
	json_t *json;

	if (!memchr(reply->json, '\n', reply->len)) {
		fwrite(reply->json, 1, reply->len, stdout);
		putchar('\n');
	} else if (ts_json_parse(reply->json, reply->len, SIZE_MAX, &json, &err)) {
		ts_json_print(json, &line);
		puts(line.data);
		json_decref(json);
	} else {
		fprintf(stderr, "tablesync: the reply to %s cannot be read: %s\n",
			reply->job_id, err.text);
	}
}

static void print_place(const struct ts_outcome *outcome, bool as_json)
{
	const struct tablesync_reply *reply = outcome->reply;
	TS_AUTO(ts_buf) line = {0};
	json_t *place;

	if (!as_json) {
		ts_buf_printf(
		    &line,
		    "published  %s.%s  job %s  topic %s, partition %d, offset %" PRId64,
		    outcome->wish->schema, outcome->wish->table, reply->job_id,
		    outcome->jobs_topic, (int)reply->partition, reply->offset);
		put_line(stdout, &line);
		return;
	}
	place = json_pack("{s:s, s:s, s:i, s:I}", "job_id", reply->job_id, "topic",
			  outcome->jobs_topic, "partition", (int)reply->partition,
			  "offset", (json_int_t)reply->offset);
	ts_json_print(place, &line);
	puts(line.data);
	json_decref(place);
}

void ts_outcome_print(const struct ts_outcome *outcome, bool as_json)
{
	if (outcome->is_delivery && outcome->status == TABLESYNC_OK)
		print_place(outcome, as_json);
	else if (as_json && outcome->reply->json)
		print_json(outcome->reply);
	else
		print_text(outcome, as_json ? stderr : stdout);
}
