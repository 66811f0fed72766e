/* job_entry.c - see job_entry.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http/job_entry.h"
#include "base/clock.h"
#include "base/json_index.h"
#include "base/mem.h"
#include "contract/request.h"
#include <limits.h>
#include <stddef.h>
#include <string.h>

enum {
	/* Longest texts; what is longer is left out. */
	JOB_BYTES = 1024,
	CHANGE_BYTES = 256,
	URL_BYTES = 256,
	NAME_BYTES = 64, /* of an error */
};

static const char *const state_names[] = {
    [TS_JOB_PENDING] = "pending", [TS_JOB_OK] = "ok", [TS_JOB_ERROR] = "error"};

bool ts_job_state_find(const char *name, enum ts_job_state *ret_state)
{
	for (enum ts_job_state state = TS_JOB_PENDING; state <= TS_JOB_ERROR; state++)
		if (strcmp(state_names[state], name) == 0) {
			*ret_state = state;
			return true;
		}
	return false;
}

/* An entry while it is made: its texts one behind the other, behind a first NUL. */
struct draft {
	struct ts_job_entry entry;
	struct ts_buf texts;
};

static struct draft draft_begin(int64_t at_ms)
{
	struct draft draft = {.entry = {.at_ms = at_ms < 0 ? 0 : at_ms,
					.table_id = -1,
					.ds_id = -1,
					.queued_ms = -1,
					.read_ms = -1,
					.write_ms = -1,
					.state = TS_JOB_PENDING}};

	ts_buf_putc(&draft.texts, '\0');
	return draft;
}

static struct ts_job_entry *draft_end(struct draft *draft)
{
	const size_t bytes = sizeof(draft->entry) + draft->texts.len;
	struct ts_job_entry *entry = ts_calloc(1, bytes);

	*entry = draft->entry;
	entry->bytes = (uint32_t)bytes;
	entry->texts = (char *)(entry + 1);
	memcpy(entry->texts, draft->texts.data, draft->texts.len);
	ts_buf_release(&draft->texts);
	return entry;
}

/* All of them together fit into 16 bits. */
static void mark(struct draft *draft, enum ts_job_text which)
{
	draft->entry.at[which] = (uint16_t)draft->texts.len;
}

static void add_bytes(struct draft *draft, enum ts_job_text which, const char *bytes,
		      size_t len)
{
	mark(draft, which);
	ts_buf_add(&draft->texts, bytes, len);
	ts_buf_putc(&draft->texts, '\0');
}

/* What a member says, where it is a text of at most `max` bytes. */
static void add_member(struct draft *draft, enum ts_job_text which,
		       const struct ts_json_node *value, size_t max)
{
	if (!ts_json_node_is_text(value) || value->len > max)
		return;
	mark(draft, which);
	ts_json_node_decode(value, &draft->texts);
	ts_buf_putc(&draft->texts, '\0');
}

static int64_t number_of(const struct ts_json_node *object, const char *name,
			 int64_t max, int64_t absent)
{
	int64_t number;

	return ts_json_node_integer(ts_json_node_get(object, name), 0, max, &number)
		   ? number
		   : absent;
}

/* A longer one is left out whole, so that no name is half of one. */
static void add_job(struct draft *draft, const struct ts_json_node *job)
{
	if (!ts_json_node_is_object(job) || job->len > JOB_BYTES)
		return;
	add_bytes(draft, TS_JOB_JOB, job->text, job->len);
	add_member(draft, TS_JOB_SCHEMA, ts_json_node_get(job, "schema"), JOB_BYTES);
	add_member(draft, TS_JOB_TABLE, ts_json_node_get(job, "table"), JOB_BYTES);
	draft->entry.ds_id = (int32_t)number_of(job, "datasource_id", INT32_MAX, -1);
}

/* The lists of columns may be long: then the kind and the version are left of it. */
static void add_change(struct draft *draft, const struct ts_json_node *change)
{
	static const char *const kept[] = {"kind", "version"};

	if (!ts_json_node_is_object(change))
		return;
	if (change->len <= CHANGE_BYTES) {
		add_bytes(draft, TS_JOB_CHANGE, change->text, change->len);
		return;
	}
	mark(draft, TS_JOB_CHANGE);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct ts_json_node *value = ts_json_node_get(change, kept[i]);

		ts_buf_printf(&draft->texts, "%s\"%s\":", i ? "," : "{", kept[i]);
		if (value && value->len <= NAME_BYTES)
			ts_json_node_copy(value, &draft->texts);
		else
			ts_buf_puts(&draft->texts, "null");
	}
	ts_buf_add(&draft->texts, "}", sizeof("}"));
}

static void add_ok(struct draft *draft, const struct ts_json_node *reply)
{
	const struct ts_json_node *table = ts_json_node_get(reply, "table");
	const struct ts_json_node *timing = ts_json_node_get(reply, "timing");

	add_change(draft, ts_json_node_get(reply, "change"));
	add_member(draft, TS_JOB_URL, ts_json_node_get(table, "url"), URL_BYTES);
	draft->entry.table_id = number_of(table, "id", INT64_MAX, -1);
	draft->entry.queued_ms = number_of(timing, "queued_ms", INT64_MAX, -1);
	draft->entry.read_ms = number_of(timing, "read_ms", INT64_MAX, -1);
	draft->entry.write_ms = number_of(timing, "write_ms", INT64_MAX, -1);
}

static void add_error(struct draft *draft, const struct ts_json_node *reply)
{
	const struct ts_json_node *error = ts_json_node_get(reply, "error");
	const struct ts_json_node *retryable = ts_json_node_get(error, "retryable");

	add_member(draft, TS_JOB_CODE, ts_json_node_get(error, "code"), NAME_BYTES);
	add_member(draft, TS_JOB_MESSAGE, ts_json_node_get(error, "message"),
		   2 * TS_ERROR_MESSAGE_BYTES);
	draft->entry.is_retryable =
	    retryable && ts_json_node_is_literal(retryable, "true");
}

static struct ts_job_entry *make(const struct ts_json_node *reply, int64_t at_ms)
{
	const struct ts_json_node *status = ts_json_node_get(reply, "status");
	struct draft draft = draft_begin(at_ms);

	add_member(&draft, TS_JOB_ID, ts_json_node_get(reply, "job_id"),
		   TS_JOB_ID_SIZE);
	if (ts_json_node_equals(status, "ok"))
		draft.entry.state = TS_JOB_OK;
	else if (ts_json_node_equals(status, "error"))
		draft.entry.state = TS_JOB_ERROR;
	if (draft.entry.state == TS_JOB_PENDING || !draft.entry.at[TS_JOB_ID]) {
		ts_buf_release(&draft.texts);
		return NULL;
	}
	draft.entry.code = (int16_t)number_of(reply, "code", INT16_MAX, 0);
	draft.entry.replay = (int32_t)number_of(reply, "replay", INT32_MAX, 0);
	add_job(&draft, ts_json_node_get(reply, "job"));
	if (draft.entry.state == TS_JOB_OK)
		add_ok(&draft, reply);
	else
		add_error(&draft, reply);
	return draft_end(&draft);
}

struct ts_job_entry *ts_job_entry_answered(const struct ts_message *record)
{
	struct ts_job_entry *entry = NULL;
	struct ts_json_index index;
	struct ts_error err;

	if (!record->value || !ts_json_index_make(record->value, record->value_len,
						  record->value_len, &index, &err))
		return NULL;
	if (ts_json_node_is_object(index.nodes))
		entry = make(index.nodes, record->timestamp_ms);
	ts_json_index_release(&index);
	return entry;
}

struct ts_job_entry *ts_job_entry_pending(const char *job_id, const char *job,
					  int64_t unix_ms)
{
	struct draft draft = draft_begin(unix_ms);
	struct ts_json_index index;
	struct ts_error err;

	add_bytes(&draft, TS_JOB_ID, job_id, strlen(job_id));
	if (ts_json_index_make(job, strlen(job), SIZE_MAX, &index, &err)) {
		add_job(&draft, index.nodes);
		ts_json_index_release(&index);
	}
	return draft_end(&draft);
}

const char *ts_job_entry_text(const struct ts_job_entry *entry, enum ts_job_text which)
{
	return entry->at[which] ? entry->texts + entry->at[which] : NULL;
}

static json_t *text_of(const struct ts_job_entry *entry, enum ts_job_text which)
{
	const char *text = ts_job_entry_text(entry, which);

	return text ? json_string(text) : json_null();
}

static json_t *json_of(const struct ts_job_entry *entry, enum ts_job_text which)
{
	const char *text = ts_job_entry_text(entry, which);
	struct ts_error err;
	json_t *value;

	return text && ts_json_parse(text, strlen(text), SIZE_MAX, &value, &err)
		   ? value
		   : json_null();
}

static json_t *number_or_null(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *error_of(const struct ts_job_entry *entry)
{
	if (entry->state != TS_JOB_ERROR)
		return json_null();
	return json_pack("{s:o, s:o, s:b}", "code", text_of(entry, TS_JOB_CODE),
			 "message", text_of(entry, TS_JOB_MESSAGE), "retryable",
			 entry->is_retryable);
}

static json_t *table_of(const struct ts_job_entry *entry)
{
	if (entry->table_id < 0)
		return json_null();
	return json_pack("{s:I, s:o}", "id", (json_int_t)entry->table_id, "url",
			 text_of(entry, TS_JOB_URL));
}

static json_t *timing_of(const struct ts_job_entry *entry)
{
	if (entry->queued_ms < 0)
		return json_null();
	return json_pack("{s:I, s:o, s:o}", "queued_ms", (json_int_t)entry->queued_ms,
			 "read_ms", number_or_null(entry->read_ms), "write_ms",
			 number_or_null(entry->write_ms));
}

static json_t *answered_at(const struct ts_job_entry *entry)
{
	char text[TS_TIMESTAMP_SIZE];

	if (entry->state == TS_JOB_PENDING)
		return json_null();
	ts_timestamp_print(entry->at_ms * 1000, text);
	return json_string(text);
}

json_t *ts_job_entry_tell(const struct ts_job_entry *entry)
{
	json_t *job =
	    json_pack("{s:o, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "job_id",
		      text_of(entry, TS_JOB_ID), "replay", (int)entry->replay, "state",
		      state_names[entry->state], "code",
		      entry->code ? json_integer(entry->code) : json_null(), "job",
		      json_of(entry, TS_JOB_JOB), "answered_at", answered_at(entry),
		      "change", json_of(entry, TS_JOB_CHANGE), "table", table_of(entry),
		      "error", error_of(entry), "timing", timing_of(entry));

	if (!job)
		ts_out_of_memory();
	return job;
}
