/* jobs.c - see jobs.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/jobs.h"
#include "base/mem.h"
#include "base/str.h"
#include "contract/job.h"
#include "source/source.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_jobs_release(struct ts_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++) {
		free(jobs->items[i].schema);
		free(jobs->items[i].table);
	}
	free(jobs->items);
	*jobs = (struct ts_jobs){0};
}

void ts_jobs_add(struct ts_jobs *jobs, int32_t datasource_id, const char *schema,
		 const char *table, bool is_view)
{
	if (jobs->count == jobs->capacity) {
		jobs->capacity = jobs->capacity ? 2 * jobs->capacity : 16;
		jobs->items =
		    ts_realloc(jobs->items, jobs->capacity, sizeof(*jobs->items));
	}
	jobs->items[jobs->count++] = (struct ts_wish){datasource_id, ts_strdup(schema),
						      ts_strdup(table), is_view};
}

/* What the worker would say to it, said before it is published. */
static bool add_line(struct ts_jobs *jobs, const char *place, const char *line,
		     size_t len)
{
	TS_AUTO(ts_job) job = {0};
	struct ts_error err = {0};
	char message[TS_ERROR_MESSAGE_BYTES];
	const json_t *warning;
	size_t i;

	if (!ts_job_decode(line, len, &job, &err)) {
		ts_error_message(&err, message, sizeof(message));
		fprintf(stderr, "tablesync: %s: %s: %s\n", place,
			ts_code_name(err.code), message);
		return false;
	}
	json_array_foreach(job.warnings, i, warning)
	    fprintf(stderr, "tablesync: %s: %s\n", place, json_string_value(warning));
	ts_jobs_add(jobs, job.datasource_id, job.schema, job.table, job.is_view);
	return true;
}

static bool read_lines(struct ts_jobs *jobs, const char *path, FILE *file,
		       size_t *ret_bad, struct ts_error *err)
{
	size_t capacity = 0, number = 0, bad = 0;
	char *line = NULL;
	ssize_t len;

	while ((len = getline(&line, &capacity, file)) >= 0) {
		TS_AUTO(ts_buf) place = {0};

		number++;
		if (strspn(line, " \t\r\n") == (size_t)len)
			continue;
		ts_buf_printf(&place, "%s: line %zu", path, number);
		if (!add_line(jobs, place.data, line, (size_t)len))
			bad++;
	}
	free(line);
	if (ferror(file))
		return ts_fail(err, TS_E_USAGE, "reading %s: %s", path,
			       strerror(errno));
	*ret_bad = bad;
	return true;
}

bool ts_jobs_read(struct ts_jobs *jobs, const char *path, size_t *ret_bad,
		  struct ts_error *err)
{
	FILE *file;
	bool ok;

	if (strcmp(path, "-") == 0)
		return read_lines(jobs, "stdin", stdin, ret_bad, err);
	file = fopen(path, "re");
	if (!file)
		return ts_fail(err, TS_E_USAGE, "%s: %s", path, strerror(errno));
	ok = read_lines(jobs, path, file, ret_bad, err);
	fclose(file);
	return ok;
}

bool ts_jobs_list(struct ts_jobs *jobs, const struct ts_config *config,
		  int32_t datasource_id, const char *schema, int64_t deadline_ms,
		  struct ts_error *err)
{
	struct ts_sources *sources;
	struct ts_source *source;
	json_t *tables = NULL, *table;
	size_t i;

	if (!ts_sources_new(config, &sources, err))
		return false;
	source = ts_sources_find(sources, datasource_id);
	if (!source)
		ts_fail(err, TS_E_CONFIG,
			"the list of tables is read here, and no data source %d is "
			"configured",
			(int)datasource_id);
	else if (ts_source_list(source, schema, deadline_ms, &tables, err))
		json_array_foreach(tables, i, table) ts_jobs_add(
		    jobs, datasource_id, schema, ts_json_text(table, "table"),
		    json_is_true(json_object_get(table, "is_view")));
	ts_sources_free(sources);
	if (!tables)
		return false;
	json_decref(tables);
	return true;
}
