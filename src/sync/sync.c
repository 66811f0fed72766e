/* sync.c - see sync.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/sync.h"
#include "base/clock.h"
#include "base/mem.h"
#include "contract/reply.h"
#include <stdlib.h>
#include <string.h>

enum {
	FRAME_BYTES = 512,  /* of a record and the request that carries it */
	LEAST_BYTES = 4096, /* of a reply: what takes less is not worth cutting to */
};

static size_t reply_bytes(const struct ts_request *request, size_t record_bytes)
{
	size_t overhead = FRAME_BYTES + ts_request_overhead(request);

	return overhead + LEAST_BYTES < record_bytes ? record_bytes - overhead
						     : LEAST_BYTES;
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

enum {
	/* A data source that does not answer within this may be called dead, so it is
	 * given as much, also where nobody waits as long. */
	PATIENCE_MS = 1000,
	NAMES_BYTES = 64 * 1024, /* kept from one run to the next */
};

/* Forget the tables, keep the memory. */
static void clear(struct ts_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		size_t write = run->tables[i].write;

		json_decref(run->reads[i].document);
		json_decref(run->reads[i].warnings);
		if (write == SIZE_MAX)
			continue;
		free(run->writes[write].change);
		free(run->writes[write].table);
	}
	run->count = run->write_count = 0;
	if (run->names.capacity > NAMES_BYTES)
		ts_buf_release(&run->names);
	ts_buf_clear(&run->names);
}

void ts_run_release(struct ts_run *run)
{
	clear(run);
	free(run->tables);
	free(run->reads);
	free(run->writes);
	ts_buf_release(&run->names);
	*run = (struct ts_run){0};
}

static size_t keep(struct ts_buf *names, const char *text)
{
	size_t at = names->len;

	ts_buf_add(names, text, strlen(text) + 1);
	return at;
}

static void add_table(struct ts_run *run, const struct ts_task *task)
{
	const struct ts_job *job = &task->request.job;
	const char *trace = ts_task_traceparent(task);

	if (run->count == run->capacity) {
		run->capacity = run->capacity ? 2 * run->capacity : 4;
		run->tables =
		    ts_realloc(run->tables, run->capacity, sizeof(*run->tables));
		run->reads = ts_realloc(run->reads, run->capacity, sizeof(*run->reads));
		run->writes =
		    ts_realloc(run->writes, run->capacity, sizeof(*run->writes));
	}
	run->tables[run->count++] = (struct ts_run_table){
	    .datasource_id = job->datasource_id,
	    .schema = keep(&run->names, job->schema),
	    .table = keep(&run->names, job->table),
	    .traceparent = trace ? keep(&run->names, trace) : SIZE_MAX,
	    .write = SIZE_MAX,
	};
}

void ts_sync_begin(const struct ts_sync *sync, const struct ts_chain *batch,
		   int64_t now_ms, struct ts_run *run)
{
	const struct ts_task *before = NULL;
	int64_t last_deadline = now_ms + PATIENCE_MS;

	run->source =
	    ts_sources_find(sync->sources, batch->head->request.job.datasource_id);
	run->started_ms = run->read_ms = run->written_ms = now_ms;
	for (struct ts_task *task = batch->head; task;
	     before = task, task = task->next) {
		if (!before || !ts_task_shares_read(before, task))
			add_table(run, task);
		task->table = run->count - 1;
		if (task->request.job.is_view)
			run->tables[task->table].is_wanted_as_view = true;
		else
			run->tables[task->table].is_wanted_as_table = true;
		if (task->deadline_ms > last_deadline)
			last_deadline = task->deadline_ms;
	}
	run->deadline_ms =
	    now_ms + (run->source ? ts_source_config(run->source)->timeout_ms : 0);
	if (last_deadline < run->deadline_ms)
		run->deadline_ms = last_deadline;
	for (size_t i = 0; i < run->count; i++)
		run->reads[i] =
		    (struct ts_read){.schema = run->names.data + run->tables[i].schema,
				     .table = run->names.data + run->tables[i].table};
}

/* How the data source is, as far as one outcome tells. */
enum health { GOOD, BAD, UNKNOWN };

static const struct {
	enum ts_code code;
	enum health health;
} healths[] = {
    {TS_E_SOURCE_UNREACHABLE, BAD},
    {TS_E_SOURCE_LOGIN_DENIED, BAD},
    {TS_E_SOURCE_TIMEOUT, BAD},
    /* It may not have been asked: the name says enough, or all connections are taken.
     */
    {TS_E_BAD_SCHEMA_NAME, UNKNOWN},
    {TS_E_SCHEMA_EXCLUDED, UNKNOWN},
    {TS_E_SCHEMA_NOT_FOUND, UNKNOWN},
    {TS_E_SOURCE_BUSY, UNKNOWN},
};

static enum health health_by(const struct ts_read *read)
{
	for (size_t i = 0; !read->document && i < sizeof(healths) / sizeof(*healths);
	     i++)
		if (healths[i].code == read->err.code)
			return healths[i].health;
	return GOOD;
}

/* One table that it did answer for shows that it can be used. */
static const struct ts_error *health_of(const struct ts_run *run)
{
	static const struct ts_error good;
	const struct ts_error *bad = NULL;

	for (size_t i = 0; i < run->count; i++) {
		enum health health = health_by(&run->reads[i]);

		if (health == GOOD)
			return &good;
		if (health == BAD)
			bad = &run->reads[i].err;
	}
	return bad;
}

static void fail_all(struct ts_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		ts_fail(&run->reads[i].err, TS_E_DATASOURCE_UNKNOWN,
			"no data source %d is configured",
			run->tables[i].datasource_id);
}

static bool is_view(const struct ts_read *read)
{
	return json_is_true(json_object_get(read->document, "is_view"));
}

/* Did somebody ask for what the table is, or is it to be marked as removed? */
static bool is_to_be_written(const struct ts_run *run, size_t at)
{
	const struct ts_read *read = &run->reads[at];

	if (!read->document)
		return false;
	if (read->err.code != TS_OK)
		return true;
	return is_view(read) ? run->tables[at].is_wanted_as_view
			     : run->tables[at].is_wanted_as_table;
}

static void make_writes(struct ts_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct ts_run_table *table = &run->tables[i];

		if (!is_to_be_written(run, i))
			continue;
		json_object_set_new(run->reads[i].document, "ds_id",
				    json_integer(table->datasource_id));
		table->write = run->write_count;
		run->writes[run->write_count++] = (struct ts_write){
		    .document = run->reads[i].document,
		    .traceparent = table->traceparent == SIZE_MAX
				       ? NULL
				       : run->names.data + table->traceparent,
		};
	}
}

const struct ts_error *ts_sync_read(struct ts_run *run)
{
	if (run->source)
		ts_source_read(run->source, run->reads, run->count, run->deadline_ms);
	else
		fail_all(run);
	make_writes(run);
	run->read_ms = ts_now_ms();
	return run->source ? health_of(run) : NULL;
}

void ts_sync_write(const struct ts_sync *sync, struct ts_run *run)
{
	if (run->write_count)
		ts_catalog_write(sync->catalog, run->writes, run->write_count,
				 ts_now_ms() + sync->catalog_timeout_ms);
	run->written_ms = ts_now_ms();
}

/* What came of the table for a job that asked for it. */
static void judge(const struct ts_read *read, const struct ts_error *write,
		  const struct ts_job *job, struct ts_error *ret_err)
{
	bool is_unsaid = write->code != TS_OK && ts_code_class(write->code) == TS_RETRY;

	if (read->err.code !=
	    TS_OK) /* a removal that the catalog was not told is not done */
		*ret_err = is_unsaid ? *write : read->err;
	else if (job->is_view && !is_view(read))
		ts_fail(ret_err, TS_E_TABLE_NOT_FOUND,
			"'%s' is a table: ask with table_type TABLE", job->table);
	else if (!job->is_view && is_view(read))
		ts_fail(ret_err, TS_E_TABLE_NOT_FOUND,
			"table '%s' is a view: ask with table_type VIEW", job->table);
	else
		*ret_err = *write;
}

static void finish_task(const struct ts_sync *sync, const struct ts_run *run,
			struct ts_task *task)
{
	static const struct ts_write unwritten;
	const struct ts_run_table *table = &run->tables[task->table];
	const struct ts_read *read = &run->reads[task->table];
	const struct ts_write *write =
	    table->write == SIZE_MAX ? &unwritten : &run->writes[table->write];
	const json_t *warning;
	size_t i;

	task->timing = (struct ts_timing){
	    .is_known = true,
	    .is_written = table->write != SIZE_MAX,
	    .queued_ms = run->started_ms - task->received_ms,
	    .read_ms = run->read_ms - run->started_ms,
	    .write_ms = run->written_ms - run->read_ms,
	};
	judge(read, &write->err, &task->request.job, &task->err);
	if (task->err.code != TS_OK && ts_code_class(task->err.code) == TS_RETRY)
		return;
	json_array_foreach(read->warnings, i, warning)
	    ts_job_warn(&task->request.job, "%s", json_string_value(warning));
	answer(task,
	       (struct ts_reply){
		   .change = write->change,
		   .table = write->table,
		   .queued_ms = task->timing.queued_ms,
		   .read_ms = task->timing.read_ms,
		   .write_ms = task->timing.write_ms,
	       },
	       sync->record_bytes);
}

void ts_sync_finish(const struct ts_sync *sync, struct ts_run *run,
		    const struct ts_chain *tasks)
{
	for (struct ts_task *task = tasks->head; task; task = task->next)
		finish_task(sync, run, task);
	clear(run);
}
