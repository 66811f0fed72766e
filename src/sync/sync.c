/* sync.c - see sync.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/sync.h"
#include "base/clock.h"
#include "base/mem.h"
#include "contract/reply.h"
#include <stdlib.h>
#include <string.h>

/* A table of the batch, and the jobs that asked for it. */
struct table {
	struct ts_task *first, *end; /* a stretch of the batch, without `end` */
	struct ts_read read;
	struct ts_write write;
};

struct moments {
	int64_t started_ms, read_ms, written_ms;
};

static bool is_answered(const struct ts_task *task)
{
	return task->reply.len > 0;
}

static size_t reply_bytes(const struct ts_request *request, size_t record_bytes)
{
	size_t overhead = 1024 + request->key_len; /* framing, status and job-id */

	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		overhead += request->echo[i].len + 32;
	return overhead + 4096 < record_bytes ? record_bytes - overhead : 4096;
}

static void answer(struct ts_task *task, struct ts_reply reply, size_t record_bytes)
{
	reply.request = &task->request;
	reply.err = &task->err;
	ts_reply_encode(&reply, reply_bytes(&task->request, record_bytes),
			&task->reply);
}

void ts_sync_answer_error(struct ts_task *task, size_t record_bytes)
{
	answer(task, (struct ts_reply){0}, record_bytes);
}

/* Nobody waits any more for these: they do not run. */
static void answer_expired(const struct ts_sync *sync, const struct ts_chain *batch)
{
	int64_t now = ts_unix_ms();

	for (struct ts_task *task = batch->head; task; task = task->next) {
		int64_t late = now - task->request.deadline_unix_ms;

		if (task->request.deadline_unix_ms > now)
			continue;
		ts_fail(&task->err, TS_E_DEADLINE_EXCEEDED, "by %lld ms",
			(long long)late);
		ts_sync_answer_error(task, sync->record_bytes);
	}
}

/* Group what is to run into tables; as many as jobs at the most. */
static size_t group(const struct ts_chain *batch, struct table *tables)
{
	size_t count = 0;

	for (struct ts_task *task = batch->head; task; task = task->next) {
		if (is_answered(task))
			continue;
		if (!count || !ts_task_shares_read(tables[count - 1].first, task))
			tables[count++] = (struct table){
			    .first = task,
			    .read = {.schema = task->request.job.schema,
				     .table = task->request.job.table},
			};
		tables[count - 1].end = task->next;
	}
	return count;
}

static void read_all(struct ts_source *source, struct table *tables, size_t count)
{
	struct ts_read *reads = ts_calloc(count, sizeof(*reads));

	for (size_t i = 0; i < count; i++)
		reads[i] = tables[i].read;
	ts_source_read(source, reads, count,
		       ts_now_ms() + ts_source_config(source)->timeout_ms);
	for (size_t i = 0; i < count; i++)
		tables[i].read = reads[i];
	free(reads);
}

static bool is_view(const struct table *table)
{
	return json_is_true(json_object_get(table->read.document, "is_view"));
}

/* Did somebody ask for what the table is, or is it to be marked as removed? */
static bool is_to_be_written(const struct table *table)
{
	if (!table->read.document)
		return false;
	if (table->read.err.code != TS_OK)
		return true;
	for (struct ts_task *task = table->first; task != table->end; task = task->next)
		if (!is_answered(task) && task->request.job.is_view == is_view(table))
			return true;
	return false;
}

static const char *traceparent(const struct ts_task *task)
{
	for (size_t i = 0; i < TS_ECHO_COUNT; i++)
		if (task->request.echo[i].value &&
		    strcmp(task->request.echo[i].name, "traceparent") == 0)
			return task->request.echo[i].value;
	return NULL;
}

static void write_all(const struct ts_sync *sync, struct table *tables, size_t count)
{
	struct ts_write *writes = ts_calloc(count, sizeof(*writes));
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_to_be_written(&tables[i]))
			continue;
		json_object_set_new(
		    tables[i].read.document, "ds_id",
		    json_integer(tables[i].first->request.job.datasource_id));
		writes[used++] = (struct ts_write){
		    .document = tables[i].read.document,
		    .traceparent = traceparent(tables[i].first),
		};
	}
	if (used)
		ts_catalog_write(sync->catalog, writes, used,
				 ts_now_ms() + sync->catalog_timeout_ms);
	used = 0;
	for (size_t i = 0; i < count; i++)
		if (is_to_be_written(&tables[i]))
			tables[i].write = writes[used++];
	free(writes);
}

/* What came of the table for a job that asked for it. */
static void judge(const struct table *table, const struct ts_job *job,
		  struct ts_error *ret_err)
{
	const struct ts_error *read = &table->read.err, *write = &table->write.err;
	bool is_unsaid = write->code != TS_OK && ts_code_class(write->code) == TS_RETRY;

	if (read->code !=
	    TS_OK) /* a removal that the catalog was not told is not done */
		*ret_err = is_unsaid ? *write : *read;
	else if (job->is_view && !is_view(table))
		ts_fail(ret_err, TS_E_TABLE_NOT_FOUND,
			"'%s' is a table: ask with table_type TABLE", job->table);
	else if (!job->is_view && is_view(table))
		ts_fail(ret_err, TS_E_TABLE_NOT_FOUND,
			"table '%s' is a view: ask with table_type VIEW", job->table);
	else
		*ret_err = *write;
}

static void answer_table(const struct ts_sync *sync, const struct table *table,
			 const struct moments *at)
{
	const json_t *warning;
	size_t i;

	for (struct ts_task *task = table->first; task != table->end;
	     task = task->next) {
		if (is_answered(task))
			continue;
		judge(table, &task->request.job, &task->err);
		json_array_foreach(table->read.warnings, i, warning)
		    ts_job_warn(&task->request.job, "%s", json_string_value(warning));
		answer(task,
		       (struct ts_reply){
			   .change = table->write.change,
			   .table = table->write.table,
			   .queued_ms = at->started_ms - task->received_ms,
			   .read_ms = at->read_ms - at->started_ms,
			   .write_ms = at->written_ms - at->read_ms,
		       },
		       sync->record_bytes);
	}
}

static void release(struct table *table)
{
	json_decref(table->read.document);
	json_decref(table->read.warnings);
	json_decref(table->write.change);
	json_decref(table->write.table);
}

static void fail_all(struct table *tables, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ts_fail(&tables[i].read.err, TS_E_DATASOURCE_UNKNOWN,
			"no data source %d is configured",
			tables[i].first->request.job.datasource_id);
}

void ts_sync_run(const struct ts_sync *sync, const struct ts_chain *batch)
{
	struct table *tables = ts_calloc(batch->count, sizeof(*tables));
	struct ts_source *source =
	    ts_sources_find(sync->sources, batch->head->request.job.datasource_id);
	struct moments at = {.started_ms = ts_now_ms()};
	size_t count;

	answer_expired(sync, batch);
	count = group(batch, tables);
	if (source && count)
		read_all(source, tables, count);
	else
		fail_all(tables, count);
	at.read_ms = ts_now_ms();
	write_all(sync, tables, count);
	at.written_ms = ts_now_ms();

	for (size_t i = 0; i < count; i++) {
		answer_table(sync, &tables[i], &at);
		release(&tables[i]);
	}
	free(tables);
}
